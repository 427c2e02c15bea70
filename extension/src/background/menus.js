// The context menu: static entries, on consoles' pages only.

import { alertOfRow, CONSOLE_HOSTS, locationOf } from "./consoles.js";
import { toPage } from "./dock.js";
import { tabState } from "./state.js";

/** Longest text that "Explain selection" passes on, in UTF-16 units. */
const SELECTION_MAX = 16_384;

const ENTRIES = [
  { id: "explain", title: "Explain this alert", contexts: ["page", "link", "selection"] },
  { id: "explain-selection", title: "Explain selection", contexts: ["selection"] },
];

/** Creates the entries; the browser keeps them over the worker's death. */
export async function createMenus() {
  await chrome.contextMenus.removeAll();
  const documentUrlPatterns = CONSOLE_HOSTS.map((host) => `https://${host}/*`);
  for (const entry of ENTRIES) chrome.contextMenus.create({ ...entry, documentUrlPatterns });
}

/**
 * What a chosen entry asks about: the alert of the link or row under the pointer, else of the page.
 * @returns {Promise<{explain: import("./consoles.js").Location | null, selection: string | null}>}
 */
export async function asked(info, tab) {
  if (info.menuItemId === "explain-selection") {
    return { explain: null, selection: String(info.selectionText ?? "").slice(0, SELECTION_MAX) || null };
  }
  const row = await toPage(tab.id, { type: "row" });
  const explain = alertOfRow([[info.linkUrl]]) ?? alertOfRow(row?.links) ?? (await tabState(tab.id)).location;
  return { explain: explain ?? locationOf(tab.url), selection: null };
}
