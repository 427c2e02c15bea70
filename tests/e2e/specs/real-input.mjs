// What no driver can press, pressed with a person's mouse and keys: the browser's own context menu and shortcut, and
// the button that approves. The worker is asleep when they come.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openDisplay } from "../display.mjs";
import { beSignedIn, docked, openList, read, review, stopWorker, worker } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

const SIZE = { width: 1440, height: 900 };

let display;
let world;
let scenario;
let page;
let panel;
before(async () => {
  display = await openDisplay(SIZE);
  world = await startWorld({ size: SIZE, display: display.name });
  scenario = (await world.control.scenarios())["lolbin-download"];
  await beSignedIn(world, RESPONDER);
  page = await openList(world.context);
});
after(async () => {
  await world?.close();
  await display?.close();
});

/** Moves the mouse to the middle of an element, in the page or in a frame of it, and presses a button there. */
async function click(element, button) {
  const { x, y, width, height } = await element.boundingBox();
  const origin = await page.evaluate(() => [screenX, screenY + outerHeight - innerHeight]);
  const at = [origin[0] + x + Math.min(width / 2, 200), origin[1] + y + height / 2].map((pixel) => String(Math.round(pixel)));
  await display.press("mousemove", ...at, "click", button);
}

/** How many windows there are: a menu is one of its own. */
const windows = async () => (await display.press("search", "--onlyvisible", "--name", ".*")).trim().split("\n").length;

async function untilWindows(number) {
  for (let at = 0; at < 400; at++) if ((await windows()) === number) return;
  assert.fail(`there are ${await windows()} windows, not ${number}`);
}

const dockWidth = (px) =>
  page.waitForFunction((wanted) => document.querySelector("aside-host")?.getBoundingClientRect().width === wanted, px);

test("the browser gave the shortcut to the extension", async () => {
  const background = await worker(world.context);
  const commands = await background.evaluate(() => chrome.commands.getAll());
  assert.equal(commands.find(({ name }) => name === "toggle").shortcut, "Alt+Shift+E");
});

test("a right click on a row and our entry of the browser's menu wake the worker and explain the row", async () => {
  await stopWorker(world.context, page);
  const before = await windows();
  await click(page.locator(`a.row[data-id="${scenario.composite_ids[0]}"]`), "3");
  await untilWindows(before + 1);
  // From below: Inspect, then ours. A pause as a hand makes it, since a menu that is still opening takes no key.
  await display.press("key", "--delay", "150", "Up", "Up");
  await display.press("key", "Return");
  await untilWindows(before);
  panel = await docked(page);
  await panel.locator(".facts").filter({ hasText: scenario.hostname }).waitFor();
  await read(panel);
  assert.match(page.url(), /\/activity-v2\/detections$/, "the console stays on its list");
});

test("the shortcut collapses and opens the panel, from the page and from within, and leads into it", async () => {
  await stopWorker(world.context, page);
  await display.press("key", "alt+shift+e");
  await dockWidth(40);
  await page.locator("nav").click();
  await display.press("key", "alt+shift+e");
  await dockWidth(420);
  await panel.waitForFunction(() => document.hasFocus());
});

test("the button that approves takes a person's click", async () => {
  await review(panel);
  await stopWorker(world.context, page);
  await panel.locator("#approve:enabled").waitFor();
  await click(panel.locator("#approve"), "1");
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal((await world.control.host(scenario.host_id)).containment, "contained");
});
