// What the worker tells the panels. A message goes to all pages of the extension and names the one
// document that it is for; content scripts never get it.

import { boundDocuments } from "./binding.js";

/** Tells one bound document; its answer, or `undefined` if it is gone. */
export async function tell(document, message) {
  try {
    return await chrome.runtime.sendMessage({ ...message, to: document });
  } catch {
    return undefined; // no page of ours is open
  }
}

/** Tells every panel that shows this console tab. A window opened for one proposal stays with it. */
export async function tellTab(tab, message) {
  await tellWhere((bound) => bound.tab === tab && bound.proposal === null, message);
}

/** Tells the dock of a tab. */
export async function tellDock(tab, message) {
  await tellWhere((bound) => bound.tab === tab && bound.surface === "dock", message);
}

/** Tells the side panels of a browser window. */
export async function tellSide(window, message) {
  await tellWhere((bound) => bound.surface === "side" && bound.window === window, message);
}

/** Tells every panel but the one that knows it already. */
export async function tellOthers(except, message) {
  await tellWhere((_, document) => document !== except, message);
}

async function tellWhere(wanted, message) {
  const documents = await boundDocuments();
  await Promise.all(
    documents.filter(([document, bound]) => wanted(bound, document)).map(([document]) => tell(document, message)),
  );
}
