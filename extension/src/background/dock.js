// The dock of a console tab: open, collapsed to the badge, closed. The worker decides, on a person's
// action alone; the content script only does as told.

import { dockNonce } from "./binding.js";
import { consoleOf, roomAt } from "./consoles.js";
import { tellDock } from "./panels.js";
import { changeTab, saveSetting, setting, tabState } from "./state.js";

/** Width of the open dock in CSS pixels: at first, least, most. */
const WIDTH = { first: 420, min: 320, max: 760 };

/** The frame's pixel ratio is at least this part of the page's, or the page has shrunk the panel. */
const PIXEL_RATIO_LEAST = 0.75;

/** Opens a closed or collapsed dock, collapses an open one. `false` where the page cannot hold a dock now. */
export async function toggle(tab) {
  const { dock } = await tabState(tab.id);
  return dock === "open" ? collapse(tab.id) : open(tab, true);
}

/**
 * Opens the dock of a tab.
 * @returns {Promise<boolean>} `false` if no content script answers there, the page keeps taking the dock
 * away, or a modal dialog of the page would make it unusable
 */
export async function open(tab, focus) {
  const { lost } = await tabState(tab.id);
  if (lost) return false;
  const { after } = await changeTab(tab.id, () => ({ dock: "open" }));
  const done = await place(tab.id, after, await dockNonce(tab.id, originOf(tab)), focus);
  if (!done) await changeTab(tab.id, () => ({ dock: "closed" }));
  return done;
}

/** Collapses the dock of a tab to its badge. */
export async function collapse(tab) {
  const { after } = await changeTab(tab, () => ({ dock: "collapsed" }));
  return place(tab, after, null, false);
}

/** The open dock again, by a press of its badge. */
export async function expand(tab) {
  const { after } = await changeTab(tab, () => ({ dock: "open" }));
  return place(tab, after, null, true);
}

/** Sets the width for all pages of the tab's platform. */
export async function setWidth(tab, px) {
  const state = await tabState(tab);
  const width = Math.round(Math.min(WIDTH.max, Math.max(WIDTH.min, px)));
  await saveSetting(`width:${platformOf(state)}`, width);
  await place(tab, state, null, false);
}

/** Moves the badge up and down: 0 is the top, 1 the bottom. */
export async function setBadgePlace(tab, y) {
  const { after } = await changeTab(tab, () => ({ y }));
  await place(tab, after, null, false);
}

/** What the content script of a page needs to show the dock that its tab has, or `null` if it has none. */
export async function remount(tab, origin) {
  const state = await tabState(tab);
  if (state.dock === "closed" || state.lost) return null;
  return layout(state, await dockNonce(tab, origin), false);
}

/** The page took the dock away too often: from now on the toolbar opens the side panel there. */
export async function giveUp(tab) {
  await changeTab(tab, () => ({ dock: "closed", lost: true }));
  await chrome.action.setBadgeText({ tabId: tab, text: "!" });
  await chrome.action.setTitle({
    tabId: tab,
    title: "Aside: this page keeps removing the panel. Press to open it in the browser's side panel.",
  });
}

/** A page was loaded anew: what the one before did is forgotten. */
export async function forgive(tab) {
  const { before } = await changeTab(tab, () => ({ lost: false }));
  if (!before.lost) return;
  await chrome.action.setBadgeText({ tabId: tab, text: "" });
  await chrome.action.setTitle({ tabId: tab, title: chrome.runtime.getManifest().action.default_title });
}

/** Whether the panel is shown at its true size: the frame's pixel ratio `frame` held against the page's now. */
export async function pixelRatioHolds(tab, frame) {
  const page = await toPage(tab, { type: "pixel_ratio" });
  return page?.ratio > 0 && frame >= page.ratio * PIXEL_RATIO_LEAST;
}

/** What the frame shows of the dock: its handle, or its badge. */
export async function frameState(tab) {
  const state = await tabState(tab);
  return { type: "dock", collapsed: state.dock === "collapsed", badge: state.badge, y: state.y, width: await widthOf(state) };
}

/** A message to the content script of a tab's page; its answer, or `undefined` if there is none. */
export async function toPage(tab, message) {
  try {
    return await chrome.tabs.sendMessage(tab, message, { frameId: 0 });
  } catch {
    return undefined; // no content script there
  }
}

async function place(tab, state, nonce, focus) {
  const [answer] = await Promise.all([
    toPage(tab, { type: "dock", ...(await layout(state, nonce, focus)) }),
    tellDock(tab, await frameState(tab)),
  ]);
  return answer?.done === true;
}

async function layout(state, nonce, focus) {
  const { dock, y } = state;
  return { dock, y, nonce, focus, width: await widthOf(state), room: roomAt(state.location?.host) };
}

async function widthOf(state) {
  return (await setting(`width:${platformOf(state)}`)) ?? WIDTH.first;
}

function platformOf(state) {
  return consoleOf(state.location?.host)?.platform ?? "unknown";
}

function originOf(tab) {
  return new URL(tab.url).origin;
}
