// What the worker knows of each console product: its hosts, how the dock takes its room there, and
// which paths name an alert (only to choose the right link of a list's row: which alert a link
// means is read by the route table in `shared/src/console.rs`, and a test holds the two together).

/**
 * @typedef {{host: string, path: string, query: string, fragment: string}} Location
 * A page's address in parts, as `shared::console::Location`.
 */

/** The longest path, query and fragment that are passed on, in UTF-16 units. */
const PART_MAX = 4096;

const CONSOLES = [
  {
    platform: "crowdstrike",
    hosts: [
      "falcon.crowdstrike.com",
      "falcon.us-2.crowdstrike.com",
      "falcon.eu-1.crowdstrike.com",
      "falcon.laggar.gcw.crowdstrike.com",
      "falcon.us-gov-2.crowdstrike.mil",
    ],
    dock: "margin",
    alertPaths: [
      /^\/activity-v2\/detections\/[^/]+\/?$/,
      /^\/activity\/detections\/detail\/[^/]+\/[^/]+\/?$/,
      /^\/identity-protection\/detections\/[^/]+\/?$/,
      /^\/mobile\/detections\/[^/]+\/?$/,
      /^\/unified-detections\/[^/]+\/?$/,
      /^\/automated-leads\/[^/]+\/?$/,
    ],
    alertQueries: [{ path: /^\/activity-v2\/detections\/?$/, parameter: "selected" }],
  },
];

/** Every host that is a console's, for the test that compares it with the manifest. */
export const CONSOLE_HOSTS = CONSOLES.flatMap((console) => console.hosts);

/** The console whose page stands at `host`, or `undefined`. */
export function consoleOf(host) {
  return CONSOLES.find((console) => console.hosts.includes(host));
}

/** Whether `origin` is `https://` and a console's host, with no port. */
export function isConsoleOrigin(origin) {
  return typeof origin === "string" && origin.startsWith("https://") && consoleOf(origin.slice(8)) !== undefined;
}

/**
 * The parts of a console page's address, or `null` for any other page and for one too long to pass on.
 * @param {unknown} address
 * @returns {Location | null}
 */
export function locationOf(address) {
  if (typeof address !== "string") return null;
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" || url.port !== "" || !consoleOf(url.hostname)) return null;
  const location = {
    host: url.hostname,
    path: url.pathname,
    query: url.search.slice(1),
    fragment: url.hash.slice(1),
  };
  return [location.path, location.query, location.fragment].every((part) => part.length <= PART_MAX)
    ? location
    : null;
}

/** Whether `value` is a {@link Location} and nothing more, on a console's host. */
export function isLocation(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 4 &&
    ["host", "path", "query", "fragment"].every(
      (part) => typeof value[part] === "string" && value[part].length <= PART_MAX,
    ) &&
    value.path.startsWith("/") &&
    consoleOf(value.host) !== undefined
  );
}

/** Whether both are the same place. */
export function sameLocation(a, b) {
  if (!a || !b) return a === b;
  return a.host === b.host && a.path === b.path && a.query === b.query && a.fragment === b.fragment;
}

/**
 * The alert that a row's links name: `levels` come from the page, links of the clicked element first, then
 * of what stands around it. The innermost level with an alert decides; several alerts there are a list, no row.
 * @param {unknown} levels
 * @returns {Location | null}
 */
export function alertOfRow(levels) {
  if (!Array.isArray(levels)) return null;
  for (const links of levels.slice(0, 10)) {
    if (!Array.isArray(links)) return null;
    const alerts = links.slice(0, 30).map(locationOf).filter((location) => location && namesAlert(location));
    const isOne = alerts.every((alert) => alert.host === alerts[0].host && alert.path === alerts[0].path);
    if (alerts.length > 0) return isOne ? alerts[0] : null;
  }
  return null;
}

function namesAlert(location) {
  const { alertPaths, alertQueries } = consoleOf(location.host);
  return (
    alertPaths.some((path) => path.test(location.path)) ||
    alertQueries.some(
      ({ path, parameter }) =>
        path.test(location.path) && Boolean(new URLSearchParams(location.query).get(parameter)),
    )
  );
}
