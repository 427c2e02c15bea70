// A page that covers, hides, moves, imitates or frames the panel approves nothing, and a page that is no
// console gets nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { approve, approveButton, openAlert, review, worker } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenario;
before(async () => {
  world = await startWorld({ hosts: ["not-a-console.example"] });
  scenario = (await world.control.scenarios())["credential-dumping"];
});
after(() => world?.close());

const trick = (page, name) => page.evaluate((detail) => dispatchEvent(new CustomEvent("hostile", { detail })), name);
const sent = async () => (await world.control.requests()).filter((request) => request.operation === "PerformActionV2").length;

for (const name of ["zoom", "popover", "modal"]) {
  test(`nothing is approved under the page's ${name}`, async () => {
    const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
    try {
      await review(panel);
      await panel.locator("#approve:enabled").waitFor();
      await trick(page, name);
      if (name === "zoom") {
        // The button may stay lit; the click asks the top window's zoom and is refused.
        await approveButton(panel).evaluate((button) => button.dispatchEvent(new MouseEvent("click", { bubbles: true })));
      } else {
        await panel.locator("#approve:disabled").waitFor();
      }
      assert.equal(await sent(), 0);
    } finally {
      await page.close();
    }
  });
}

test("synthetic events and messages do nothing", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  await trick(page, "synthetic");
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2000)));
  for (const init of [{ detail: 1 }, { detail: 0 }]) {
    await approveButton(panel).evaluate((button, it) => button.dispatchEvent(new MouseEvent("click", { bubbles: true, ...it })), init);
  }
  assert.equal(await sent(), 0);
  await page.close();
});

// The panel stands in the top layer: what the page lays over itself lies under it.
for (const name of ["overlay", "ghost", "mask", "fade", "filter", "transform"]) {
  test(`the page's ${name} neither hides nor moves the panel`, async () => {
    const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
    const heading = panel.locator(".head h1");
    const before = await heading.boundingBox();
    await trick(page, name);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const now = await heading.boundingBox();
    assert.deepEqual([now.y, now.width, now.height], [before.y, before.width, before.height]);
    assert.ok(Math.abs(now.x - before.x) <= 16, "moved by more than a scroll bar of the page");
    await review(panel);
    await panel.locator("#approve:enabled").waitFor();
    await page.close();
  });
}

test("a page that learned the panel's address gets an empty frame", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const address = panel.url();
  for (const host of ["falcon.crowdstrike.com", "not-a-console.example"]) {
    const thief = await world.context.newPage();
    await thief.goto(`https://${host}/?frame=${encodeURIComponent(address)}`);
    await thief.locator("iframe").waitFor({ state: "attached" });
    await thief.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    for (const frame of thief.frames().filter((frame) => frame !== thief.mainFrame())) {
      const text = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
      assert.doesNotMatch(text, /Critical|LYN-|Sign in/);
    }
    await thief.close();
  }
  await page.close();
});

test("nothing of the session reaches the page", async () => {
  const { page } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const background = await worker(world.context);
  const kept = JSON.stringify(await background.evaluate(() => chrome.storage.session.get()));
  const seen = await page.evaluate(() => document.documentElement.outerHTML + JSON.stringify(performance.getEntriesByType("resource")));
  for (const secret of kept.match(/[0-9a-f]{64}/g) ?? []) assert.ok(!seen.includes(secret));
  assert.ok(/[0-9a-f]{64}/.test(kept), "there is a session to look for");
  await page.close();
});
