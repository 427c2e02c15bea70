// Starts the panel in a document that the worker knows as ours, and in no other. An unbound document
// shows nothing: its address may have been learned by a page.

/** Before anything else, so that the nonce stands in no history: it counts once. */
const nonce = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const isTop = window.top === window;
const isDock = location.pathname === "/panel.html";

/** This document's id, once it is bound. */
let ours = null;
/** Where messages go: kept until the panel has started. */
let early = [];
let deliver = (message) => early.push(message);
let dock = null;

// The dock is a frame, everything else is a window of its own or the browser's panel.
if (isTop !== isDock) start();

async function start() {
  chrome.runtime.onMessage.addListener(onMessage);
  // Compiled while the worker is asked; it does nothing before it is started.
  const compiled = import("./wasm/panel.js").then(async (panel) => {
    await panel.default();
    return panel;
  });
  if (!isDock && !(await chrome.tabs.getCurrent())) await sayWindow();
  const hello = { type: "hello", nonce: nonce === "" ? null : nonce, ratio: devicePixelRatio };
  const answer = await chrome.runtime.sendMessage(hello);
  if (!answer?.bound) return;
  ours = answer.document;
  document.body.append(placeholder());
  if (isDock) {
    dock = await import("./dock.js");
    dock.show(answer.dock);
  }
  const panel = await compiled;
  panel.start(answer.context);
  deliver = panel.message;
  for (const message of early) deliver(message);
  early = null;
}

/** A side panel stands in no tab, and the browser does not tell the worker which one speaks: each message says so. */
async function sayWindow() {
  const { id } = await chrome.windows.getCurrent();
  const send = chrome.runtime.sendMessage.bind(chrome.runtime);
  chrome.runtime.sendMessage = (message) => send({ ...message, window: id });
}

/** The panel's outline until it has started, which takes it away by its id. */
function placeholder() {
  const outline = document.createElement("div");
  outline.id = "loading";
  outline.className = "main";
  outline.setAttribute("aria-busy", "true");
  for (const classes of ["top", "prio", "head", "sec"]) {
    const part = document.createElement("div");
    part.className = classes;
    if (classes === "prio") part.dataset.p = "wait";
    for (const width of { head: ["w4", "w2"], sec: ["w3", "w4", "w2", "w3"] }[classes] ?? []) {
      const line = document.createElement("span");
      line.className = `skel ${width}`;
      part.append(line);
    }
    outline.append(part);
  }
  return outline;
}

/** Only the worker tells us anything, and only this document: content scripts speak from a tab. */
function onMessage({ to, ...message }, sender, respond) {
  if (sender.id !== chrome.runtime.id || sender.tab || ours === null || to !== ours) return;
  if (message.type === "pixel_ratio") respond({ ratio: devicePixelRatio });
  else if (message.type === "dock") dock?.show(message);
  else deliver(message);
}
