// A model beside the rules: honest, lying, hostile, slow and dead. What the panel shows is held to the record of
// the endpoint, byte for byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { alertPath, beSignedIn, docked, goTo, openAlert, read, show, whatWasSent } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

/** The deadline in `[model]`, in seconds. */
const DEADLINE = 3;

let world;
let scenarios;
let page;
let panel;
before(async () => {
  world = await startWorld({ model: ['prose = "marked"', `deadline_seconds = ${DEADLINE}`] });
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
  ({ page, panel } = await openAlert(world, alertOf("administrator-script"), RESPONDER));
});
after(() => world?.close());

const model = () => world.control.model;
const alertOf = (name) => scenarios[name].composite_ids[0];
const claims = () => panel.locator("#told .lead, #told .claims > li").allInnerTexts();
const placeOf = async (locator) => (await locator.boundingBox()).y;

/** Two long texts; where they differ only the place is told. */
function same(a, b) {
  const at = [...a].findIndex((c, i) => c !== [...b][i]);
  assert.ok(a === b, `${a.length} and ${b.length} characters, which differ at ${at}: …${a.slice(at, at + 80)}`);
}

/**
 * Opens an alert that a backend just started has not read yet, after the model was told its manner; ends when all
 * has been read. The answers that it keeps outlast it.
 */
async function open(name, setting) {
  await world.backend.restart();
  await model().set(setting);
  await model().forget();
  await show(page, panel, alertOf(name));
}

const sent = (opener) => whatWasSent(panel, opener);
const back = () => panel.locator("#sub-back").click();

/** Nothing in the panel is a link to anywhere but the console, or anything but text. */
async function onlyText() {
  const links = await panel.locator("a[href]").evaluateAll((all) => all.map((a) => a.href));
  for (const link of links) assert.match(link, /^(https:\/\/falcon\.crowdstrike\.com\/|chrome-extension:\/\/)/);
  assert.equal(await panel.locator("img, iframe, script:not([src]), object, embed").count(), 0);
}

test("while it is asked the rules' words stand; its own take their place, and nothing below moves", async () => {
  await model().set({ manner: "slow", hold: "first_byte" });
  await model().forget();
  await goTo(page, alertPath(alertOf("credential-dumping")));
  await panel.getByText("lab-colleague is reading it.").waitFor();
  const byRules = await claims();
  assert.ok(byRules.length >= 3, `${byRules.length} claims by the rules`);
  const below = panel.locator("#s-do");
  const [before, top] = [await placeOf(below), await placeOf(panel.locator("#told"))];
  await model().release();
  await panel.getByText(/^Model: \d+ of \d+ claims stand\.$/).waitFor();
  await read(panel);
  const told = await claims();
  assert.notDeepEqual(told, byRules);
  assert.deepEqual([await placeOf(below), await placeOf(panel.locator("#told"))], [before, top]);
  for (const claim of await panel.locator("#told .lead, #told .claims > li").all()) {
    assert.ok((await claim.locator(".cite").count()) > 0, `no evidence behind: ${await claim.innerText()}`);
  }
  assert.ok((await panel.locator(".tag-t", { hasText: "model’s view" }).count()) > 0, "views are marked");

  const rulesOnly = panel.locator("#rules-only");
  await rulesOnly.click();
  assert.deepEqual(await claims(), byRules);
  assert.equal(await rulesOnly.getAttribute("aria-pressed"), "true");
  await panel.locator("#rules-only:focus").waitFor();
  assert.equal(await placeOf(below), before);
  await rulesOnly.click();
  assert.deepEqual(await claims(), told);
  assert.equal(await placeOf(below), before);
});

test("what was sent is what the endpoint got, byte for byte, and the audit log has its digest", async () => {
  await open("phishing-document", { manner: "honest" });
  const shown = await sent();
  const [request, ...more] = await model().requests();
  assert.deepEqual(more, []);
  same(shown.body, request.body);
  assert.equal(shown.bytes, Buffer.byteLength(request.body));
  assert.equal(shown.digest, createHash("sha256").update(request.body).digest("hex"));
  same(shown.text, JSON.parse(request.body).messages.at(-1).content);

  const scenario = scenarios["phishing-document"];
  assert.ok(!request.body.includes(scenario.hostname), "the host's name left");
  assert.match(shown.text, /HOST-1/);
  assert.ok((await panel.locator(".raw.text mark").allInnerTexts()).includes("HOST-1"));
  assert.match(shown.Replaced, /1 host/);
  assert.match(shown.Name, /^lab-colleague/);

  await panel.getByRole("button", { name: "Activity" }).click();
  await panel.locator(".log li", { hasText: shown.digest.slice(0, 16) }).first().waitFor();
  assert.match(await world.backend.run("audit", "verify"), /the chain holds/);
  await panel.locator("#t-brief").click();
});

test("an answer that is kept is shown as what was sent for it then: nothing is sent now", async () => {
  await open("phishing-document", { manner: "honest" });
  const shown = await sent();
  assert.deepEqual(await model().requests(), []);
  await panel.getByText("Nothing was sent now: an answer was kept").waitFor();
  assert.equal(shown.digest, createHash("sha256").update(shown.body).digest("hex"));
  await back();
});

test("of a liar's claims those that the evidence does not carry are dropped, counted and can be looked at", async () => {
  await open("lolbin-download", { manner: "lying" });
  const [, stand, all] = (await panel.locator(".voice").innerText()).match(/Model: (\d+) of (\d+) claims stand/);
  const shown = await sent();
  const [, of, kept, reworded = "0", dropped = "0"] = shown.came.match(
    /(\d+) claims?: (\d+) kept(?:, (\d+) reworded)?(?:, (\d+) dropped)?\./,
  );
  assert.equal(of, all);
  assert.equal(Number(kept) + Number(reworded), Number(stand));
  assert.ok(Number(dropped) > 0, shown.came);
  assert.equal(Number(stand) + Number(dropped), Number(all));
  const lines = shown.dropped.filter((line) => line.startsWith("Dropped: "));
  assert.equal(lines.length, Number(dropped));
  for (const line of lines) assert.match(line, /^Dropped: “.+” .+\.$/s);
  await back();
});

test("a model in an attacker's hands: text alone, no link, no action, no priority, nothing asked of anybody", async () => {
  const asked = [];
  world.context.on("request", (request) => asked.push(request.url()));
  const priority = () => panel.locator("#prio").innerText();
  const actions = () => panel.locator(".acts h3").allInnerTexts();
  // Its answers are bound to their schema in turn, and a kept one would be its last.
  for (const name of ["ransomware-staging", "hands-on-keyboard-powershell"]) {
    await open(name, { manner: "dead" });
    const quiet = [await priority(), await actions()];
    await open(name, { manner: "hostile" });
    assert.equal((await model().requests()).length, 1);
    assert.deepEqual([await priority(), await actions()], quiet);
    await onlyText();
    await sent();
    for (const one of await panel.locator("details summary").all()) await one.click();
    await onlyText();
    await back();
  }
  const elsewhere = asked.filter((url) => !/^(https:\/\/falcon\.crowdstrike\.com|http:\/\/127\.0\.0\.1|chrome-extension:|data:)/.test(url));
  assert.deepEqual(elsewhere, []);
  const calls = (await world.control.requests()).filter((request) => request.operation === "PerformActionV2");
  assert.deepEqual(calls, []);
});

for (const [what, setting, why] of [
  ["dead", { manner: "dead" }, /The connection to the model broke off/],
  ["silent", { manner: "silent" }, new RegExp(`gave no answer within ${DEADLINE} s`)],
  ["refusing", { manner: "error", error: "server_error" }, /refused the request \(500\)/],
  ["babbling", { manner: "bad_json" }, /not/],
]) {
  test(`a ${what} model costs its voice and nothing else`, async () => {
    await open("scheduled-task-persistence", setting);
    const told = await claims();
    assert.ok(told.length >= 3);
    assert.match(await panel.locator(".voice").innerText(), why);
    assert.equal(await panel.locator("#rules-only").count(), 0);
    const shown = await sent();
    assert.match(shown.came, why);
    assert.match(shown.came, /what the rules say stands/);
    await back();
    await model().release();
  });
}

test("what no question foresaw is answered in claims of the model's choice, and what was sent for it is shown", async () => {
  await open("credential-dumping", { manner: "honest" });
  await model().forget();
  await panel.locator("textarea").fill("Anything odd here?");
  await page.keyboard.press("Enter");
  await panel.getByText("Chosen by the model, checked against the evidence").waitFor();
  const requests = await model().requests();
  assert.equal(requests.length, 1);
  const shown = await sent("#sent-b0");
  same(shown.body, requests[0].body);
  assert.match(shown.text, /^QUESTION Anything odd here/m);
  await back();
  await panel.locator("#sent-b0").waitFor();
});

test("the switch to the rules stays when the panel is closed and opened again", async () => {
  await panel.locator("#t-brief").click();
  await panel.locator("#rules-only").click();
  const byRules = await claims();
  await page.reload();
  panel = await docked(page);
  await read(panel);
  await panel.locator("#rules-only[aria-pressed=true]").waitFor();
  assert.deepEqual(await claims(), byRules);
  await page.close();
});
