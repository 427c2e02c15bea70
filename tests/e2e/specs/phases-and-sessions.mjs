// Observe phase, the context menu, two people, the worker's death, signed out in the middle.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { assertAccessible } from "../accessibility.mjs";
import { approve, openAlert, openList, read, review, signIn, worker, docked, clickRow } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

const worlds = [];
const world = async (options) => {
  const made = await startWorld(options);
  worlds.push(made);
  return made;
};
after(() => Promise.all(worlds.map((made) => made.close())));

test("in observe phase the action is not offered, and the API refuses it", async () => {
  const here = await world({ phase: "observe" });
  const scenario = (await here.control.scenarios())["credential-dumping"];
  const { page, panel } = await openAlert(here, scenario.composite_ids[0], RESPONDER);
  assert.equal(await panel.getByRole("button", { name: /^Review/ }).count(), 0);
  await assertAccessible(page, panel, "observe");
  const login = await here.backend.request("/auth/login", { body: { user: RESPONDER.name, password: RESPONDER.password } });
  const refused = await here.backend.request("/proposals", {
    token: login.body.access_token,
    body: {
      alert: { tenant: "acme-prod", platform: "crowdstrike", id: scenario.composite_ids[0] },
      action: "isolate_host",
      host: scenario.host_id,
    },
  });
  assert.equal(refused.status, 403);
  assert.match(refused.body.detail, /observe/);
});

test("the context menu explains the row's alert", async () => {
  const here = await world();
  const scenario = (await here.control.scenarios())["credential-dumping"];
  const page = await openList(here.context);
  await clickRow(page, scenario.composite_ids[0]);
  const other = page.locator("a.row:not([aria-current])").first();
  const name = await other.locator("span").nth(1).innerText();
  await other.click({ button: "right" });
  const background = await worker(here.context);
  await background.evaluate(async () => {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    chrome.contextMenus.onClicked.dispatch({ menuItemId: "explain", pageUrl: tab.url, frameId: 0, editable: false }, tab);
  });
  const panel = await docked(page);
  await signIn(panel, here.backend, RESPONDER);
  await read(panel);
  assert.equal(await panel.locator(".head h1").innerText(), name.split("\n")[0]);
});

test("a draft survives a change of alert, a session the worker's death, and two tabs see one proposal", async () => {
  const here = await world();
  const scenarios = await here.control.scenarios();
  const scenario = scenarios["credential-dumping"];
  const { page, panel } = await openAlert(here, scenario.composite_ids[0], RESPONDER);
  await panel.getByRole("textbox").fill("half a question");
  await clickRow(page, scenarios["lolbin-download"].composite_ids[0]);
  await panel.locator(".head h1").filter({ hasText: "Certutil" }).waitFor();
  await clickRow(page, scenario.composite_ids[0]);
  await panel.locator(".head h1").filter({ hasText: "Lsass" }).waitFor();
  assert.equal(await panel.getByRole("textbox").inputValue(), "half a question");

  await review(panel);
  const digest = await panel.getByRole("dialog").locator("dd").last().innerText();
  const second = await openList(here.context);
  await clickRow(second, scenario.composite_ids[0]);
  const background = await worker(here.context);
  await background.evaluate(async () => {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    chrome.action.onClicked.dispatch(tab);
  });
  const twin = await docked(second);
  await read(twin);
  await review(twin);
  assert.equal(await twin.getByRole("dialog").locator("dd").last().innerText(), digest);
  await approve(twin);
  await twin.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal((await here.control.requests()).filter((it) => it.operation === "PerformActionV2").length, 1);
});
