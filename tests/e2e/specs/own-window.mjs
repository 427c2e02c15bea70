// A decision in a window of its own and in the side panel: the same panel, out of the page's reach.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { alertPath, approve, beSignedIn, CONSOLE, docked, goTo, openAlert, openDock, read, review, worker } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenarios;
before(async () => {
  world = await startWorld();
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
});
after(() => world?.close());

/** Does what opens a window or tab of ours, and gives its page. */
async function appPage(act) {
  const [own] = await Promise.all([world.context.waitForEvent("page"), act()]);
  await own.waitForURL(/app\.html/);
  return own;
}

const digest = (panel) => panel.getByRole("dialog").locator("dd code").last().innerText();

test("a decision begun beside the page is taken in its own window: the same proposal, whatever the page does", async () => {
  const scenario = scenarios["credential-dumping"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  const shown = await digest(panel);
  const own = await appPage(() => panel.getByRole("button", { name: "Decide in its own window" }).first().click());
  await own.getByRole("dialog").waitFor();
  assert.equal(new URL(own.url()).hash, "", "the nonce stands in no address");
  assert.equal(await digest(own), shown, "the same proposal");

  await goTo(page, alertPath(scenarios["lolbin-download"].composite_ids[0]));
  await own.reload();
  await own.getByRole("dialog").waitFor();
  assert.equal(await digest(own), shown, "neither the page's route nor a reload moves it");
  await own.bringToFront();
  await approve(own);
  await own.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal((await world.control.host(scenario.host_id)).containment, "contained");
  await own.close();
  await page.close();
});

test("a window's address in another tab shows nothing", async () => {
  const { page, panel } = await openAlert(world, scenarios["lolbin-download"].composite_ids[0], RESPONDER);
  const own = await appPage(() => panel.getByRole("button", { name: "Open in its own window" }).click());
  await own.locator(".head h1").waitFor();
  const background = await worker(world.context);
  const copy = await appPage(() => background.evaluate((url) => void chrome.tabs.create({ url }), own.url()));
  await copy.waitForLoadState();
  await copy.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  assert.equal(await copy.evaluate(() => document.body.childElementCount), 0);
  for (const one of [copy, own, page]) await one.close();
});

test("the side panel shows the alert of the tab in front, and follows it", async () => {
  const page = await world.context.newPage();
  await page.goto(CONSOLE + alertPath(scenarios["credential-dumping"].composite_ids[0]));
  const dock = await openDock(world.context, page);
  await read(dock);
  // The browser opens it on a person's press alone; a press in our frame is one.
  await dock.evaluate(() => {
    const open = () => void chrome.windows.getCurrent(({ id }) => chrome.sidePanel.open({ windowId: id }));
    document.addEventListener("click", open, { once: true });
  });
  await dock.locator(".head h1").click();

  const ask = await sidePanel(await world.context.browser().newBrowserCDPSession());
  const shows = async (wanted) => {
    let text = "";
    for (let at = 0; at < 300 && !text.includes(wanted); at++) {
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      text = await ask("document.body.innerText");
    }
    assert.ok(text.includes(wanted), `the side panel never showed ${wanted}: ${text}`);
  };
  await shows(scenarios["credential-dumping"].hostname);
  await goTo(page, alertPath(scenarios["lolbin-download"].composite_ids[0]));
  await shows(scenarios["lolbin-download"].hostname);
  assert.equal(await ask("document.querySelectorAll('.grip, .dock-badge').length"), 0, "it has no dock's handle");
  assert.equal(await docked(page), dock);
  await page.close();
});

/** A way to ask the side panel, which the driver does not count among its pages. */
async function sidePanel(session) {
  let target;
  for (let at = 0; at < 300 && !target; at++) {
    const { targetInfos } = await session.send("Target.getTargets");
    target = targetInfos.find((one) => one.url.endsWith("/app.html"));
  }
  assert.ok(target, "the side panel is open");
  const { sessionId } = await session.send("Target.attachToTarget", { targetId: target.targetId, flatten: false });
  const waiting = new Map();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  let next = 0;
  return (expression) =>
    new Promise((resolve) => {
      next += 1;
      waiting.set(next, ({ result }) => resolve(result.value));
      const message = JSON.stringify({ id: next, method: "Runtime.evaluate", params: { expression, returnByValue: true } });
      session.send("Target.sendMessageToTarget", { sessionId, message });
    });
}
