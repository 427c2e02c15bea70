import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const SOURCE = readFileSync(new URL("content.js", import.meta.url), "utf8");
const WORKER = { id: "us" };

/** A page with only what the content script touches; `answer` is the worker. */
function open(address, answer = () => ({})) {
  const page = { sent: [], messages: [], listeners: {}, frames: [], timers: [], moved: 0 };
  const listen = (type, listener) => (page.listeners[type] = listener);
  const unlisten = (type) => delete page.listeners[type];

  class Element {
    constructor(name, parent = null, attributes = {}) {
      Object.assign(this, { name, parentElement: parent, parentNode: parent, children: [], handlers: {}, ...attributes });
      parent?.children.push(this);
      this.style = {
        kept: {},
        getPropertyValue: (key) => this.style.kept[key] ?? "",
        getPropertyPriority: () => "",
        setProperty: (key, value) => (this.style.kept[key] = value),
      };
    }
    get isConnected() {
      return this === html || Boolean(this.parentNode?.isConnected);
    }
    matches(selector) {
      if (selector === ":popover-open") return this.open === true;
      return selector.split(", ").some((one) => one === this.name || (one === "a[href]" && this.name === "a"));
    }
    querySelectorAll() {
      return this.children.flatMap((child) => [...(child.name === "a" ? [child] : []), ...child.querySelectorAll()]);
    }
    getRootNode() {
      return {};
    }
    attachShadow({ mode }) {
      this.mode = mode;
      return { append: (frame) => page.frames.push(frame) };
    }
    append(child) {
      child.parentNode = this;
    }
    remove() {
      this.parentNode = null;
      page.changed();
    }
    showPopover() {
      this.open = true;
    }
    hidePopover() {
      this.open = false;
      this.handlers.toggle?.({ target: this, newState: "closed" });
    }
    addEventListener(type, handler) {
      this.handlers[type] = handler;
    }
    removeEventListener(type) {
      delete this.handlers[type];
    }
    focus() {
      page.moved += 1;
    }
  }

  const html = new Element("html");
  const body = new Element("body", html);
  const url = new URL(address);
  page.html = html;
  page.body = body;
  page.Element = Element;
  page.under = [];
  page.modal = null;
  page.changed = () => {};
  page.go = (next) => {
    url.href = new URL(next, url).href;
    page.listeners.currententrychange?.();
  };
  page.tell = (message, sender = WORKER) =>
    new Promise((resolve) => {
      page.onMessage(message, sender, resolve);
      setImmediate(() => resolve(undefined));
    });
  page.pass = () => page.timers.splice(0).forEach((timer) => timer());

  const window = {
    devicePixelRatio: 1.25,
    innerHeight: 900,
    innerWidth: 1440,
    navigation: { addEventListener: listen, removeEventListener: unlisten },
    addEventListener: listen,
    removeEventListener: unlisten,
  };
  const chrome = {
    runtime: {
      id: "us",
      getURL: (path) => `chrome-extension://moment/${path}`,
      sendMessage: async (message) => {
        page.sent.push(structuredClone(message));
        return answer(message);
      },
      onMessage: { addListener: (listener) => (page.onMessage = listener) },
    },
  };
  page.chrome = chrome;
  vm.runInNewContext(SOURCE, {
    chrome,
    window,
    location: url,
    document: {
      documentElement: html,
      body,
      readyState: "complete",
      scrollingElement: { scrollHeight: 900 },
      createElement: (name) => new Element(name),
      querySelector: () => page.modal,
      elementsFromPoint: () => [...page.under, html],
      addEventListener: listen,
    },
    Element,
    CSSStyleSheet: class {
      replaceSync(text) {
        page.styles = text;
      }
    },
    MutationObserver: class {
      constructor(callback) {
        page.changed = callback;
      }
      observe() {}
      disconnect() {
        page.changed = () => {};
      }
    },
    WeakRef,
    URL,
    Set,
    Date,
    setTimeout: (timer) => page.timers.push(timer),
    requestAnimationFrame: (step) => page.timers.push(step),
  });
  return page;
}

const FALCON = "https://falcon.crowdstrike.com";
const OPEN = { type: "dock", dock: "open", nonce: "n1", width: 420, room: "margin", y: 0.4, focus: false };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("it tells the page's address in parts when it starts, and opens nothing", async () => {
  const page = open(`${FALCON}/activity-v2/detections/a%3Ab?_cid=x#/a/#/b`);
  await settled();
  assert.deepEqual(page.sent, [
    {
      type: "location",
      location: { host: "falcon.crowdstrike.com", path: "/activity-v2/detections/a%3Ab", query: "_cid=x", fragment: "/a/#/b" },
      start: true,
    },
  ]);
  assert.equal(page.frames.length, 0);
});

test("a route change is told at once, a flood of them as its first and its last", async () => {
  const page = open(`${FALCON}/a`);
  await settled();
  for (let i = 1; i <= 1000; i += 1) page.go(`/flood/${i}`);
  page.pass();
  page.pass();
  assert.deepEqual(page.sent.slice(1).map((message) => message.location.path), ["/flood/1", "/flood/1000"]);
});

test("a replaced state with the same address is not told again", async () => {
  const page = open(`${FALCON}/a`);
  await settled();
  page.go("/a");
  page.pass();
  assert.equal(page.sent.length, 1);
});

test("an address too long to pass on is told as none", async () => {
  const page = open(`${FALCON}/a`);
  page.go(`/${"x".repeat(102_400)}`);
  assert.equal(page.sent.at(-1).location, null);
});

test("the dock opens on the worker's word only", async () => {
  const page = open(`${FALCON}/a`);
  for (const sender of [{ id: "another" }, { id: "us", tab: { id: 1 } }]) {
    assert.equal(await page.tell(OPEN, sender), undefined);
  }
  assert.equal(await page.tell({ ...OPEN, nonce: null }).then((answer) => answer.done), false);
  assert.equal(page.frames.length, 0);
  assert.equal((await page.tell(OPEN)).done, true);
  assert.equal(page.frames[0].src, "chrome-extension://moment/panel.html#n1");
});

test("messages of no kind or of an inherited name do nothing", async () => {
  const page = open(`${FALCON}/a`);
  for (const message of [null, undefined, "dock", 3, {}, { type: "toString" }, { type: "constructor" }]) {
    assert.equal(await page.tell(message), undefined);
  }
});

test("the dock stands in a closed shadow root, above the page, in its own styles", async () => {
  const page = open(`${FALCON}/a`);
  let host;
  page.html.append = (child) => {
    host = child;
    child.parentNode = page.html;
  };
  await page.tell(OPEN);
  assert.equal(host.mode, "closed");
  assert.equal(host.popover, "manual");
  assert.equal(host.open, true);
  assert.match(page.styles, /all: initial !important/);
  assert.match(page.styles, /width: 420px !important/);
  await page.tell({ ...OPEN, dock: "collapsed", nonce: null });
  assert.match(page.styles, /width: 40px !important/);
  assert.equal(page.frames.length, 1, "the frame stays");
});

test("the page is given its room back", async () => {
  const page = open(`${FALCON}/a`);
  page.html.style.kept["margin-right"] = "3px";
  await page.tell(OPEN);
  page.pass();
  assert.equal(page.html.style.kept["margin-right"], "420px");
  await page.tell({ ...OPEN, dock: "collapsed" });
  assert.equal(page.html.style.kept["margin-right"], "3px");
});

test("where the page ignores its margin, it is narrowed whole, and left alone if that does not help", async () => {
  const page = open(`${FALCON}/a`);
  page.under = [new page.Element("header")];
  const tried = [];
  const { setProperty } = page.html.style;
  page.html.style.setProperty = (key, value, priority) => {
    tried.push(key);
    setProperty(key, value, priority);
  };
  await page.tell(OPEN);
  page.pass();
  assert.ok(tried.includes("margin-right") && tried.includes("transform"));
  assert.deepEqual(page.html.style.kept, { "margin-right": "", width: "", transform: "" });
});

test("a removed dock is put back with a new nonce five times, then given up", async () => {
  let nonce = 1;
  const page = open(`${FALCON}/a`, (message) => {
    if (message.type !== "mount") return {};
    nonce += 1;
    return { dock: { ...OPEN, nonce: `n${nonce}` } };
  });
  const hosts = [];
  page.html.append = (child) => {
    hosts.push(child);
    child.parentNode = page.html;
  };
  await page.tell(OPEN);
  for (let i = 0; i < 8; i += 1) {
    hosts.at(-1).remove();
    await settled();
  }
  assert.equal(hosts.length, 6);
  assert.equal(page.frames[0].src, "chrome-extension://moment/panel.html#n6");
  assert.deepEqual(page.sent.filter((message) => message.type === "dock.lost").length, 1);
});

test("a dock that the worker knows nothing of any more is not put back", async () => {
  const page = open(`${FALCON}/a`, () => ({ dock: null }));
  const hosts = [];
  page.html.append = (child) => {
    hosts.push(child);
    child.parentNode = page.html;
  };
  await page.tell(OPEN);
  hosts[0].remove();
  await settled();
  assert.equal(hosts.length, 1);
});

test("under a modal dialog of the page the dock does not open", async () => {
  const page = open(`${FALCON}/a`);
  page.modal = {};
  assert.equal((await page.tell(OPEN)).done, false);
});

test("after a reload the dock that was open comes back and takes no focus", async () => {
  const page = open(`${FALCON}/a`, () => ({ dock: OPEN }));
  await settled();
  assert.equal(page.frames.length, 1);
  assert.equal(page.moved, 0);
});

test("the page's own pixel ratio is told when asked", async () => {
  assert.deepEqual({ ...(await open(`${FALCON}/a`).tell({ type: "pixel_ratio" })) }, { ratio: 1.25 });
});

test("the links of the row under the right click are told from the inside out, and no other row's", async () => {
  const page = open(`${FALCON}/a`);
  const list = new page.Element("ul", page.body);
  const other = new page.Element("li", list);
  new page.Element("a", other, { href: `${FALCON}/other` });
  const row = new page.Element("li", list);
  const cell = new page.Element("div", row);
  new page.Element("a", cell, { href: `${FALCON}/host` });
  const text = new page.Element("span", cell);
  new page.Element("a", row, { href: `${FALCON}/alert` });
  page.listeners.contextmenu({ composedPath: () => [text] });
  const { links } = await page.tell({ type: "row" });
  assert.deepEqual(JSON.parse(JSON.stringify(links)), [[], [`${FALCON}/host`], [`${FALCON}/host`, `${FALCON}/alert`]]);
});

test("without a right click there is no row; strange links are left out", async () => {
  const page = open(`${FALCON}/a`);
  assert.equal((await page.tell({ type: "row" })).links.length, 0);
  const row = new page.Element("li", page.body);
  new page.Element("a", row, { href: { baseVal: "svg" } });
  new page.Element("a", row, { href: "x".repeat(102_400) });
  page.listeners.contextmenu({ composedPath: () => [row] });
  assert.deepEqual(JSON.parse(JSON.stringify((await page.tell({ type: "row" })).links)), [[]]);
});

test("when the extension is gone from under the page, the dock goes and nothing is told", async () => {
  const page = open(`${FALCON}/a`);
  await page.tell(OPEN);
  delete page.chrome.runtime.id;
  page.go("/b");
  await settled();
  assert.equal(page.sent.length, 1);
  assert.deepEqual(Object.keys(page.listeners), []);
});
