// The console: a virtual list of alerts, an alert beside it, routed by pushState, live once a second.

const ROW = 56;
const parameters = new URLSearchParams(location.search);
const app = document.getElementById("app");
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
const rows = element("div", { class: "rows", "data-testid": parameters.has("plain") ? undefined : "detections" });
list.append(element("h1", {}, "Endpoint detections"), rows);
const drawer = element("article", { class: "alert", hidden: "" });
app.append(list, drawer);

let alerts = [];
const current = () => {
  const match = location.pathname.match(/^\/(?:activity-v2\/detections|identity-protection\/detections|mobile\/detections|unified-detections|automated-leads)\/([^/]+)/);
  return match ? decodeURIComponent(match[1]) : new URLSearchParams(location.search).get("selected");
};

/** Only what is in sight is in the document. */
function draw() {
  rows.style.height = `${alerts.length * ROW}px`;
  const first = Math.max(0, Math.floor((list.scrollTop - rows.offsetTop) / ROW) - 3);
  const last = Math.min(alerts.length, first + Math.ceil(list.clientHeight / ROW) + 6);
  const open = current();
  rows.replaceChildren(
    ...alerts.slice(first, last).map((alert, at) => {
      const row = element(
        "a",
        { class: "row", href: alert.link, "data-id": parameters.has("plain") ? undefined : alert.composite_id, "aria-current": alert.composite_id === open ? "true" : undefined },
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

let shown = "";
async function drawAlert() {
  const id = current();
  drawer.hidden = !id;
  if (!id) {
    shown = "";
    return;
  }
  const response = await fetch(`/api/console/alert?id=${encodeURIComponent(id)}`);
  if (id !== current()) return;
  if (!response.ok) {
    drawer.replaceChildren(element("h1", {}, "No such detection"));
    shown = "";
    return;
  }
  const { alert, host } = await response.json();
  const text = JSON.stringify([alert.comments, alert.status, host, id]);
  if (text === shown) return;
  shown = text;
  const pairs = {
    Description: alert.description,
    Host: alert.device?.hostname,
    "Host state": host?.status,
    User: alert.user_name,
    Process: alert.filename,
    "Command line": alert.cmdline?.slice(0, 4000),
    Technique: alert.technique,
    Status: alert.status,
    Time: alert.timestamp,
  };
  const entries = Object.entries(pairs).filter(([, value]) => value);
  drawer.replaceChildren(
    element("h1", {}, alert.display_name ?? id),
    element(
      "dl",
      {},
      ...entries.flatMap(([name, value]) => [
        element("dt", {}, name),
        element("dd", name === "Host state" ? { class: "state", "data-s": value } : {}, String(value)),
      ]),
    ),
    element("h2", {}, "Comments"),
    element("ul", { class: "comments" }, ...(alert.comments ?? []).map((comment) => element("li", {}, comment.value))),
  );
}

function go() {
  draw();
  drawAlert();
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
  await drawAlert().catch(() => {});
  setTimeout(refresh, 1000);
}
refresh();
