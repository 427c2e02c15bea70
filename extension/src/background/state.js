// What outlives the worker: `storage.session` for the browser's session (trusted contexts only, gone
// with the browser), `storage.local` for the two settings. Nothing of it is kept in memory.

const locks = new Map();

/**
 * Runs `step` when every earlier step under the same `name` has ended, so that reading and writing
 * back is one step. Only steps under way stand in memory.
 */
export function exclusive(name, step) {
  const before = locks.get(name) ?? Promise.resolve();
  const run = before.then(step, step);
  const settled = run.catch(() => {});
  locks.set(name, settled);
  settled.then(() => {
    if (locks.get(name) === settled) locks.delete(name);
  });
  return run;
}

/** A value of the browser's session, or `undefined`. */
export async function load(key) {
  return (await chrome.storage.session.get(key))[key];
}

/** Keeps a value for the browser's session. */
export async function save(key, value) {
  await chrome.storage.session.set({ [key]: value });
}

/** Forgets values of the browser's session. */
export async function forget(...keys) {
  await chrome.storage.session.remove(keys);
}

/** Every value of the browser's session whose key begins with `prefix`, as `[key without prefix, value]`. */
export async function loadAll(prefix) {
  const all = await chrome.storage.session.get(null);
  return Object.entries(all)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value]);
}

/** A setting that outlives the browser, or `undefined`. */
export async function setting(key) {
  return (await chrome.storage.local.get(key))[key];
}

/** Keeps a setting. */
export async function saveSetting(key, value) {
  await chrome.storage.local.set({ [key]: value });
}

/**
 * @typedef {{
 *   dock: "closed" | "open" | "collapsed",
 *   location: import("./consoles.js").Location | null,
 *   explain: import("./consoles.js").Location | null,
 *   selection: string | null,
 *   badge: {priority: string, percent: number | null} | null,
 *   lost: boolean,
 *   y: number,
 * }} TabState
 * A console tab: its dock, the page's address, the alert or text that the menu asked about until the
 * route changes, the badge, whether the page keeps taking the dock away, the badge's place (0 top, 1 bottom).
 */

/** @type {TabState} */
const NEW_TAB = {
  dock: "closed",
  location: null,
  explain: null,
  selection: null,
  badge: null,
  lost: false,
  y: 0.4,
};

/** @returns {Promise<TabState>} */
export async function tabState(tab) {
  return { ...NEW_TAB, ...(await load(`tab:${tab}`)) };
}

/**
 * Changes a tab's state by `change(before)`, which gives the fields to set.
 * @returns {Promise<{before: TabState, after: TabState}>}
 */
export function changeTab(tab, change) {
  return exclusive(`tab:${tab}`, async () => {
    const before = await tabState(tab);
    const after = { ...before, ...change(before) };
    await save(`tab:${tab}`, after);
    return { before, after };
  });
}

/** Drafts and pending decisions are kept by the console's tab and by what the panel names (the alert). */
export function draftKey(tab, key) {
  return `draft:${tab ?? "none"}:${key}`;
}

/** Forgets a closed tab with its drafts. */
export async function forgetTab(tab) {
  const drafts = await loadAll(`draft:${tab}:`);
  await forget(`tab:${tab}`, ...drafts.map(([key]) => `draft:${tab}:${key}`));
}
