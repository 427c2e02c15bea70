// By keys alone, from the console's list to a verified isolation and its undo: every stop is to be seen, nothing
// that was opened loses the way back, and no key approves but the button's own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { docked, openList, pressCommand, read } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenario;
let page;
let panel;
before(async () => {
  world = await startWorld();
  scenario = (await world.control.scenarios())["lolbin-download"];
});
after(() => world?.close());

const press = (key) => page.keyboard.press(key);

/** More stops than any view has. */
const STOPS_MAX = 120;

/** What has the focus in the panel: its name, whether it is a control, and what is wrong with how it is seen. */
function focused() {
  return panel.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body) return { id: "body", name: "", control: false, unseen: null };
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const before = getComputedStyle(element, "::before");
    const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || parseFloat(before.width) >= 3;
    // A view that scrolls may be larger than what is on top of it: its edge is looked at.
    const x = Math.min(Math.max(box.x + Math.min(box.width / 2, 40), 1), innerWidth - 1);
    const y = Math.min(Math.max(box.y + Math.min(box.height / 2, 12), 1), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    const inSight = box.width > 0 && box.bottom > 0 && box.top < innerHeight && (element.contains(top) || top?.contains(element));
    return {
      id: element.id,
      name: element.getAttribute("aria-label") ?? element.textContent.trim(),
      control: element.tabIndex >= 0,
      unseen: !marked ? "no mark" : inSight ? null : `not in sight at ${x}, ${y} but ${top?.outerHTML.slice(0, 80)}`,
    };
  });
}

/** Tab until `wanted` has the focus; every control on the way must be seen to have it. Gives the names passed. */
async function tabTo(wanted, key = "Tab") {
  const passed = [];
  for (let at = 0; at < STOPS_MAX; at++) {
    const here = await focused();
    if (here.control) assert.equal(here.unseen, null, `the focus on ${here.id} ${here.name}, after ${passed.join(", ")}`);
    if (wanted(here)) return passed;
    passed.push(here.id || here.name);
    await press(key);
  }
  assert.fail(`${key} never came there, but by ${passed.join(", ")}`);
}
const named = (pattern) => ({ name }) => pattern.test(name);
const called = (id) => (here) => here.id === id;

/** The focus follows the views in a task of its own: waited for by its element. */
const focusOn = (id) => panel.waitForFunction((wanted) => document.activeElement?.id === wanted, id);
const shown = (name) => panel.locator("[role=tab][aria-selected=true]").filter({ hasText: name }).waitFor();

test("from the list to the alert, into the panel, and signed in", async () => {
  page = await openList(world.context);
  const row = () => page.evaluate(() => document.activeElement.dataset.id);
  for (let at = 0; at < STOPS_MAX && (await row()) !== scenario.composite_ids[0]; at++) await press("Tab");
  await press("Enter");
  await page.waitForURL((url) => url.pathname.includes(encodeURIComponent(scenario.composite_ids[0]).slice(0, 32)));
  await pressCommand(world.context, page, "toggle");
  panel = await docked(page);
  await panel.getByRole("textbox", { name: "Address" }).waitFor();
  await panel.waitForFunction(() => document.hasFocus());

  await tabTo(called("backend"));
  await page.keyboard.type("http://aside.example.com");
  await press("Enter");
  await panel.locator("form .fault").waitFor();
  await focusOn("backend");
  await press("Control+A");
  await page.keyboard.type(world.backend.url);
  await press("Enter");
  await focusOn("account");
  await page.keyboard.type(RESPONDER.name);
  await press("Tab");
  await focusOn("password");
  await page.keyboard.type("wrong");
  await press("Enter");
  await panel.locator("form .fault").waitFor();
  await focusOn("password");
  await page.keyboard.type(RESPONDER.password);
  await press("Enter");
  await read(panel);
});

test("the order of the stops is the order of reading", async () => {
  assert.equal((await focused()).id, "", "the view itself took the focus of the form that is gone");
  // The bar with the next action is there while the action itself is out of sight.
  const lasting = (names) => names.filter((name) => !/^Review/.test(name));
  await tabTo(called("menu-b"), "Shift+Tab");
  const passed = lasting(await tabTo(called("ask")));
  const order = ["menu-b", "prio", "t-brief", "view", "c0-0", "review-0"].map((id) => passed.indexOf(id));
  assert.ok(!order.includes(-1), `left out: ${order} of ${passed}`);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), passed.join(", "));
  assert.ok(!passed.includes("t-timeline"), "the tabs are one stop, the arrows go among them");
  const back = lasting(await tabTo(called("menu-b"), "Shift+Tab"));
  assert.deepEqual(back.slice(1).reverse(), passed.slice(1), "the way back is the same way");
});

test("what is opened takes the focus, keeps it, and gives it back", async () => {
  await tabTo(called("c0-0"));
  await press("Enter");
  await focusOn("ev-t");
  await press("]");
  await tabTo(named(/^Close evidence$/));
  await press("Escape");
  await focusOn("c0-0");

  await tabTo(called("prio"), "Shift+Tab");
  await press("Enter");
  await focusOn("sub-back");
  await press("Escape");
  await focusOn("prio");

  await tabTo(called("menu-b"), "Shift+Tab");
  await press("Enter");
  await focusOn("menu-t");
  const inside = await tabTo(named(/^Sign out$/));
  assert.ok(inside.includes("Keys") && !inside.includes("prio"), `what lies under the menu is reached: ${inside}`);
  await press("Escape");
  await focusOn("menu-b");
  await tabTo(called("prio"));
  await press("?");
  await focusOn("keys-t");
  await press("Escape");
  await panel.getByRole("dialog").waitFor({ state: "detached" });
  // The list is the menu's.
  await focusOn("menu-b");
});

test("the tabs by number and by arrow, the composer by slash", async () => {
  for (const [key, name] of [["2", "Processes"], ["3", "Timeline"], ["5", "Activity"], ["1", "Brief"]]) {
    await press(key);
    await shown(name);
  }
  await tabTo(called("t-brief"));
  for (const [key, name, id] of [["ArrowRight", "Processes", "t-processes"], ["ArrowLeft", "Brief", "t-brief"], ["ArrowLeft", "Activity", "t-activity"], ["ArrowRight", "Brief", "t-brief"]]) {
    await press(key);
    await shown(name);
    await focusOn(id);
  }
  await press("/");
  await focusOn("ask");
  await page.keyboard.type("2 a / who");
  await shown("Brief");
  await press("Enter");
  await shown("Ask");
  await panel.locator("#last-turn .claims, #last-turn .tags").first().waitFor();
  await tabTo(called("view"), "Shift+Tab");
  await press("1");
  await shown("Brief");
});

test("isolation is approved by its button alone, seen verified, and taken back", async () => {
  const state = async () => (await world.control.host(scenario.host_id)).containment;
  await press("a");
  await focusOn("ap-t");
  await press("Escape");
  await focusOn("review-0");
  await press("Enter");
  await focusOn("ap-t");
  await panel.locator("#approve:enabled").waitFor();
  for (const key of ["a", "Enter", "y", "Space"]) await press(key);
  assert.equal(await panel.getByRole("dialog").isVisible(), true, "no shortcut approves");
  const passed = await tabTo(called("approve"));
  assert.ok(!passed.includes("prio") && passed.includes("Decline"), `the sheet's own stops: ${passed}`);
  await press("Enter");
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal(await state(), "contained");
  assert.equal((await focused()).id, "do-0", "the focus is where it is told");

  await tabTo(called("review-0"));
  await press("Enter");
  await focusOn("ap-t");
  await panel.locator("#approve:enabled").waitFor();
  await tabTo(called("approve"));
  await press("Space");
  await panel.getByText(`${scenario.hostname} is released`, { exact: true }).waitFor();
  assert.equal(await state(), "normal");
});

test("the dock is made narrower, collapsed and opened again", async () => {
  await tabTo(named(/^Panel width$/), "Shift+Tab");
  await press("ArrowRight");
  await panel.waitForFunction(() => innerWidth === 404);
  await tabTo(named(/^Collapse to badge$/));
  await press("Enter");
  const badge = panel.getByRole("button", { name: /Open Aside$/ });
  await badge.waitFor();
  await tabTo(named(/Open Aside$/));
  await press("Enter");
  await panel.getByRole("tab", { name: "Brief" }).waitFor();
});
