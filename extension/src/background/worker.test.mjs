import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { EXTENSION, FALCON, fakeBrowser, ORIGIN } from "./fake_browser.mjs";

const browser = fakeBrowser();
await import("./worker.js");
const { bind, dockNonce, NONCE_LIFE_MS } = await import("./binding.js");

const TAB = { id: 7, windowId: 1, active: true, url: `${FALCON}/activity-v2/detections` };
const AT = { host: "falcon.crowdstrike.com", path: "/activity-v2/detections", query: "", fragment: "" };
const ALERT = { ...AT, path: "/activity-v2/detections/aa:ind:bb:1-2-3" };
const console_ = { tab: TAB, frameId: 0, origin: FALCON, url: TAB.url, documentId: "page" };
const frame = (documentId = "frame", tab = TAB) => ({
  tab,
  frameId: 5,
  origin: ORIGIN,
  url: `${ORIGIN}/panel.html`,
  documentId,
});

beforeEach(() => {
  browser.clear();
  browser.tabs.set(TAB.id, TAB);
  browser.content = (message) => (message.type === "pixel_ratio" ? { ratio: 1 } : { done: true });
});

const hello = (nonce) => ({ type: "hello", nonce, ratio: 1 });
const lastDock = () => browser.toTabs.findLast(([, message]) => message.type === "dock")?.[1];

/** Opens the dock by the toolbar and binds its frame. */
async function opened(documentId = "frame") {
  await browser.listeners.clicked(TAB);
  const answer = await browser.send(hello(lastDock().nonce), frame(documentId));
  assert.equal(answer.bound, true);
  return answer;
}

test("the toolbar opens the dock, then collapses it, then opens it again", async () => {
  await browser.listeners.clicked(TAB);
  assert.equal(lastDock().dock, "open");
  assert.equal(lastDock().width, 420);
  await browser.listeners.clicked(TAB);
  assert.equal(lastDock().dock, "collapsed");
  await browser.listeners.clicked(TAB);
  assert.equal(lastDock().dock, "open");
});

test("the frame that presents the nonce is bound and told what is open", async () => {
  await browser.send({ type: "location", location: ALERT, start: true }, console_);
  const { context, document, dock } = await opened();
  assert.deepEqual(context, {
    surface: "dock",
    tab: 7,
    location: ALERT,
    pixel_ratio_ok: true,
    proposal: null,
    selection: null,
  });
  assert.equal(document, "frame");
  assert.equal(dock.collapsed, false);
});

test("an alert opened while the page's start is still being taken in is the one that is open", async () => {
  await Promise.all([
    browser.send({ type: "location", location: AT, start: true }, console_),
    browser.send({ type: "location", location: ALERT, start: false }, console_),
  ]);
  assert.deepEqual((await opened()).context.location, ALERT);
});

test("a nonce counts once, also when two frames present it at the same time", async () => {
  await browser.listeners.clicked(TAB);
  const { nonce } = lastDock();
  const answers = await Promise.all(["a", "b", "c"].map((id) => browser.send(hello(nonce), frame(id))));
  assert.deepEqual(answers.map((answer) => answer.bound).sort(), [false, false, true]);
});

test("a frame without a nonce, with a wrong one, or in another tab is not bound", async () => {
  await browser.listeners.clicked(TAB);
  const { nonce } = lastDock();
  for (const wrong of [null, "", "guess", "x".repeat(64)]) {
    assert.deepEqual(await browser.send(hello(wrong), frame("thief")), { bound: false });
  }
  assert.deepEqual(await browser.send(hello(nonce), frame("thief", { ...TAB, id: 8 })), { bound: false });
  // The thief's try has spent it.
  assert.deepEqual(await browser.send(hello(nonce), frame()), { bound: false });
});

test("the docked page as a tab's top document is not bound, nor is the other page in a frame", async () => {
  await browser.listeners.clicked(TAB);
  const { nonce } = lastDock();
  assert.deepEqual(await browser.send(hello(nonce), { ...frame(), frameId: 0 }), { bound: false });
  await browser.listeners.clicked(TAB);
  await browser.listeners.clicked(TAB);
  const other = { ...frame(), url: `${ORIGIN}/app.html` };
  assert.deepEqual(await browser.send(hello(lastDock().nonce), other), { bound: false });
});

test("a nonce that waited too long is refused", async () => {
  const now = 1_800_000_000_000;
  const late = await dockNonce(TAB.id, FALCON, now);
  assert.equal(await bind(frame(), { nonce: late }, now + NONCE_LIFE_MS + 1), null);
  const inTime = await dockNonce(TAB.id, FALCON, now);
  assert.equal((await bind(frame(), { nonce: inTime }, now + NONCE_LIFE_MS)).bound.tab, TAB.id);
});

test("a new frame takes the place of the old one, which is then nobody", async () => {
  await opened("first");
  const { dock } = await browser.send({ type: "mount" }, console_);
  assert.equal((await browser.send(hello(dock.nonce), frame("second"))).bound, true);
  assert.match((await browser.send({ type: "session.get" }, frame("first"))).refused, /sender/);
  assert.equal((await browser.send({ type: "session.get" }, frame("second"))).state, "no_backend");
});

test("a content script gets a dock only where a person opened one", async () => {
  assert.deepEqual(await browser.send({ type: "mount" }, console_), { dock: null });
  assert.deepEqual(await browser.send({ type: "location", location: AT, start: true }, console_), { dock: null });
  await opened();
  const again = await browser.send({ type: "location", location: AT, start: true }, console_);
  assert.equal(again.dock.dock, "open");
  assert.equal(again.dock.focus, false, "a reload moves no focus");
});

test("who may send what: everything else is refused", async () => {
  await opened();
  const location = { type: "location", location: AT, start: false };
  const refused = [
    // content scripts reach nothing that a panel may
    ...["session.get", "session.refresh", "session.logout", "dock.collapse", "dock.open", "proof.pixel_ratio"].map(
      (type) => [{ type }, console_],
    ),
    [{ type: "session.login", user: "a", password: "b" }, console_],
    [{ type: "state.load", key: "a" }, console_],
    [{ type: "state.save", key: "a", value: 1 }, console_],
    [{ type: "backend.set", address: "https://evil.example" }, console_],
    [{ type: "window.open" }, console_],
    [{ type: "badge", priority: "P1", percent: 1 }, console_],
    [hello(null), console_],
    // nor may a frame of the page, another origin, another extension, no tab
    [location, { ...console_, frameId: 3 }],
    [location, { ...console_, origin: "https://example.com" }],
    [location, { ...console_, origin: "http://falcon.crowdstrike.com" }],
    [location, { ...console_, origin: undefined }],
    [location, { ...console_, id: "another" }],
    [location, { ...console_, tab: undefined }],
    [{ type: "session.get" }, { ...frame("frame"), id: "another" }],
    [{ type: "session.get" }, frame("unbound")],
    [{ type: "session.get" }, frame("frame", { ...TAB, id: 8 })],
    [{ type: "session.get" }, { ...frame(), origin: FALCON }],
    // a panel is no content script
    [location, frame()],
    [{ type: "mount" }, frame()],
    // other shapes
    [{ ...location, location: { ...AT, host: "falcon.us-2.crowdstrike.com" } }, console_],
    [{ ...location, extra: 1 }, console_],
    [{ ...location, start: "yes" }, console_],
    [{ ...location, location: { ...AT, path: `/${"a".repeat(102_400)}` } }, console_],
    [{ type: "mount", nonce: "mine" }, console_],
    [{ type: "dock.width", px: "420" }, frame()],
    [{ type: "dock.width", px: NaN }, frame()],
    [{ type: "badge", priority: "<b>" }, frame()],
    [{ type: "state.save", key: "a", value: "x".repeat(300_000) }, frame()],
    [{ type: "state.save", key: "a" }, frame()],
    [{ type: "session.login", user: "a" }, frame()],
    [{ type: "toString" }, frame()],
    [{ type: "__proto__" }, frame()],
    [{}, frame()],
    [null, frame()],
    ["hello", frame()],
    [[], frame()],
  ];
  for (const [message, sender] of refused) {
    const answer = await browser.send(message, sender);
    assert.ok(answer.refused, `${JSON.stringify(message)?.slice(0, 90)} from ${sender.origin}`);
    assert.ok(!answer.refused.startsWith("failed"), answer.refused);
  }
});

test("a route change is told to the dock once, and forgets what the menu asked", async () => {
  await opened();
  const told = () => browser.toPages.filter((message) => message.type === "location");
  await browser.send({ type: "location", location: ALERT, start: false }, console_);
  await browser.send({ type: "location", location: ALERT, start: false }, console_);
  assert.deepEqual(told(), [{ to: "frame", type: "location", location: ALERT }]);
});

test("Explain on a row opens the dock on that row's alert", async () => {
  await browser.send({ type: "location", location: AT, start: true }, console_);
  const link = `${FALCON}${ALERT.path}`;
  browser.content = (message) => (message.type === "row" ? { links: [[], [link]] } : { done: true, ratio: 1 });
  await browser.listeners.menu({ menuItemId: "explain" }, TAB);
  assert.equal(lastDock().dock, "open");
  const { context } = await browser.send(hello(lastDock().nonce), frame());
  assert.deepEqual(context.location, ALERT);
  await browser.listeners.menu({ menuItemId: "explain", linkUrl: `${link}9` }, TAB);
  const told = browser.toPages.findLast((message) => message.type === "explain");
  assert.equal(told.location.path, `${ALERT.path}9`);
});

test("Explain where no row is known takes the page's own alert", async () => {
  await browser.send({ type: "location", location: ALERT, start: true }, console_);
  browser.content = (message) => (message.type === "row" ? { links: "hostile" } : { done: true, ratio: 1 });
  await browser.listeners.menu({ menuItemId: "explain", linkUrl: "https://example.com/x" }, TAB);
  const { context } = await browser.send(hello(lastDock().nonce), frame());
  assert.deepEqual(context.location, ALERT);
});

test("Explain selection carries the text, cut to a length", async () => {
  await browser.send({ type: "location", location: ALERT, start: true }, console_);
  await browser.listeners.menu({ menuItemId: "explain-selection", selectionText: "x".repeat(102_400) }, TAB);
  const { context } = await browser.send(hello(lastDock().nonce), frame());
  assert.equal(context.selection.length, 16_384);
  assert.deepEqual(context.location, ALERT);
});

test("the menu stands on consoles' pages only", async () => {
  await browser.listeners.installed();
  assert.deepEqual(browser.menus.map((entry) => entry.title), ["Explain this alert", "Explain selection"]);
  for (const { documentUrlPatterns } of browser.menus) {
    assert.ok(documentUrlPatterns.length > 0);
    for (const pattern of documentUrlPatterns) assert.match(pattern, /^https:\/\/falcon\.[a-z0-9.-]+\/\*$/);
  }
});

test("where the page holds no dock, the side panel opens", async () => {
  await browser.listeners.clicked({ ...TAB, url: "https://example.com/" });
  assert.deepEqual(browser.opened, [{ side: 1 }]);
  browser.content = () => undefined; // the extension came after the page
  await browser.listeners.clicked(TAB);
  assert.deepEqual(browser.opened, [{ side: 1 }, { side: 1 }]);
  browser.content = () => ({ done: false }); // a modal dialog of the page
  await browser.listeners.clicked(TAB);
  assert.equal(browser.opened.length, 3);
});

test("a page that keeps removing the dock gets none until it is loaded again", async () => {
  await opened();
  await browser.send({ type: "dock.lost" }, console_);
  assert.equal(browser.badges[7], "!");
  assert.deepEqual(await browser.send({ type: "mount" }, console_), { dock: null });
  await browser.listeners.clicked(TAB);
  assert.deepEqual(browser.opened, [{ side: 1 }]);
  await browser.send({ type: "location", location: AT, start: true }, console_);
  assert.equal(browser.badges[7], "");
  await browser.listeners.clicked(TAB);
  assert.equal(lastDock().dock, "open");
});

test("the width stays within its bounds, and for the next tab", async () => {
  await opened();
  await browser.send({ type: "location", location: AT, start: false }, console_);
  await browser.send({ type: "dock.width", px: 9000 }, frame());
  assert.equal(lastDock().width, 760);
  await browser.send({ type: "dock.width", px: 3 }, frame());
  assert.equal(lastDock().width, 320);
  const other = { ...TAB, id: 9 };
  await browser.send({ type: "location", location: AT, start: true }, { ...console_, tab: other });
  await browser.listeners.clicked(other);
  assert.equal(lastDock().width, 320);
});

test("the badge shows on the toolbar and on the collapsed dock, and goes with the alert", async () => {
  await opened();
  await browser.send({ type: "badge", priority: "P1", percent: 95 }, frame());
  assert.equal(browser.badges[7], "P1");
  assert.deepEqual(browser.toPages.at(-1).badge, { priority: "P1", percent: 95 });
  await browser.send({ type: "location", location: ALERT, start: false }, console_);
  assert.equal(browser.badges[7], "");
});

test("the panel is at its true size only if the page has not shrunk it", async () => {
  await opened();
  const ask = () => browser.send({ type: "proof.pixel_ratio" }, frame());
  const ratios = (page, own) => {
    browser.content = () => ({ ratio: page });
    browser.page = (message) => (message.type === "pixel_ratio" ? { ratio: own } : undefined);
  };
  for (const [page, own, ok] of [[1, 1, true], [2, 2, true], [1, 0.3, false], [2, 1.5, true], [2, 1.49, false],
    [undefined, 1, false], [1, undefined, false], [0, 1, false], ["1", 1, true]]) {
    ratios(page, own);
    assert.deepEqual(await ask(), { ok }, `${page} ${own}`);
  }
  browser.content = () => undefined;
  assert.deepEqual(await ask(), { ok: false });
});

test("drafts are kept by tab and name, over the worker's death, until the tab closes", async () => {
  await opened();
  await browser.send({ type: "state.save", key: "draft/a", value: { text: "half a quest" } }, frame());
  assert.deepEqual(await browser.send({ type: "state.load", key: "draft/a" }, frame()), { value: { text: "half a quest" } });
  assert.deepEqual(await browser.send({ type: "state.load", key: "draft/b" }, frame()), { value: null });
  // Nothing of it stands in the worker's memory: all is in the session's storage.
  assert.ok(Object.keys(browser.session).includes("draft:7:draft/a"));
  await browser.listeners.removed(7);
  assert.deepEqual(Object.keys(browser.session).filter((key) => /draft|bound|tab:/.test(key)), []);
});

test("a window of our own is bound by its nonce, remembered by its tab, and keeps its proposal", async () => {
  await opened();
  await browser.send({ type: "window.open", proposal: "p-1" }, frame());
  const [{ url, type }] = browser.opened;
  assert.equal(type, "popup");
  const nonce = url.split("#")[1];
  const own = { id: 20, windowId: 3 };
  const page = (documentId, tab = own) => ({ tab, frameId: 0, origin: ORIGIN, url: `${ORIGIN}/app.html`, documentId });
  const first = await browser.send(hello(nonce), page("w1"));
  assert.deepEqual([first.context.surface, first.context.proposal, first.context.tab], ["window", "p-1", 7]);
  // A reload has no nonce any more.
  const second = await browser.send(hello(null), page("w2"));
  assert.equal(second.context.proposal, "p-1");
  // A tab that somebody opened by hand is nobody.
  assert.deepEqual(await browser.send(hello(null), page("w3", { id: 21, windowId: 3 })), { bound: false });
  // The console's tab moving on does not move the decision.
  await browser.send({ type: "location", location: ALERT, start: false }, console_);
  assert.deepEqual(browser.toPages.filter(({ type }) => type === "location").map(({ to }) => to), ["frame"]);
  assert.deepEqual(await browser.send({ type: "proof.pixel_ratio" }, page("w2")), { ok: true });
});

test("a side panel is known by the browser's list, says its window, and follows that window's tab", async () => {
  // As Chromium: neither tab nor document is named, and the list names no window.
  const page = { origin: ORIGIN, url: `${ORIGIN}/app.html` };
  const side = (message, window = 1) => browser.send({ ...message, window }, page);
  assert.deepEqual(await side(hello(null)), { bound: false });
  browser.sidePanels.push({ documentId: "x", documentUrl: page.url, windowId: -1 });
  assert.deepEqual(await browser.send({ ...hello(null), window: 1 }, frame()), { refused: "not of this shape" });
  assert.ok((await side(hello(null), "1")).refused);
  const { context, document } = await side(hello(null));
  assert.deepEqual([context.surface, context.tab, context.location.path], ["side", 7, AT.path]);
  assert.equal((await side({ type: "session.get" })).state, "no_backend");
  assert.ok((await side({ type: "session.get" }, 2)).refused, "another window has no side panel");
  const other = { id: 9, windowId: 1, active: true, url: `${FALCON}${ALERT.path}` };
  browser.tabs.set(9, other);
  await browser.listeners.activated({ tabId: 9, windowId: 1 });
  assert.deepEqual(browser.toPages.at(-1), { to: document, type: "location", location: ALERT });
  await side({ type: "state.save", key: "draft", value: 1 });
  assert.equal(browser.session["draft:9:draft"], 1, "kept for the tab that it shows");
});

test("only a console's address is opened in a console", async () => {
  await opened();
  for (const url of ["https://example.com/", "javascript:alert(1)", "file:///etc/passwd", `${FALCON}:99/`]) {
    assert.ok((await browser.send({ type: "open_console", url }, frame())).problem, url);
  }
  assert.deepEqual(browser.created, []);
  await browser.send({ type: "open_console", url: `${FALCON}/a` }, frame());
  assert.equal(browser.created[0].url, `${FALCON}/a`);
});

test("the shortcut opens and collapses like the toolbar", async () => {
  await browser.listeners.command("toggle", TAB);
  assert.equal(lastDock().dock, "open");
  await browser.listeners.command("toggle", TAB);
  assert.equal(lastDock().dock, "collapsed");
  await browser.listeners.command("side-panel", TAB);
  assert.deepEqual(browser.opened, [{ side: 1 }]);
});

test("listeners stand before the worker's module has ended", () => {
  for (const name of ["message", "installed", "clicked", "command", "menu", "activated", "removed"]) {
    assert.equal(typeof browser.listeners[name], "function", name);
  }
  assert.equal(chrome.runtime.id, EXTENSION);
});
