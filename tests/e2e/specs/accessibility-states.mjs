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
  world = await startWorld({ users: [RESPONDER, VIEWER], others: ["acme-emea"] });
  scenarios = await world.control.scenarios();
  page = await world.context.newPage();
  await page.goto(`${CONSOLE}/activity-v2/detections`);
  panel = await openDock(world.context, page);
});
after(() => world?.close());

/** What a form says is wrong. */
const fault = (problem) => panel.locator("form .fault").filter({ hasText: problem });
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
    [world.lab.control_url, "cannot be reached"],
    ["http://127.0.0.1:9", "cannot be reached"],
  ]) {
    await address.fill(text);
    await address.press("Enter");
    await fault(problem).waitFor();
  }
  await assertAccessible(page, panel, "wrong address");
  await address.fill(world.backend.url);
  await address.press("Enter");
  await heading("Sign in to Aside").waitFor();
  await assertAccessible(page, panel, "signed out");
  await panel.getByRole("textbox", { name: "Account" }).fill(RESPONDER.name);
  await panel.getByLabel("Password").fill("wrong");
  await panel.getByRole("button", { name: "Sign in", exact: true }).click();
  await fault("").waitFor();
  await assertAccessible(page, panel, "wrong password");
  await signIn(panel, world.backend, RESPONDER);
  await heading("No alert is open on this page").waitFor();
});

test("no alert open, with the recent ones and a paste that is none", async () => {
  await panel.getByRole("textbox", { name: /paste/ }).fill("not an id");
  await panel.getByRole("button", { name: "Open", exact: true }).click();
  await fault("").waitFor();
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
  // It tries by itself too: whichever comes first.
  await panel.getByRole("button", { name: "Try now" }).evaluateAll(([button]) => button?.click());
  await read(panel);
});

test("the vendor refuses the credential", async () => {
  await world.control.expireTokens();
  await world.control.fault({ status: 401, count: 200, operation: "oauth2AccessToken" });
  await goTo(page, alertPath(scenarios["scheduled-task-persistence"].composite_ids[0]));
  await panel.locator(".note.bad").filter({ hasText: "Falcon refuses Aside’s credential" }).waitFor();
  assert.equal(await panel.getByRole("button", { name: /^Review/ }).count(), 0, "nothing to act on was read");
  await assertAccessible(page, panel, "credential refused");
  await world.control.clearFaults();
  await panel.getByRole("button", { name: "Try now" }).click();
  await read(panel);
});

test("the backend is away, and comes back", async () => {
  const id = scenarios["administrator-script"].composite_ids[0];
  await show(page, panel, id);
  await world.backend.stop();
  await goTo(page, "/activity-v2/detections");
  await heading("Aside’s backend cannot be reached").waitFor();
  await assertAccessible(page, panel, "unreachable");
  await world.backend.again();
  await panel.getByRole("button", { name: "Try now" }).evaluateAll(([button]) => button?.click());
  await heading("No alert is open on this page").waitFor();
});

test("a link that leaves a choice of tenants", async () => {
  await goTo(page, `/activity/detections/detail/${"ab".repeat(16)}/1234`);
  await heading("Which tenant is this?").waitFor();
  await assertAccessible(page, panel, "pick");
  await panel.getByRole("button", { name: "acme-prod" }).click();
  await panel.locator(".note.bad, .state").filter({ hasText: "no such alert" }).first().waitFor();
});

test("an alert without a device", async () => {
  const { kinds } = await world.control.specimens();
  await show(page, panel, kinds.ngsiem);
  await panel.getByText("Falcon names no device for this alert").waitFor();
  await assertAccessible(page, panel, "no device");
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
  await panel.getByRole("button", { name: "Keys", exact: true }).click();
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

test("an action that runs, one that is verified, and the collapsed dock", async () => {
  const scenario = scenarios["credential-dumping"];
  await show(page, panel, scenario.composite_ids[0]);
  await world.control.fault({ operation: "PerformActionV2", count: 1, hold: "before" });
  await review(panel);
  await approve(panel);
  await panel.getByRole("timer").waitFor();
  await assertAccessible(page, panel, "running");
  await world.control.release();
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  await assertAccessible(page, panel, "verified");
  await pressToolbar(world.context, page);
  const badge = panel.getByRole("button", { name: /^(Critical|High|Medium|Low|Benign), \d+ % sure\. Open Aside$/ });
  await badge.waitFor();
  await badge.click();
  await panel.getByRole("tab", { name: "Brief" }).waitFor();
});

test("an action that the vendor refused, and one that is not verified yet", async () => {
  const scenario = scenarios["hands-on-keyboard-powershell"];
  await show(page, panel, scenario.composite_ids[0]);
  await world.control.fault({ operation: "PerformActionV2", count: 1, status: 403 });
  await review(panel);
  await approve(panel);
  await panel.locator(".acts").getByText("Failed:").waitFor();
  await assertAccessible(page, panel, "failed");

  // Ten minutes of a host that stays offline are not waited for: the answer to the approval is what it would be then.
  const offline = scenarios["scheduled-task-persistence"];
  await show(page, panel, offline.composite_ids[0]);
  await review(panel);
  const status = { not_verified: { reason: "treat the host as connected", still_checking: true } };
  await page.route("**/proposals/*/decision", async (route) => {
    const response = await route.fetch();
    const proposal = await response.json();
    // Newer than what the stream tells meanwhile, which is as if it were not there.
    await route.fulfill({ response, json: { ...proposal, revision: proposal.revision + 1000, status } });
  });
  await page.route("**/proposals/*/events", (route) => route.abort());
  await approve(panel);
  await panel.locator(".acts").getByText("Not verified: treat the host as connected").waitFor();
  await assertAccessible(page, panel, "not verified");
  await page.unrouteAll();
});
