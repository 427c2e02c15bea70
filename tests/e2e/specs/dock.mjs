// The dock beside the console: its room, its width, its badge, and what survives.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { beSignedIn, clickRow, dockFrame, docked, killWorker, openAlert, openDock, openList, pressToolbar, read, review, takeMenu } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenarios;
before(async () => {
  world = await startWorld();
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
});
after(() => world?.close());

const hostBox = (page) => page.locator("aside-host").boundingBox();
const drawn = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
const width = (page, px) =>
  page.waitForFunction((wanted) => document.querySelector("aside-host").getBoundingClientRect().width === wanted, px);

test("nothing opens by itself: not with the page, not by its route, not by a reload of a closed one", async () => {
  const page = await openList(world.context);
  await clickRow(page, scenarios["credential-dumping"].composite_ids[0]);
  await page.reload();
  await page.locator("a.row").first().waitFor();
  await drawn(page);
  assert.equal(await page.locator("aside-host").count(), 0);
  await page.close();
});

for (const layout of ["flex", "fixed", "grid"]) {
  test(`in the ${layout} layout the panel stands whole on the right and gives the room back`, async () => {
    const page = await openList(world.context, `?layout=${layout}`);
    const panel = await openDock(world.context, page);
    await panel.locator(".top").waitFor();
    const box = await hostBox(page);
    const window = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    assert.equal(box.width, 420);
    assert.equal(box.height, window.height);
    assert.ok(Math.abs(box.x + box.width - window.width) <= 16);
    await clickRow(page, scenarios["lolbin-download"].composite_ids[0]);
    await panel.locator(".facts").filter({ hasText: scenarios["lolbin-download"].hostname }).waitFor();
    await pressToolbar(world.context, page);
    await width(page, 40);
    const style = await page.evaluate(() => document.documentElement.getAttribute("style") ?? "");
    assert.doesNotMatch(style, /margin|width|transform/, "the page has its room back");
    await page.close();
  });
}

test("an alert that is opened before the panel knows that it is bound is not missed", async () => {
  const page = await openList(world.context);
  // The answer to the frame's hello is kept back until the worker has told it of the alert.
  await page.addInitScript(() => {
    if (!location.pathname.endsWith("/panel.html")) return;
    const told = new Promise((resolve) =>
      chrome.runtime.onMessage.addListener(({ type, to }) => {
        // The worker's, not the content script's own; in a later turn, when every other listener has heard it.
        if (type === "location" && to) setTimeout(resolve);
      }),
    );
    const send = chrome.runtime.sendMessage.bind(chrome.runtime);
    chrome.runtime.sendMessage = async (message) => {
      const answer = await send(message);
      if (message.type === "hello") {
        document.documentElement.dataset.bound = "";
        await told;
      }
      return answer;
    };
  });
  await pressToolbar(world.context, page);
  const panel = await dockFrame(page);
  await panel.locator("html[data-bound]").waitFor({ state: "attached" });
  await clickRow(page, scenarios["lolbin-download"].composite_ids[0]);
  await panel.locator(".facts").filter({ hasText: scenarios["lolbin-download"].hostname }).waitFor();
  await page.close();
});

test("the handle is dragged, moved by arrows, double-clicked; the width is kept for the next tab", async () => {
  const { page, panel } = await openAlert(world, scenarios["credential-dumping"].composite_ids[0], RESPONDER);
  const grip = panel.getByRole("separator", { name: "Panel width" });
  const { x, y } = await grip.boundingBox();
  // Rightwards: a driver's pointer is not captured by a frame, as a person's is, and must stay within it.
  await page.mouse.move(x + 2, y + 300);
  await page.mouse.down();
  await page.mouse.move(x + 62, y + 300);
  await width(page, 360);
  await page.mouse.up();
  await grip.focus();
  await page.keyboard.press("ArrowLeft");
  await width(page, 376);
  assert.equal(await grip.getAttribute("aria-valuenow"), "376");
  const other = await openList(world.context);
  await openDock(world.context, other);
  assert.equal((await hostBox(other)).width, 376);
  await other.close();
  await page.bringToFront();
  await grip.dblclick({ position: { x: 2, y: 300 } });
  await width(page, 420);
  await page.close();
});

test("collapsed to the badge it says priority and how sure, is moved, and opens again where it was", async () => {
  const { page, panel } = await openAlert(world, scenarios["credential-dumping"].composite_ids[0], RESPONDER);
  await panel.getByRole("tab", { name: "Timeline" }).click();
  await panel.getByRole("button", { name: "Collapse to badge" }).click();
  const badge = panel.getByRole("button", { name: /^(Critical|High), \d+ % sure\. Open Aside$/ });
  await badge.waitFor();
  await width(page, 40);
  const before = await hostBox(page);
  await badge.focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction((y) => document.querySelector("aside-host").getBoundingClientRect().y > y, before.y);
  await badge.click();
  await panel.locator("[role=tab][aria-selected=true]").filter({ hasText: "Timeline" }).waitFor();
  assert.equal((await hostBox(page)).width, 420);
  await page.close();
});

test("a reload of the console brings the open dock back, with the draft and the pending decision", async () => {
  const { page, panel } = await openAlert(world, scenarios["credential-dumping"].composite_ids[0], RESPONDER);
  await panel.getByRole("textbox").fill("half a question");
  await review(panel);
  const digest = await panel.getByRole("dialog").locator("dd code").last().innerText();
  await page.reload();
  const again = await docked(page);
  await again.getByRole("dialog").waitFor();
  assert.equal(await again.getByRole("dialog").locator("dd code").last().innerText(), digest);
  assert.equal(await again.locator("textarea").inputValue(), "half a question");
  await page.close();
});

test("the worker may die at any moment: session, drafts, dock and panel go on", async () => {
  const { page, panel } = await openAlert(world, scenarios["phishing-document"].composite_ids[0], RESPONDER);
  await killWorker(world.context);
  // A route change wakes it, and reaches the panel that the one before had bound.
  await clickRow(page, scenarios["lolbin-download"].composite_ids[0]);
  await panel.locator(".facts").filter({ hasText: scenarios["lolbin-download"].hostname }).waitFor();
  await read(panel);
  await killWorker(world.context);
  await panel.getByRole("textbox").fill("written before");
  await panel.getByRole("button", { name: "Collapse to badge" }).click();
  await width(page, 40);
  await killWorker(world.context);
  await page.reload();
  const again = await docked(page);
  await killWorker(world.context);
  await again.getByRole("button", { name: /Open Aside$/ }).click();
  await read(again);
  assert.equal(await again.getByRole("textbox").inputValue(), "written before");
  await page.close();
});

test("Explain this alert on a row reaches a panel that is open already, and leaves the console on its list", async () => {
  const page = await openList(world.context);
  const panel = await openDock(world.context, page);
  await panel.getByText("No alert is open on this page").waitFor();
  const scenario = scenarios["lolbin-download"];
  const row = page.locator(`a.row[data-id="${scenario.composite_ids[0]}"]`);
  for (let at = 0; at < 60 && (await row.count()) === 0; at++) {
    await page.locator(".list").evaluate((list) => list.scrollBy(0, 280));
    await drawn(page);
  }
  await takeMenu(world.context, page, row.locator("small").first(), "explain");
  await panel.locator(".facts").filter({ hasText: scenario.hostname }).waitFor();
  assert.match(page.url(), /\/activity-v2\/detections$/);
  await page.close();
});

test("two tabs hold two alerts, each with its own panel and draft", async () => {
  const one = await openAlert(world, scenarios["hands-on-keyboard-powershell"].composite_ids[0], RESPONDER);
  await one.panel.getByRole("textbox").fill("about one");
  const two = await openAlert(world, scenarios["phishing-document"].composite_ids[0], RESPONDER);
  await two.panel.getByRole("textbox").fill("about two");
  await one.page.bringToFront();
  assert.equal(await one.panel.getByRole("textbox").inputValue(), "about one");
  assert.match(await one.panel.locator(".facts").innerText(), new RegExp(scenarios["hands-on-keyboard-powershell"].hostname));
  await one.page.close();
  await two.page.close();
});
