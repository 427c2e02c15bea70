// What the worker knows of each console product: its hosts, how the dock takes its room there, and which
// addresses name an alert (only to choose the right link of a list's row: which alert a link means is read
// by the backend, with the same routes).

import { CONSOLES } from "./console_table.js";

/**
 * @typedef {{host: string, path: string, query: string, fragment: string}} Location
 * A page's address in parts, as `shared::console::Location`.
 */

/** The longest path, query and fragment that are passed on, in UTF-16 units. */
const PART_MAX = 4096;

/** Every host that is a console's, for the test that compares it with the manifest; `*.` stands for labels. */
export const CONSOLE_HOSTS = CONSOLES.flatMap((console) => console.hosts);

/** The console whose page stands at `host`, or `undefined`. */
export function consoleOf(host) {
  const isAt = (pattern) =>
    pattern.startsWith("*") ? host.length >= pattern.length && host.endsWith(pattern.slice(1)) : host === pattern;
  return typeof host === "string" ? CONSOLES.find((console) => console.hosts.some(isAt)) : undefined;
}

/** How the dock takes its room on each console's pages. */
const ROOMS = { crowdstrike: "margin" };

/** How the dock takes its room on a page at `host`. */
export function roomAt(host) {
  return ROOMS[consoleOf(host)?.platform] ?? "margin";
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
  return consoleOf(location.host).routes.some((route) => leadsTo(route, location));
}

/** Whether an address is a route's: `path[?name={capture}&...][#fragment]`, other parameters ignored. */
export function leadsTo(route, location) {
  const [, path, , query, , fragment] = /^([^?#]*)(\?([^#]*))?(#(.*))?$/.exec(route);
  const given = new Map(location.query.split("&").map((pair) => pair.split(/=(.*)/s, 2)));
  const hasAll = (query ?? "").split("&").every((pair) => {
    const [name, pattern] = pair.split(/=(.*)/s, 2);
    return pair === "" || fits(pattern, given.get(name));
  });
  return fits(path, location.path.replace(/(.)\/$/, "$1")) && hasAll && (fragment === undefined || fits(fragment, location.fragment));
}

/** Whether `text` is `pattern` with something for each `{capture}`. */
function fits(pattern, text) {
  const literals = pattern.split(/\{[^}]*\}/).map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return text !== undefined && new RegExp(`^${literals.join("[^/?&#,]+")}$`).test(text);
}
