// The panel outside the page: the browser's side panel and windows of our own.

import { windowNonce } from "./binding.js";

/** Size of a window of our own, in CSS pixels. */
const SIZE = { width: 480, height: 860 };

/** Opens a window of our own for a console's tab, to decide on `proposal` if one is named. */
export async function openWindow(tab, proposal) {
  const nonce = await windowNonce(tab, proposal);
  await chrome.windows.create({ url: `${chrome.runtime.getURL("app.html")}#${nonce}`, type: "popup", ...SIZE });
}

/** Opens the browser's own side panel (Firefox: the sidebar). Needs a person's action, a moment ago. */
export async function openSidePanel(window) {
  if (chrome.sidePanel) await chrome.sidePanel.open({ windowId: window });
  else await chrome.sidebarAction.open();
}
