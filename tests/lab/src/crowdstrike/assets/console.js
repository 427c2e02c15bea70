// The console: a virtual list of alerts, an alert beside it, routed by pushState, live once a second.

const ROW = 56;
const parameters = new URLSearchParams(location.search);
const app = document.getElementById("app");
/** A console whose markup nobody knows: no ids, no links, no names to look for. */
const plain = parameters.has("plain");
document.documentElement.dataset.layout = parameters.get("layout") ?? "flex";
if (parameters.has("theme")) document.documentElement.dataset.theme = parameters.get("theme");

/** An element with text or children; nothing is ever parsed as markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

const list = element("section", { class: "list", "aria-label": "Detections" });
const rows = element("div", { class: "rows", "data-testid": plain ? undefined : "detections" });
list.append(element("h1", {}, "Endpoint detections"), rows);
const drawer = element("article", { class: "alert", hidden: "" });
app.append(list, drawer);

/** An address may hold anything, a lone percent sign too. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

let alerts = [];
const current = () => {
  const match = location.pathname.match(/^\/(?:activity-v2\/detections|identity-protection\/detections|mobile\/detections|unified-detections|automated-leads)\/([^/]+)/);
  return match ? decoded(match[1]) : new URLSearchParams(location.search).get("selected");
};

/** The host that the address names. */
const currentHost = () => location.pathname.match(/^\/host-management\/hosts\/([^/]+)/)?.[1];

/** A row leads to its alert: by a link, or where the page is plain by nothing that can be read off it. */
function rowOf(alert, open) {
  if (!plain) {
    return element("a", {
      class: "row",
      href: alert.link,
      "data-id": alert.composite_id,
      "aria-current": alert.composite_id === open ? "true" : undefined,
    });
  }
  const row = element("div", { class: "row", tabindex: "0" });
  row.addEventListener("click", () => {
    history.pushState(null, "", alert.link);
    go();
  });
  return row;
}

/** Only what is in sight is in the document. */
function draw() {
  rows.style.height = `${alerts.length * ROW}px`;
  const first = Math.max(0, Math.floor((list.scrollTop - rows.offsetTop) / ROW) - 3);
  const last = Math.min(alerts.length, first + Math.ceil(list.clientHeight / ROW) + 6);
  const open = current();
  rows.replaceChildren(
    ...alerts.slice(first, last).map((alert, at) => {
      const row = rowOf(alert, open);
      row.append(
        element("span", { class: "sev", "data-s": alert.severity_name }, alert.severity_name ?? "-"),
        element("span", {}, alert.display_name ?? alert.composite_id, element("small", {}, alert.cmdline || alert.product || "")),
        element("span", {}, alert.hostname ?? "-", element("small", {}, alert.user_name ?? "")),
        element("span", {}, alert.technique ?? "-", element("small", {}, alert.tactic ?? "")),
        element("span", {}, alert.status ?? "-", element("small", {}, (alert.timestamp ?? "").slice(11, 19))),
      );
      row.style.top = `${(first + at) * ROW}px`;
      return row;
    }),
  );
}

/** Names and values, those that are there. */
function facts(pairs) {
  const entries = Object.entries(pairs).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return element(
    "dl",
    {},
    ...entries.flatMap(([name, value]) => [
      element("dt", {}, name),
      element("dd", name === "Host state" ? { class: "state", "data-s": value } : {}, value instanceof Node ? value : String(value).slice(0, 4000)),
    ]),
  );
}

/** What an alert says, for whoever reads it. */
function alertView(alert, host, id) {
  const device = alert.device ?? {};
  const hostLink = device.device_id && !plain ? element("a", { href: `/host-management/hosts/${device.device_id}` }, device.hostname ?? device.device_id) : device.hostname;
  const places = (items, tell) => (items ?? []).map(tell).join("\n");
  return [
    element("h1", {}, alert.display_name ?? id),
    facts({
      Description: alert.description,
      Severity: alert.severity_name ?? alert.severity ?? alert.score,
      Status: alert.status,
      Host: hostLink,
      "Host state": host?.status,
      Connection: host && (host.online ? "online" : "offline"),
      User: alert.user_name ?? alert.source_account_name,
      Technique: [alert.tactic, alert.technique, alert.technique_id].filter(Boolean).join(", "),
      Time: alert.timestamp,
      Action: alert.pattern_disposition_description,
    }),
    element("h2", {}, "Process"),
    facts({
      File: alert.filename,
      "Command line": alert.cmdline,
      Parent: alert.parent_details?.cmdline,
      Grandparent: alert.grandparent_details?.cmdline,
      "SHA-256": alert.sha256,
      "Files written": places(alert.files_written, (file) => file.filepath + file.filename),
      "DNS requests": places(alert.dns_requests, (name) => name.domain_name),
      Connections: places(alert.network_accesses, (far) => `${far.remote_address}:${far.remote_port}`),
    }),
    element("h2", {}, "Comments"),
    element("ul", { class: "comments" }, ...(alert.comments ?? []).map((comment) => element("li", {}, comment.value))),
  ];
}

/** A host as its own page shows it. */
function hostView(device, online) {
  return [
    element("h1", {}, device.hostname),
    facts({
      "Host state": device.status,
      Connection: online ? "online" : "offline",
      System: device.os_version,
      Type: device.product_type_desc,
      Domain: device.machine_domain,
      "Local address": device.local_ip,
      "Last user": device.last_login_user,
      "Last seen": device.last_seen,
    }),
  ];
}

let shown = "";
/** Puts a view into the drawer, only when what it shows has changed: what a reader has selected stays. */
function show(key, view) {
  if (key === shown) return;
  shown = key;
  drawer.replaceChildren(...view());
}

async function drawDrawer() {
  const [id, hostId] = [current(), currentHost()];
  drawer.hidden = !id && !hostId;
  if (drawer.hidden) {
    shown = "";
    return;
  }
  const path = id ? `alert?id=${encodeURIComponent(id)}` : `host?id=${encodeURIComponent(hostId)}`;
  const response = await fetch(`/api/console/${path}`);
  if (id !== current() || hostId !== currentHost()) return;
  if (!response.ok) {
    show(`missing ${path}`, () => [element("h1", {}, id ? "No such detection" : "No such host")]);
    return;
  }
  const { alert, host, device, online } = await response.json();
  if (device) {
    show(JSON.stringify([device.device_id, device.status, online]), () => hostView(device, online));
  } else {
    show(JSON.stringify([alert.comments, alert.status, host, id]), () => alertView(alert, host, id));
  }
}

function go() {
  draw();
  drawDrawer().catch(() => {});
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
  if (new URL(link.href).origin !== location.origin) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  go();
});
addEventListener("popstate", go);
list.addEventListener("scroll", draw);
addEventListener("resize", draw);

async function refresh() {
  const response = await fetch("/api/console/alerts").catch(() => null);
  if (response?.ok) {
    const text = await response.text();
    if (text !== refresh.last) {
      refresh.last = text;
      alerts = JSON.parse(text);
      draw();
    }
  }
  await drawDrawer().catch(() => {});
  setTimeout(refresh, 1000);
}
refresh();
