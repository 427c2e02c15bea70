// The extension's worker. It registers its listeners at once, keeps no state in memory, and does
// nothing but route: who may send what stands in `messages.js`, each topic in its own module.

import { bind, follow, forgetBound } from "./binding.js";
import { consoleOf, locationOf, sameLocation } from "./consoles.js";
import * as dock from "./dock.js";
import { asked, createMenus } from "./menus.js";
import { admit } from "./messages.js";
import { tell, tellDock, tellOthers, tellSide, tellTab } from "./panels.js";
import * as session from "./session.js";
import { changeTab, draftKey, exclusive, forgetTab, load, save, tabState } from "./state.js";
import { openSidePanel, openWindow } from "./windows.js";

/** What each admitted message does; the answer goes back to its sender. */
const HANDLERS = {
  async location({ location, start }, { from }) {
    await moveTo(from.tab, location, start);
    return start ? { dock: await dock.remount(from.tab, from.origin) } : {};
  },
  async mount(_, { from }) {
    return { dock: await dock.remount(from.tab, from.origin) };
  },
  async "dock.lost"(_, { from }) {
    await dock.giveUp(from.tab);
    return {};
  },

  async hello(hello, { sender }) {
    const known = await bind(sender, hello);
    if (!known) return { bound: false };
    const { document, bound } = known;
    const docked = bound.surface === "dock";
    return {
      bound: true,
      document,
      context: await contextOf(bound, hello.ratio),
      dock: docked ? await dock.frameState(bound.tab) : null,
    };
  },

  "session.get": () => session.current(),
  "session.refresh": () => session.refresh(),
  "session.login": ({ user, password }, { from }) => announced(session.login(user, password), from),
  "session.logout": (_, { from }) => announced(session.logout(), from),
  "backend.set": async ({ address }, { from }) => {
    const result = await session.setBackend(address);
    if (result.ok) await announced(session.current(), from);
    return result;
  },

  async "state.save"({ key, value }, { from }) {
    await save(draftKey(from.bound.tab, key), value);
    return {};
  },
  async "state.load"({ key }, { from }) {
    return { value: (await load(draftKey(from.bound.tab, key))) ?? null };
  },

  async "window.open"({ proposal }, { from }) {
    await openWindow(from.bound.tab, proposal ?? null);
    return {};
  },
  async open_console({ url }, { from }) {
    if (!locationOf(url)) return { problem: "This is no console's address." };
    await chrome.tabs.create({ url, openerTabId: from.bound.surface === "window" ? undefined : from.bound.tab ?? undefined });
    return {};
  },
  async badge({ priority, percent }, { from }) {
    await showBadge(from.bound.tab, priority, percent ?? null);
    return {};
  },
  async "proof.pixel_ratio"(_, { from }) {
    if (from.as !== "dock") return { ok: true };
    const frame = await tell(from.document, { type: "pixel_ratio" });
    return { ok: await dock.pixelRatioHolds(from.bound.tab, frame?.ratio) };
  },

  async "dock.collapse"(_, { from }) {
    await dock.collapse(from.bound.tab);
    return {};
  },
  async "dock.open"(_, { from }) {
    await dock.expand(from.bound.tab);
    return {};
  },
  async "dock.width"({ px }, { from }) {
    await dock.setWidth(from.bound.tab, px);
    return {};
  },
  async "dock.move"({ y }, { from }) {
    await dock.setBadgePlace(from.bound.tab, y);
    return {};
  },
};

/** The address of a tab's page, told to its panels if it changed: one after the other, so that the last one stays. */
function moveTo(tab, location, start) {
  return exclusive(`address:${tab}`, async () => {
    if (start) await dock.forgive(tab);
    const { before } = await changeTab(tab, (was) =>
      sameLocation(was.location, location) ? {} : { location, explain: null, selection: null, badge: null },
    );
    if (sameLocation(before.location, location)) return;
    await showBadge(tab, null, null);
    await tellTab(tab, { type: "location", location });
  });
}

/** What a panel starts from. */
async function contextOf(bound, ratio) {
  const { location, explain, selection } = await shownIn(bound.tab);
  return {
    surface: bound.surface,
    tab: bound.tab,
    location: explain ?? location,
    pixel_ratio_ok: bound.surface !== "dock" || (await dock.pixelRatioHolds(bound.tab, ratio)),
    proposal: bound.proposal,
    selection,
  };
}

/** The state of a tab; the address of one that no content script told of is read from the tab itself. */
async function shownIn(tab) {
  if (tab === null) return { location: null, explain: null, selection: null };
  const state = await tabState(tab);
  if (state.location) return state;
  const found = await chrome.tabs.get(tab).catch(() => undefined);
  return { ...state, location: locationOf(found?.url) };
}

/** The other panels learn that somebody signed in or out. */
async function announced(change, from) {
  const result = await change;
  if (!result.problem) await tellOthers(from.document, { type: "session", ...result });
  return result;
}

/** Priority on the toolbar's icon and on the collapsed dock. */
async function showBadge(tab, priority, percent) {
  if (tab === null) return;
  const { after } = await changeTab(tab, () => ({ badge: priority === null ? null : { priority, percent } }));
  if (!after.lost) await chrome.action.setBadgeText({ tabId: tab, text: priority ?? "" });
  await tellDock(tab, await dock.frameState(tab));
}

/** Opens the panel beside the page, or in the browser's side panel where the page has no place for it. */
async function show(tab, opened) {
  if (!(await opened)) await openSidePanel(tab.windowId);
}

const hasDock = (tab) => chrome.sidePanel !== undefined && consoleOf(locationOf(tab.url)?.host) !== undefined;

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  admit(message, sender)
    .then((admitted) =>
      admitted.refused
        ? { refused: admitted.refused }
        : HANDLERS[message.type](message, { from: admitted.from, sender }),
    )
    .then(respond, (error) => respond({ refused: `failed: ${error.message}` }));
  return true;
});

chrome.runtime.onInstalled.addListener(createMenus);

chrome.action.onClicked.addListener((tab) => show(tab, hasDock(tab) && dock.toggle(tab)));

chrome.commands.onCommand.addListener(async (name, tab) => {
  if (name === "toggle") await show(tab, hasDock(tab) && dock.toggle(tab));
  if (name === "side-panel") await openSidePanel(tab.windowId);
});

chrome.contextMenus.onClicked.addListener(async (info, tab) => {
  const { explain, selection } = await asked(info, tab);
  const { after } = await changeTab(tab.id, (was) => ({ explain: explain ?? was.explain, selection }));
  const told = tellTab(tab.id, { type: "explain", location: after.explain ?? after.location, selection });
  await show(tab, hasDock(tab) && dock.open(tab, true));
  await told;
});

chrome.tabs.onActivated.addListener(async ({ tabId, windowId }) => {
  await follow(windowId, tabId);
  const { location, explain } = await shownIn(tabId);
  await tellSide(windowId, { type: "location", location: explain ?? location });
});

chrome.tabs.onRemoved.addListener(async (tab) => {
  await forgetBound(tab);
  await forgetTab(tab);
});
