// Runs in a console's page, in an isolated world: tells the worker which address is open, and shows
// the dock as the worker says, never by itself. It reads nothing else of the page but the links of
// the row under the last right click, and gives the page nothing. Everything here is input from an
// untrusted page to the worker, which checks it.
(() => {
  "use strict";

  /** How often the dock is put back where the page removed or covered it, for one page load. */
  const PUT_BACK_MAX = 5;
  /** Raising the dock above the page's own popovers: at most this many in that many milliseconds. */
  const RAISE_MAX = 5;
  const RAISE_WITHIN_MS = 2000;
  /** Addresses told after the first of a flood: one in this many milliseconds. */
  const TELL_EVERY_MS = 100;
  /** Size of the collapsed dock, in CSS pixels. */
  const BADGE = { width: 40, height: 88 };
  /** Longest part of an address and longest link that are told. */
  const PART_MAX = 4096;
  const LINK_MAX = 8192;
  /** How far a row is looked for around a right click, and how many links of a level are told. */
  const LEVELS_MAX = 8;
  const LINKS_MAX = 20;

  // ---- the worker

  /** The worker's answer, or `undefined` when the extension was removed or renewed under this page. */
  async function ask(message) {
    if (!chrome.runtime?.id) return unload();
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      return chrome.runtime?.id ? undefined : unload();
    }
  }

  const ON_MESSAGE = {
    dock: (message) => ({ done: show(message) }),
    pixel_ratio: () => ({ ratio: window.devicePixelRatio }),
    row: () => ({ links: linksOfRow() }),
  };

  function onMessage(message, sender, respond) {
    if (sender.id !== chrome.runtime.id || sender.tab || !Object.hasOwn(ON_MESSAGE, message?.type)) return;
    respond(ON_MESSAGE[message.type](message));
  }

  // ---- the address

  let told = null;
  let waiting = null;

  function onRoute() {
    if (location.href !== told && waiting === null) tellAddress();
  }

  /** Tells the address now, and once more after a pause if it changed meanwhile. */
  function tellAddress() {
    told = location.href;
    waiting = setTimeout(() => {
      waiting = null;
      onRoute();
    }, TELL_EVERY_MS);
    return ask({ type: "location", location: address(), start: false });
  }

  function address() {
    const parts = {
      host: location.host,
      path: location.pathname,
      query: location.search.slice(1),
      fragment: location.hash.slice(1),
    };
    return Object.values(parts).every((part) => part.length <= PART_MAX) ? parts : null;
  }

  // ---- the row under the last right click

  let clicked = null;

  function onContextMenu(event) {
    const [target] = event.composedPath();
    clicked = target instanceof Element ? new WeakRef(target) : null;
  }

  /** Links around the clicked element, from it outwards to its row; only addresses, never text. */
  function linksOfRow() {
    const levels = [];
    let element = clicked?.deref() ?? null;
    for (let depth = 0; element && element !== document.body && depth < LEVELS_MAX; depth += 1) {
      const within = [...element.querySelectorAll("a[href]")].slice(0, LINKS_MAX);
      if (element.matches("a[href]")) within.unshift(element);
      levels.push(within.map((link) => link.href).filter((link) => typeof link === "string" && link.length <= LINK_MAX));
      if (element.matches("tr, li, [role=row], [role=listitem]")) break;
      element = element.parentElement ?? element.getRootNode().host ?? null;
    }
    return levels;
  }

  // ---- the dock

  let dock = null;

  /** Shows, collapses or takes away the dock. `false` if it would be unusable: a modal dialog makes it inert. */
  function show(wanted) {
    if (wanted.dock === "closed") {
      remove();
      return true;
    }
    if (document.querySelector(":modal")) return false;
    if (!dock) {
      if (!wanted.nonce) return false;
      create(wanted.nonce);
    }
    dock.wanted = wanted;
    dock.sheet.replaceSync(styles(wanted));
    if (isHome()) raiseToTop();
    makeRoom();
    if (wanted.focus && wanted.dock === "open") dock.frame.focus();
    return true;
  }

  function create(nonce) {
    const host = document.createElement("aside-host");
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    const frame = document.createElement("iframe");
    frame.title = "Aside";
    root.adoptedStyleSheets = [sheet];
    root.append(frame);
    // A frame that was given the focus before its document stood has not passed it on.
    frame.addEventListener("load", () => {
      if (root.activeElement !== frame) return;
      frame.blur();
      frame.focus();
    });
    host.popover = "manual";
    dock = { host, sheet, frame, wanted: null, putBack: 0, raised: [], raising: false, fetching: false, room: [] };
    point(nonce);
    host.addEventListener("toggle", onHostToggle);
    presence.observe(host, { attributeFilter: ["popover"] });
    presence.observe(document, { childList: true });
    attach();
  }

  /** The frame presents the nonce in its hash, once, and wipes it. */
  function point(nonce) {
    dock.frame.src = `${chrome.runtime.getURL("panel.html")}#${nonce}`;
  }

  function attach() {
    presence.observe(document.documentElement, { childList: true });
    document.documentElement.append(dock.host);
    raiseToTop();
  }

  function raiseToTop() {
    if (dock.host.popover !== "manual") dock.host.popover = "manual";
    if (!dock.host.matches(":popover-open")) dock.host.showPopover();
  }

  function remove() {
    if (!dock) return;
    presence.disconnect();
    dock.host.removeEventListener("toggle", onHostToggle);
    giveRoomBack();
    dock.host.remove();
    dock = null;
  }

  function styles({ dock: state, width, y }) {
    const open = state === "open";
    const place = open
      ? `inset: 0 0 0 auto !important; width: ${width}px !important; height: 100% !important;`
      : `inset: auto 0 auto auto !important; top: calc((100% - ${BADGE.height}px) * ${y}) !important;
         width: ${BADGE.width}px !important; height: ${BADGE.height}px !important;
         border-radius: 10px 0 0 10px !important; overflow: clip !important;
         box-shadow: 0 4px 16px #14171b55 !important;`;
    return `
      :host { all: initial !important; position: fixed !important; display: block !important; ${place} }
      :host(:not(:popover-open)) { display: none !important; }
      iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: light dark; }`;
  }

  // The page may remove, move or hide the host: it is put back, but no tug of war is fought.

  const presence = new MutationObserver(() => {
    if (dock && !(isHome() && dock.host.popover === "manual")) putBack();
  });

  function isHome() {
    return dock.host.isConnected && dock.host.parentNode === document.documentElement;
  }

  function onHostToggle(event) {
    if (dock && event.newState === "closed" && !dock.raising && isHome()) putBack();
  }

  async function putBack() {
    const { host } = dock;
    if (dock.fetching) return;
    dock.putBack += 1;
    if (dock.putBack > PUT_BACK_MAX) {
      remove();
      await ask({ type: "dock.lost" });
      return;
    }
    if (isHome()) {
      raiseToTop();
      return;
    }
    // A frame that is moved loads anew and needs a new nonce: the old one counts once.
    dock.fetching = true;
    const answer = await ask({ type: "mount" });
    if (dock?.host !== host) return;
    dock.fetching = false;
    if (!answer?.dock) {
      remove();
      return;
    }
    point(answer.dock.nonce);
    attach();
    show(answer.dock);
  }

  /** Another popover was opened above the dock: the dock goes on top of it again, beside it on the page. */
  function onToggle(event) {
    if (!dock || event.target === dock.host || event.newState !== "open" || !isHome()) return;
    const now = Date.now();
    dock.raised = [...dock.raised.filter((at) => now - at < RAISE_WITHIN_MS), now];
    if (dock.raised.length > RAISE_MAX || document.querySelector(":modal")) return;
    dock.raising = true;
    dock.host.hidePopover();
    requestAnimationFrame(() => {
      if (!dock) return;
      if (isHome()) raiseToTop();
      dock.raising = false;
    });
  }

  // ---- the page's room

  /** Ways to narrow the page, tried in this order from the one that the console's profile names. */
  const ROOM = {
    margin: (width) => ({ "margin-right": `${width}px` }),
    contain: (width) => ({ width: `calc(100% - ${width}px)`, transform: "translateZ(0)" }),
  };

  function makeRoom() {
    giveRoomBack();
    const { dock: state, width, room } = dock.wanted;
    if (state !== "open" || !(room in ROOM)) return;
    apply(ROOM[room](width));
    requestAnimationFrame(() => {
      if (dock?.wanted.dock !== "open" || !isSomethingUnder(width)) return;
      giveRoomBack();
      if (room !== "margin" || scrolls()) return;
      apply(ROOM.contain(width));
      if (isSomethingUnder(width)) giveRoomBack();
    });
  }

  /** Sets properties of the root element, remembering what stood there. */
  function apply(properties) {
    const { style } = document.documentElement;
    for (const [name, value] of Object.entries(properties)) {
      dock.room.push([name, style.getPropertyValue(name), style.getPropertyPriority(name)]);
      style.setProperty(name, value, "important");
    }
  }

  function giveRoomBack() {
    const { style } = document.documentElement;
    for (const [name, value, priority] of dock.room.splice(0)) style.setProperty(name, value, priority);
  }

  function scrolls() {
    return document.scrollingElement.scrollHeight > window.innerHeight;
  }

  /** Whether anything of the page but its canvas still reaches under the dock's inner edge. */
  function isSomethingUnder(width) {
    const x = window.innerWidth - width + 4;
    return [0.02, 0.25, 0.5, 0.75, 0.98].some((part) =>
      document
        .elementsFromPoint(x, window.innerHeight * part)
        .some((element) => ![dock.host, document.documentElement, document.body].includes(element)),
    );
  }

  // ---- from start to end

  function unload() {
    remove();
    window.navigation.removeEventListener("currententrychange", onRoute);
    window.removeEventListener("contextmenu", onContextMenu, true);
    window.removeEventListener("toggle", onToggle, true);
  }

  async function start() {
    chrome.runtime.onMessage.addListener(onMessage);
    window.navigation.addEventListener("currententrychange", onRoute);
    window.addEventListener("contextmenu", onContextMenu, true);
    window.addEventListener("toggle", onToggle, true);
    told = location.href;
    const answer = await ask({ type: "location", location: address(), start: true });
    // The dock that this tab had before the page was loaded again.
    if (answer?.dock) whenBodyStands(() => show(answer.dock));
  }

  function whenBodyStands(then) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", then, { once: true });
    else then();
  }

  start();
})();
