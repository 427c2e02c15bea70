// How soon the panel paints after the click that opens it, how soon it has content, and what the content
// script takes of the page's main thread when the route changes. Medians; each run has an alert of its own,
// since the backend reads an alert once for everybody. The driver stops every new frame for a moment to look
// into it, so the times are a little longer than a person's.

import { beSignedIn, CONSOLE, alertPath, goTo, openDock, openList, read, worker } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

const RUNS = 9;
const ROUTES = 200;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => `${value.toFixed(1)} ms`;

const world = await startWorld();
try {
  const token = await beSignedIn(world, RESPONDER);
  await world.context.addInitScript(noteContent);
  const alerts = (await world.control.state()).alerts
    .map((alert) => alert.composite_id)
    .filter((id) => id.startsWith(`${world.lab.crowdstrike.cid}:ind:`));
  if (alerts.length < 2 * RUNS + 2) throw new Error(`too few alerts: ${alerts.length}`);

  const answered = [];
  for (const id of alerts.slice(0, RUNS)) answered.push(await backendTakes(token, id));
  const backend = median(answered);

  const paints = [];
  const contents = [];
  for (const id of alerts.slice(RUNS, 2 * RUNS + 1)) {
    const { paint, content } = await opened(id);
    paints.push(paint);
    contents.push(content);
  }
  // The first opening is the browser's first of everything.
  const paint = median(paints.slice(1));
  const content = median(contents.slice(1));
  console.log(`first paint      ${ms(paint)} after the click (aim 80), ratio ${(paint / 80).toFixed(2)}`);
  console.log(`first content    ${ms(content)} after the click`);
  console.log(`  of that        ${ms(backend)} until the backend sends the first claim, the vendor's time in it`);
  console.log(`  beyond it      ${ms(content - backend)} (aim 100), ratio ${((content - backend) / 100).toFixed(2)}`);
  const route = await routeChange(alerts);
  console.log(`route change     ${route.toFixed(3)} ms of the content script (aim 1), ratio ${route.toFixed(2)}`);
} finally {
  await world.close();
}

/** From the first request to the first claim, for a client without a browser. */
async function backendTakes(token, id) {
  const host = new URL(CONSOLE).host;
  const location = { host, path: alertPath(id), query: "", fragment: "" };
  const start = performance.now();
  const resolved = await world.backend.request("/alerts/resolve", { token, body: { from: { page: location } } });
  const started = await world.backend.request("/analyses", { token, body: { alert: resolved.body.alert.key } });
  const headers = { authorization: `Bearer ${token}` };
  const events = await fetch(`${world.backend.url}/analyses/${started.body.id}/events`, { headers });
  let text = "";
  for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("event: claim")) return performance.now() - start;
  }
  throw new Error(`no claim of ${id}: ${text}`);
}

/** Opens the dock on an alert's page; milliseconds from the click to the first paint and the first claim's. */
async function opened(id) {
  const page = await world.context.newPage();
  await page.goto(CONSOLE + alertPath(id));
  await page.locator("a.row").first().waitFor();
  await settled(page);
  const background = await worker(world.context);
  const click = await background.evaluate(() => performance.timeOrigin + performance.now());
  const panel = await openDock(world.context, page);
  await read(panel);
  const seen = await panel.evaluate(() => {
    const [first] = performance.getEntriesByName("first-paint");
    return [first.startTime, globalThis.contentPainted].map((at) => performance.timeOrigin + at);
  });
  await page.close();
  return { paint: seen[0] - click, content: seen[1] - click };
}

/** In a document of ours: notes when the frame with the first claim has been painted. */
function noteContent() {
  if (location.protocol !== "chrome-extension:") return;
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));
  const observer = new MutationObserver(() => {
    if (!document.querySelector(".lead")) return;
    observer.disconnect();
    painted(() => (globalThis.contentPainted = performance.now()));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** The page has settled. */
async function settled(page) {
  await page.bringToFront();
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
}

/** Milliseconds of the main thread that a route change costs in the content script, by the browser's profiler. */
async function routeChange(alerts) {
  const page = await openList(world.context);
  const session = await world.context.newCDPSession(page);
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: 100 });
  await session.send("Profiler.start");
  for (let at = 0; at < ROUTES; at++) await goTo(page, alertPath(alerts[at % alerts.length]));
  const { profile } = await session.send("Profiler.stop");
  const ours = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.url.endsWith("/content/content.js")).map(({ id }) => id),
  );
  const microseconds = profile.samples.reduce(
    (sum, id, at) => (ours.has(id) ? sum + (profile.timeDeltas[at + 1] ?? 0) : sum),
    0,
  );
  await page.close();
  return microseconds / 1000 / ROUTES;
}
