// What the panel holds survives the worker's end (by the browser's own hand), a reload, a change of alert and a
// closed panel: unfinished text, place, open evidence, a pending decision.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { approve, beSignedIn, clickRow, docked, openAlert, openDock, openList, read, review, stopWorker, takeMenu } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenarios;
before(async () => {
  world = await startWorld();
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
});
after(() => world?.close());

const view = (panel) => panel.locator("#view");
const composer = (panel) => panel.locator("#ask");
const tab = (panel, name) => panel.locator("[role=tab][aria-selected=true]").filter({ hasText: name });
const digest = (panel) => panel.getByRole("dialog").locator("dd code").last().innerText();
const facts = (panel, scenario) => panel.locator(".facts").filter({ hasText: scenario.hostname });

/** How far a view is scrolled, in pixels. */
const TOP = 120;

/** Scrolls a view and waits until the worker has it: it is told when the scrolling has ended. */
async function scroll(panel, top) {
  await view(panel).evaluate((element, to) => element.scrollTo(0, to), top);
  await panel.waitForFunction(async (to) => JSON.stringify(await chrome.storage.session.get()).includes(`":${to}`), top);
}

const scrolledTo = (panel, top) =>
  panel.waitForFunction((to) => Math.abs(document.getElementById("view").scrollTop - to) <= 1, top);

/** Waits until the worker has what was typed. */
const kept = (panel, text) =>
  panel.waitForFunction(async (wanted) => JSON.stringify(await chrome.storage.session.get()).includes(wanted), text);

/** Leaves traces of every kind in an alert, and gives those that the panel chose. */
async function leaveTraces(panel, draft) {
  await panel.getByRole("tab", { name: "Timeline" }).click();
  await panel.getByRole("button", { name: /^All / }).click();
  await composer(panel).fill(draft);
  await panel.getByRole("tab", { name: "Brief" }).click();
  await panel.locator(".claims .cite").first().click();
  await panel.locator(".drawer").waitFor();
  await scroll(panel, TOP);
  await kept(panel, draft);
  return panel.locator(".drawer h2").innerText();
}

/** Finds them again. */
async function findTraces(panel, draft, evidence) {
  await read(panel);
  await tab(panel, "Brief").waitFor();
  await panel.locator(".drawer").waitFor();
  assert.equal(await panel.locator(".drawer h2").innerText(), evidence);
  assert.equal(await composer(panel).inputValue(), draft);
  await scrolledTo(panel, TOP);
}

test("text, place and open evidence survive the worker's end, a change of alert and a reload", async () => {
  const [one, other] = [scenarios["credential-dumping"], scenarios["lolbin-download"]];
  const { page, panel } = await openAlert(world, one.composite_ids[0], RESPONDER);
  const evidence = await leaveTraces(panel, "half a question");

  await stopWorker(world.context, page);
  await clickRow(page, other.composite_ids[0]);
  await facts(panel, other).waitFor();
  assert.equal(await composer(panel).inputValue(), "", "another alert has a text of its own");
  await stopWorker(world.context, page);
  await clickRow(page, one.composite_ids[0]);
  await facts(panel, one).waitFor();
  await findTraces(panel, "half a question", evidence);

  await stopWorker(world.context, page);
  await page.reload();
  await findTraces(await docked(page), "half a question", evidence);
  await page.close();
});

test("a pending decision survives the worker's end and is taken without it having been there", async () => {
  const scenario = scenarios["lolbin-download"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  const shown = await digest(panel);
  await stopWorker(world.context, page);
  assert.equal(await digest(panel), shown);
  await page.reload();
  const again = await docked(page);
  await again.getByRole("dialog").waitFor();
  assert.equal(await digest(again), shown, "the same proposal, not another");
  await stopWorker(world.context, page);
  await approve(again);
  await again.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal((await world.control.host(scenario.host_id)).containment, "contained");
  const calls = (await world.control.requests()).filter((it) => it.operation === "PerformActionV2");
  assert.equal(calls.length, 1);
  await page.close();
});

test("an action goes on though worker and panel end, and is shown where it stands when they are back", async () => {
  const scenario = scenarios["phishing-document"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const before = (await world.control.requests()).filter((it) => it.operation === "PerformActionV2").length;
  await world.control.fault({ operation: "PerformActionV2", count: 1, hold: "before" });
  await review(panel);
  await approve(panel);
  await world.control.waitFor("PerformActionV2", before + 1);
  await page.close();
  await world.control.release();
  const later = await openList(world.context);
  await stopWorker(world.context, later);
  await clickRow(later, scenario.composite_ids[0]);
  const back = await openDock(world.context, later);
  await back.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  await later.close();
});

test("sign-in's and address' unfinished text survive a reload; the password does not", async () => {
  const page = await openList(world.context);
  const panel = await openDock(world.context, page);
  await panel.getByRole("textbox", { name: /paste/ }).fill("cf1aeb52 half an id");
  await kept(panel, "half an id");
  await stopWorker(world.context, page);
  await page.reload();
  const again = await docked(page);
  await again.getByRole("textbox", { name: /paste/ }).waitFor();
  assert.equal(await again.getByRole("textbox", { name: /paste/ }).inputValue(), "cf1aeb52 half an id");

  await again.getByRole("button", { name: /^Menu/ }).click();
  await again.getByRole("button", { name: "Sign out" }).click();
  await again.getByRole("textbox", { name: "Account" }).fill("k.mo");
  await again.getByLabel("Password").fill("half a secret");
  await kept(again, "k.mo");
  await page.reload();
  const signedOut = await docked(page);
  await signedOut.getByRole("textbox", { name: "Account" }).waitFor();
  assert.equal(await signedOut.getByRole("textbox", { name: "Account" }).inputValue(), "k.mo");
  assert.equal(await signedOut.getByLabel("Password").inputValue(), "");
  const session = await signedOut.evaluate(async () => JSON.stringify([await chrome.storage.session.get(), await chrome.storage.local.get()]));
  assert.ok(!session.includes("half a secret"), "a password is kept nowhere");
  await page.close();
});

test("Explain selection puts the text into the question, once", async () => {
  await beSignedIn(world, RESPONDER);
  const scenario = scenarios["credential-dumping"];
  const page = await openList(world.context);
  await clickRow(page, scenario.composite_ids[0]);
  await page.locator("article.alert h1").waitFor();
  await stopWorker(world.context, page);
  await takeMenu(world.context, page, page.locator("article.alert h1"), "explain-selection", "rundll32.exe");
  const panel = await docked(page);
  await read(panel);
  assert.match(await composer(panel).inputValue(), /^What is rundll32\.exe/);
  await page.close();
});
