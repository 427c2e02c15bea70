// Nothing that axe-core finds on the states around an alert: signed out, none open, not found, vendor down ...

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible } from "../accessibility.mjs";
import { alertPath, approve, beSignedIn, CONSOLE, docked, goTo, openDock, pressToolbar, read, review, show, signIn } from "../panel.mjs";
import { RESPONDER, startWorld, VIEWER } from "../world.mjs";

let world;
let page;
let panel;
let scenarios;
before(async () => {
  world = await startWorld({ users: [RESPONDER, VIEWER] });
  scenarios = await world.control.scenarios();
  page = await world.context.newPage();
  await page.goto(`${CONSOLE}/activity-v2/detections`);
  panel = await openDock(world.context, page);
});
after(() => world?.close());

const heading = (name) => panel.getByRole("heading", { level: 1, name });

/** The page loaded anew with an alert open, as the account that the worker holds. */
async function loadedWith(id) {
  await page.goto(CONSOLE + alertPath(id));
  panel = await docked(page);
  await read(panel);
}

test("no backend, a wrong address, signed out, a wrong password", async () => {
  const address = panel.getByRole("textbox", { name: "Address" });
  await address.waitFor();
  await assertAccessible(page, panel, "no backend");
  for (const [text, problem] of [
    ["http://aside.example.com", "only this machine"],
    ["ftp://aside.example.com", "must begin with https"],
    [world.lab.control_url, "not as an Aside backend"],
    ["http://127.0.0.1:9", "cannot be reached"],
  ]) {
    await address.fill(text);
    await address.press("Enter");
    await panel.locator("#form-problem").filter({ hasText: problem }).waitFor();
  }
  await assertAccessible(page, panel, "wrong address");
  await address.fill(world.backend.url);
  await address.press("Enter");
  await heading("Sign in to Aside").waitFor();
  await assertAccessible(page, panel, "signed out");
  await panel.getByRole("textbox", { name: "Account" }).fill(RESPONDER.name);
  await panel.getByLabel("Password").fill("wrong");
  await panel.getByRole("button", { name: "Sign in", exact: true }).click();
  await panel.locator("#form-problem").waitFor();
  await assertAccessible(page, panel, "wrong password");
  await signIn(panel, world.backend, RESPONDER);
  await heading("No alert is open on this page").waitFor();
});

test("no alert open, with the recent ones and a paste that is none", async () => {
  await panel.getByRole("textbox", { name: /paste/ }).fill("not an id");
  await panel.getByRole("button", { name: "Open", exact: true }).click();
  await panel.locator("form .fault").waitFor();
  await assertAccessible(page, panel, "no alert");
});

test("an alert that is not there, a tenant that is not configured", async () => {
  const [id] = scenarios["credential-dumping"].composite_ids;
  await goTo(page, alertPath(id.replace(/\d+$/, "1")));
  const [region, note] = [panel.getByRole("region", { name: "Alert not found" }), panel.locator(".note.bad")];
  await region.or(note).first().waitFor();
  await assertAccessible(page, panel, "not found");
  await goTo(page, alertPath(`${"ab".repeat(16)}:ind:${"cd".repeat(16)}:1-2-3`));
  await panel.getByRole("region", { name: "Unknown tenant" }).waitFor();
  await assertAccessible(page, panel, "unknown tenant");
});

test("the vendor is down, and comes back", async () => {
  const [id] = scenarios["phishing-document"].composite_ids;
  await world.control.fault({ status: 503, count: 200, operation: "PostEntitiesAlertsV2" });
  await goTo(page, alertPath(id));
  await panel.getByRole("button", { name: "Try now" }).first().waitFor();
  await assertAccessible(page, panel, "vendor down");
  await world.control.clearFaults();
  await panel.getByRole("button", { name: "Try now" }).first().click();
  await read(panel);
});

test("a reader without a right to act; the menu; the list of keys", async () => {
  await beSignedIn(world, VIEWER);
  await loadedWith(scenarios["credential-dumping"].composite_ids[0]);
  await panel.locator(".acts li").first().waitFor();
  assert.equal(await panel.getByRole("button", { name: /^Review/ }).count(), 0, "a viewer is offered an action");
  await assertAccessible(page, panel, "no permission");
  await panel.getByRole("button", { name: /^Menu/ }).click();
  await panel.getByRole("dialog", { name: "Account and settings" }).waitFor();
  await assertAccessible(page, panel, "menu");
  await panel.getByRole("button", { name: "Keys" }).click();
  await panel.getByRole("dialog", { name: "Keys" }).waitFor();
  await assertAccessible(page, panel, "keys");
  await page.keyboard.press("Escape");
});

test("a host that another person isolated already", async () => {
  await beSignedIn(world, RESPONDER);
  const scenario = scenarios["lolbin-download"];
  await world.control.changeHost(scenario.host_id, { containment: "contained" });
  await loadedWith(scenario.composite_ids[0]);
  await panel.locator(".acts").getByText(/isolated/i).first().waitFor();
  assert.equal(await panel.getByRole("button", { name: /^Undo/ }).count(), 0, "what another did is not ours to undo");
  await assertAccessible(page, panel, "already isolated");
});

test("an executed action, and the collapsed dock", async () => {
  const scenario = scenarios["credential-dumping"];
  await show(page, panel, scenario.composite_ids[0]);
  await review(panel);
  await approve(panel);
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  await assertAccessible(page, panel, "verified");
  await pressToolbar(world.context, page);
  const badge = panel.getByRole("button", { name: /^(Critical|High|Medium|Low|Benign), \d+ % sure\. Open Aside$/ });
  await badge.waitFor();
  await badge.click();
  await panel.getByRole("tab", { name: "Brief" }).waitFor();
});
