// The dock's handle and badge. They stand in our frame, not in the page, so the page gets no text;
// the content script only sets the host's size and place, as the worker says.

/** Width of the open dock in CSS pixels, and a step of the arrow keys. */
const WIDTH = { first: 420, min: 320, max: 760, step: 16 };
/** A step of the arrow keys on the badge, as a part of the page's height. */
const MOVE_STEP = 0.02;
/** A pointer that moved less has pressed, not dragged; in CSS pixels. */
const DRAG_LEAST = 4;

const WORDS = { P1: "Critical", P2: "High", P3: "Medium", P4: "Low", ok: "Benign" };

let state = null;
const grip = makeGrip();
const badge = makeBadge();
const controls = element("aside", "dock-controls");
controls.setAttribute("aria-label", "Panel size");
controls.append(grip, badge);

/** Shows what the worker says: `{collapsed, badge: {priority, percent} | null, width, y}`. */
export function show(next) {
  const turned = state !== null && state.collapsed !== next.collapsed;
  state = next;
  document.documentElement.dataset.dock = next.collapsed ? "collapsed" : "open";
  grip.setAttribute("aria-valuenow", String(next.width));
  labelBadge(next.badge);
  if (!controls.isConnected) document.body.append(controls);
  if (turned && document.hasFocus()) catchFocus();
}

/** What had the focus is hidden now: by keys one goes on from the badge, or from what is decided or read. */
function catchFocus() {
  const target = state.collapsed ? badge : document.querySelector(".sheet h2") ?? document.querySelector("main");
  if (target?.matches("main")) target.tabIndex = -1;
  target?.focus();
}

function send(message) {
  chrome.runtime.sendMessage(message);
}

// ---- the handle

function makeGrip() {
  const grip = element("div", "grip");
  grip.tabIndex = 0;
  const attributes = {
    role: "separator",
    "aria-orientation": "vertical",
    "aria-label": "Panel width",
    "aria-valuemin": WIDTH.min,
    "aria-valuemax": WIDTH.max,
  };
  for (const [name, value] of Object.entries(attributes)) grip.setAttribute(name, String(value));
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: WIDTH.step, ArrowRight: -WIDTH.step }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(state.width + step);
  });
  grip.addEventListener("dblclick", () => resize(WIDTH.first));
  onDrag(grip, () => state.width, (start, from, to) => resize(start + from.screenX - to.screenX));
  return grip;
}

function resize(px) {
  const width = Math.min(WIDTH.max, Math.max(WIDTH.min, Math.round(px)));
  if (width === state.width) return;
  state.width = width;
  grip.setAttribute("aria-valuenow", String(width));
  oncePerFrame(() => send({ type: "dock.width", px: width }));
}

// ---- the badge

function makeBadge() {
  const badge = element("button", "badge dock-badge");
  badge.type = "button";
  let dragged = false;
  badge.addEventListener("click", () => {
    if (!dragged) send({ type: "dock.open" });
    dragged = false;
  });
  badge.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -MOVE_STEP, ArrowDown: MOVE_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(state.y + step);
  });
  onDrag(badge, () => state.y, (start, from, to) => {
    if (Math.abs(to.screenY - from.screenY) < DRAG_LEAST && !dragged) return;
    dragged = true;
    move(start + (to.screenY - from.screenY) / screen.availHeight);
  });
  return badge;
}

function move(y) {
  state.y = Math.min(1, Math.max(0, y));
  oncePerFrame(() => send({ type: "dock.move", y: state.y }));
}

function labelBadge(shown) {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", "i mark");
  mark.setAttribute("viewBox", "0 0 16 16");
  mark.setAttribute("aria-hidden", "true");
  for (const [path, opacity] of [["M2 2.5h8v11H2z", "0.35"], ["M11.25 2.5H14v11h-2.75z", "1"]]) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", "path");
    part.setAttribute("d", path);
    part.setAttribute("opacity", opacity);
    mark.append(part);
  }
  badge.replaceChildren(mark);
  badge.dataset.p = shown ? (shown.priority === "ok" ? "0" : shown.priority.slice(1)) : "wait";
  if (!shown) {
    badge.setAttribute("aria-label", "Open Aside");
    return;
  }
  const { priority, percent } = shown;
  const sure = percent === null ? "" : `, ${percent} % sure`;
  badge.setAttribute("aria-label", `${WORDS[priority]}${sure}. Open Aside`);
  const tag = element("span", "tag");
  tag.textContent = priority === "ok" ? "OK" : priority;
  badge.append(tag);
  if (percent === null) return;
  const part = element("span", "pct");
  part.textContent = `${percent}\u00a0%`;
  badge.append(part);
}

// ---- both

function element(name, classes) {
  const made = document.createElement(name);
  made.className = classes;
  return made;
}

/** Calls `moved(start, from, to)` while the pointer is held; the frame moves under it, so screen places count. */
function onDrag(handle, begin, moved) {
  let from = null;
  let start = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = { screenX: event.screenX, screenY: event.screenY };
    start = begin();
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (from) moved(start, from, event);
  });
  for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => (from = null));
}

let latest = null;

/** Runs the last of several steps of one frame. */
function oncePerFrame(step) {
  if (latest === null) {
    requestAnimationFrame(() => {
      const run = latest;
      latest = null;
      run();
    });
  }
  latest = step;
}
