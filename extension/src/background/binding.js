// Which documents are ours. A page can learn the dock's address and frame it, so the address proves
// nothing: a document is bound by a nonce that the worker made for one place and takes once, and
// everything later must come from that document. A side panel is told by having no tab, which no frame of
// a page lacks; the browser names neither its document nor its window, so it says its window itself.

import { exclusive, forget, load, loadAll, save } from "./state.js";

/**
 * @typedef {{
 *   surface: "dock" | "side" | "window",
 *   tab: number | null,
 *   own: number | null,
 *   window: number | null,
 *   proposal: string | null,
 * }} Bound
 * `tab` is the console's tab (side panel: the one it follows now), `own` the tab that the document stands
 * in, `window` the browser window of a side panel.
 */

/** How long a nonce waits for its document, in milliseconds. */
export const NONCE_LIFE_MS = 30_000;

const PAGES = { dock: "panel.html", app: "app.html" };

/** A nonce for the dock of `tab`, whose page has `origin`. */
export function dockNonce(tab, origin, now = Date.now()) {
  return issue({ surface: "dock", tab, origin, until: now + NONCE_LIFE_MS });
}

/** A nonce for a window of our own that stands for `tab` and decides on `proposal`. */
export function windowNonce(tab, proposal, now = Date.now()) {
  return issue({ surface: "window", tab, proposal, until: now + NONCE_LIFE_MS });
}

async function issue(place) {
  const now = place.until - NONCE_LIFE_MS;
  const stale = (await loadAll("nonce:")).filter(([, other]) => other.until < now);
  await forget(...stale.map(([nonce]) => `nonce:${nonce}`));
  const nonce = crypto.randomUUID();
  await save(`nonce:${nonce}`, place);
  return nonce;
}

/**
 * Binds the document that says hello, or gives `null`. One at a time: a nonce counts once.
 * @param {chrome.runtime.MessageSender} sender
 * @param {{nonce: string | null, window?: number}} hello
 * @returns {Promise<{document: string, bound: Bound} | null>}
 */
export function bind(sender, { nonce, window }, now = Date.now()) {
  return exclusive("binding", async () => {
    const place = await take(nonce, now);
    const bound = (await asDock(sender, place)) ?? (await asWindow(sender, place)) ?? (await asSide(sender, window));
    const document = documentOf(sender, window);
    if (!bound || document === null) return null;
    await save(`bound:${document}`, bound);
    return { document, bound };
  });
}

/** What a document is called here: as the browser calls it, a side panel by its window. */
function documentOf(sender, window) {
  if (sender.tab === undefined) return Number.isInteger(window) ? `side:${window}` : null;
  return sender.documentId ?? null;
}

async function take(nonce, now) {
  if (nonce === null) return null;
  const place = await load(`nonce:${nonce}`);
  await forget(`nonce:${nonce}`);
  return place && now <= place.until ? place : null;
}

async function asDock(sender, place) {
  const ours =
    place?.surface === "dock" && isPage(sender, PAGES.dock) && sender.tab?.id === place.tab && sender.frameId !== 0;
  if (!ours) return null;
  for (const [document, bound] of await loadAll("bound:")) {
    if (bound.surface === "dock" && bound.tab === place.tab) await forget(`bound:${document}`);
  }
  return { surface: "dock", tab: place.tab, own: place.tab, window: null, proposal: null };
}

async function asWindow(sender, place) {
  if (!isPage(sender, PAGES.app) || sender.tab?.id === undefined || sender.frameId !== 0) return null;
  const known =
    place?.surface === "window"
      ? { tab: place.tab, proposal: place.proposal }
      : await load(`window:${sender.tab.id}`); // a reload: the window is remembered by its own tab
  if (!known) return null;
  await save(`window:${sender.tab.id}`, known);
  return { surface: "window", tab: known.tab, own: sender.tab.id, window: null, proposal: known.proposal };
}

async function asSide(sender, window) {
  if (!isPage(sender, PAGES.app) || sender.tab !== undefined || !Number.isInteger(window)) return null;
  const contexts = await chrome.runtime.getContexts({ contextTypes: ["SIDE_PANEL"] });
  if (!contexts.some((context) => context.documentUrl === sender.url)) return null;
  const [active] = await chrome.tabs.query({ active: true, windowId: window });
  return { surface: "side", tab: active?.id ?? null, own: null, window, proposal: null };
}

/** Whether the sender is that page of this extension, whatever its hash. */
function isPage(sender, page) {
  if (typeof sender.url !== "string") return false;
  // Not getURL(page): for the docked page that is an address of the moment, its document has the lasting one.
  return sender.url.split(/[?#]/, 1)[0] === chrome.runtime.getURL("") + page;
}

/**
 * What the sender was bound as, or `null`; `window` is what a side panel says of itself.
 * @returns {Promise<{document: string, bound: Bound} | null>}
 */
export async function boundAs(sender, window) {
  const document = documentOf(sender, window);
  if (document === null) return null;
  const bound = await load(`bound:${document}`);
  return bound && (sender.tab?.id ?? null) === bound.own ? { document, bound } : null;
}

/**
 * Every bound document.
 * @returns {Promise<[string, Bound][]>} by `documentId`
 */
export function boundDocuments() {
  return loadAll("bound:");
}

/** Lets the side panels of a browser window follow another tab. */
export async function follow(window, tab) {
  for (const [document, bound] of await boundDocuments()) {
    if (bound.surface === "side" && bound.window === window) await save(`bound:${document}`, { ...bound, tab });
  }
}

/** Forgets what a closed tab held: its dock, or the window that it was. */
export async function forgetBound(tab) {
  const held = (await boundDocuments()).filter(([, bound]) => bound.own === tab);
  await forget(`window:${tab}`, ...held.map(([document]) => `bound:${document}`));
}
