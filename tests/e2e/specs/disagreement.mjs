// Days on which the vendor, another person or the connection gets in the way. Each ends with the panel, the
// audit log and the vendor's own record agreeing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { approve, approveButton, beSignedIn, openAlert, review, signIn, worker } from "../panel.mjs";
import { LEAD, RESPONDER, SECOND, startWorld, TENANT } from "../world.mjs";

/** How long an answer that was lost or a backend that was away may take to be made good, in milliseconds. */
const RECOVERY = 90_000;

let world;
let scenarios;
before(async () => {
  world = await startWorld({ users: [RESPONDER, SECOND, LEAD] });
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
});
after(() => world?.close());

const containment = async (scenario) => (await world.control.host(scenario.host_id)).containment;
const allActions = async () => (await world.control.requests()).filter((it) => it.operation === "PerformActionV2");
const actions = async (scenario) => (await allActions()).filter((it) => JSON.stringify(it).includes(scenario.host_id));
const logHolds = async () => assert.match(await world.backend.run("audit", "verify"), /the chain holds/);
const isolated = (panel, scenario) => panel.getByText(`${scenario.hostname} is isolated`, { exact: true });
const shownDigest = (panel) => panel.getByRole("dialog").locator("dd code").last().innerText();

/** The digest of a proposal's view as any client computes it: SHA-256 over its canonical bytes. */
async function digestOf({ view }) {
  const bytes = new TextEncoder().encode(`aside/approval-view/${view.version}\n${JSON.stringify(view)}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("signed out in the middle of an approval: nothing is sent, and after signing in the decision is still there", async () => {
  const scenario = scenarios["hands-on-keyboard-powershell"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  const digest = await shownDigest(panel);
  const background = await worker(world.context);
  const token = await background.evaluate(async () => (await chrome.storage.session.get("session")).session.access_token);
  assert.equal((await world.backend.request("/auth/logout", { token, method: "POST" })).status, 204);
  await approveButton(panel).click();
  await panel.getByRole("heading", { name: "Sign in to Aside" }).waitFor();
  assert.deepEqual(await actions(scenario), []);
  await signIn(panel, world.backend, RESPONDER);
  await panel.getByRole("dialog").waitFor();
  assert.equal(await shownDigest(panel), digest);
  await approve(panel);
  await isolated(panel, scenario).waitFor();
  assert.equal(await containment(scenario), "contained");
  assert.equal((await actions(scenario)).length, 1);
  await logHolds();
  await page.close();
});

test("two people at once: one approves, the other sees it happen, the vendor is asked once", async () => {
  const scenario = scenarios["lolbin-download"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  const login = await world.backend.request("/auth/login", { body: { user: SECOND.name, password: SECOND.password } });
  const token = login.body.access_token;
  const alert = { tenant: TENANT, platform: "crowdstrike", id: scenario.composite_ids[0] };
  const { body: proposal } = await world.backend.request("/proposals", {
    token,
    body: { alert, action: "isolate_host", host: scenario.host_id },
  });
  const digest = await digestOf(proposal);
  assert.equal(digest.slice(0, 16).replace(/(.{4})(?=.)/g, "$1 "), await shownDigest(panel), "both look at the same");
  const decided = await world.backend.request(`/proposals/${proposal.view.proposal}/decision`, {
    token,
    body: { decision: "approve", digest },
  });
  assert.equal(decided.status, 200);
  await panel.getByRole("dialog").getByText("It is done and verified.").waitFor();
  await panel.getByRole("button", { name: "Close", exact: true }).click();
  await isolated(panel, scenario).waitFor();
  assert.equal((await actions(scenario)).length, 1);
  assert.equal(await containment(scenario), "contained");
  await logHolds();
  await page.close();
});

test("undo after another person released the host is refused, and says why", async () => {
  const scenario = scenarios["lolbin-download"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await isolated(panel, scenario).waitFor();
  await world.control.changeHost(scenario.host_id, { containment: "normal" });
  await panel.getByRole("button", { name: /^Undo/ }).click();
  await panel.locator(".acts .fault").waitFor();
  assert.equal(await panel.getByRole("dialog").count(), 0);
  assert.equal((await actions(scenario)).length, 1, "nothing more was sent");
  assert.equal(await containment(scenario), "normal");
  await logHolds();
  await page.close();
});

test("a host isolated by another person while the sheet is open is not isolated again, and is not ours to release", async () => {
  const scenario = scenarios["phishing-document"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  await world.control.changeHost(scenario.host_id, { containment: "contained" });
  await approveButton(panel).click();
  await panel.getByText(/^Stopped|Changed while you read|Nothing was sent/).first().waitFor();
  assert.deepEqual(await actions(scenario), []);
  assert.equal(await panel.getByRole("button", { name: /^Undo/ }).count(), 0);
  await logHolds();
  await page.close();
  await world.control.changeHost(scenario.host_id, { containment: "normal" });
});

test("an answer lost after the vendor accepted: the state changes once, and the panel ends at verified", async () => {
  const scenario = scenarios["phishing-document"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await world.control.fault({ operation: "PerformActionV2", count: 1, drop: "after" });
  await review(panel);
  await approve(panel);
  await isolated(panel, scenario).waitFor({ timeout: RECOVERY });
  assert.equal(await containment(scenario), "contained");
  await logHolds();
  await page.close();
});

test("a backend killed while the action is on its way carries it to its end, and the panel follows", async () => {
  const scenario = scenarios["credential-dumping"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await world.control.fault({ operation: "PerformActionV2", count: 1, hold: "before" });
  const before = (await allActions()).length;
  await approve(panel);
  await world.control.waitFor("PerformActionV2", before + 1);
  await world.backend.stop();
  await world.control.release();
  await world.backend.again();
  await isolated(panel, scenario).waitFor({ timeout: RECOVERY });
  assert.equal(await containment(scenario), "contained");
  await logHolds();
  await page.close();
});

test("an offline host is said to be offline, and nothing is called isolated before it was verified", async () => {
  const scenario = scenarios["scheduled-task-persistence"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await panel.getByRole("dialog").getByText("Its agent is offline").waitFor();
  const before = (await allActions()).length;
  await approve(panel);
  await world.control.waitFor("PerformActionV2", before + 1);
  await panel.locator(".steps .now").first().waitFor();
  assert.equal(await containment(scenario), "containment_pending");
  assert.equal(await isolated(panel, scenario).count(), 0);
  await logHolds();
  await page.close();
});

test("a server needs a lead: a responder may look and not decide, a lead decides", async () => {
  const scenario = scenarios["ransomware-staging"];
  const looked = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(looked.panel);
  await looked.panel.getByRole("dialog").getByText("a lead must approve").waitFor();
  assert.equal(await approveButton(looked.panel).count(), 0);
  await looked.page.close();

  await beSignedIn(world, LEAD);
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], LEAD);
  await review(panel);
  await approve(panel);
  await isolated(panel, scenario).waitFor();
  assert.equal(await containment(scenario), "contained");
  assert.equal((await actions(scenario)).length, 1);
  await logHolds();
  await page.close();
});
