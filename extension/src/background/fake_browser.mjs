// The part of the extension API that the worker uses, in memory, for tests: storage copies what it
// keeps (as the browser does), pages and tabs are functions that the test gives.

export const EXTENSION = "olkphiagdclbpmbflkeddphpcafoklma";
export const ORIGIN = `chrome-extension://${EXTENSION}`;
export const FALCON = "https://falcon.crowdstrike.com";

/** A new browser, set as `globalThis.chrome`. */
export function fakeBrowser() {
  const listeners = {};
  const event = (name) => ({ addListener: (listener) => (listeners[name] = listener) });
  const browser = {
    listeners,
    local: {},
    session: {},
    /** Messages from the worker to pages of ours; a test replaces it to answer. */
    toPages: [],
    page: () => undefined,
    /** Messages from the worker to content scripts: `[tab, message]`. */
    toTabs: [],
    content: () => ({ done: true }),
    tabs: new Map(),
    sidePanels: [],
    opened: [],
    created: [],
    badges: {},
    menus: [],
  };
  globalThis.chrome = {
    runtime: {
      id: EXTENSION,
      // As Chromium: a resource with `use_dynamic_url` has another address than its document.
      getURL: (path) => (path === "panel.html" ? "chrome-extension://of-the-moment/panel.html" : `${ORIGIN}/${path}`),
      getManifest: () => ({ action: { default_title: "Aside" } }),
      getContexts: async () => browser.sidePanels,
      sendMessage: async (message) => {
        browser.toPages.push(message);
        return browser.page(message);
      },
      onMessage: event("message"),
      onInstalled: event("installed"),
    },
    storage: { session: area(browser.session), local: area(browser.local) },
    tabs: {
      get: async (id) => browser.tabs.get(id) ?? Promise.reject(new Error("No tab")),
      query: async ({ windowId }) => [...browser.tabs.values()].filter((tab) => tab.windowId === windowId && tab.active),
      create: async (tab) => browser.created.push(tab),
      sendMessage: async (tab, message) => {
        browser.toTabs.push([tab, message]);
        return browser.content(message, tab) ?? Promise.reject(new Error("Receiving end does not exist"));
      },
      onActivated: event("activated"),
      onRemoved: event("removed"),
    },
    action: {
      onClicked: event("clicked"),
      setBadgeText: async ({ tabId, text }) => (browser.badges[tabId] = text),
      setTitle: async () => {},
    },
    commands: { onCommand: event("command") },
    contextMenus: {
      onClicked: event("menu"),
      removeAll: async () => browser.menus.splice(0),
      create: (entry) => browser.menus.push(entry),
    },
    windows: { create: async (window) => browser.opened.push(window) },
    sidePanel: { open: async (where) => browser.opened.push({ side: where.windowId }) },
  };
  browser.send = (message, sender) =>
    new Promise((respond) => browser.listeners.message(message, { id: EXTENSION, ...sender }, respond));
  browser.clear = () => {
    for (const area of [browser.local, browser.session]) for (const key of Object.keys(area)) delete area[key];
    for (const list of [browser.toPages, browser.toTabs, browser.sidePanels, browser.opened, browser.created]) list.length = 0;
    browser.tabs.clear();
    browser.badges = {};
    browser.page = () => undefined;
    browser.content = () => ({ done: true });
  };
  return browser;
}

function area(kept) {
  return {
    get: async (key) => {
      await null;
      if (key === null) return structuredClone(kept);
      return key in kept ? structuredClone({ [key]: kept[key] }) : {};
    },
    set: async (values) => {
      await null;
      // As the browser: what JSON cannot hold is lost.
      Object.assign(kept, JSON.parse(JSON.stringify(values)));
    },
    remove: async (keys) => {
      await null;
      for (const key of [keys].flat()) delete kept[key];
    },
  };
}
