// Starts the panel in a document that the worker knows as ours, and in no other. An unbound document
// shows nothing: its address may have been learned by a page.

/** Before anything else, so that the nonce stands in no history: it counts once. */
const nonce = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const isTop = window.top === window;
const isDock = location.pathname === "/panel.html";

/** This document's id, once it is bound. */
let ours = null;
/** What came before the panel had started, even before the answer to our hello; then nothing waits any more. */
let early = [];
let panel = null;
let dock = null;

// The dock is a frame, everything else is a window of its own or the browser's panel.
if (isTop !== isDock) start();

async function start() {
  chrome.runtime.onMessage.addListener(onMessage);
  // Compiled while the worker is asked; it does nothing before it is started.
  const compiled = import("./wasm/panel.js").then(async (module) => {
    await module.default();
    return module;
  });
  if (!isDock && !(await chrome.tabs.getCurrent())) await sayWindow();
  const hello = { type: "hello", nonce: nonce === "" ? null : nonce, ratio: devicePixelRatio };
  const answer = await chrome.runtime.sendMessage(hello);
  if (!answer?.bound) {
    chrome.runtime.onMessage.removeListener(onMessage);
    return;
  }
  ours = answer.document;
  document.body.append(placeholder());
  if (isDock) {
    dock = await import("./dock.js");
    dock.show(answer.dock);
  }
  panel = await compiled;
  panel.start(answer.context);
  const waiting = early;
  early = null;
  waiting.forEach(hear);
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

/** Only the worker tells us anything: content scripts speak from a tab. */
function onMessage(message, sender, respond) {
  if (sender.id !== chrome.runtime.id || sender.tab) return;
  if (message.type === "pixel_ratio" && message.to === ours) respond({ ratio: devicePixelRatio });
  else if (early) early.push(message);
  else hear(message);
}

/** A message of the worker's, which names the one document that it is for. */
function hear({ to, ...message }) {
  if (to !== ours) return;
  if (message.type === "dock") dock?.show(message);
  else panel.message(message);
}
