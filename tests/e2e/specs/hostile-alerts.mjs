// Whatever an attacker writes into an alert is shown as text, marked where it cannot be seen, and does nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { alertPath, beSignedIn, CONSOLE, docked, goTo, openDock, show } from "../panel.mjs";
import { RESPONDER, SECOND, startWorld, TENANT } from "../world.mjs";

let world;
let page;
let panel;
let specimens;
let token;
before(async () => {
  world = await startWorld({ users: [RESPONDER, SECOND] });
  specimens = await world.control.specimens();
  page = await world.context.newPage();
  await page.goto(`${CONSOLE}/activity-v2/detections`);
  await goOnAs(RESPONDER);
});
after(() => world?.close());

/** Nobody may ask as fast as this test for long: another person goes on, in a panel of their own. */
async function goOnAs(user) {
  token = await beSignedIn(world, user);
  await goTo(page, "/activity-v2/detections");
  await page.reload();
  panel = await ((await page.locator("aside-host").count()) === 0 ? openDock(world.context, page) : docked(page));
  await panel.getByText("No alert is open on this page").waitFor();
  // A policy that was tried is told to the document itself, whatever the console says of it.
  await panel.evaluate(() => {
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => globalThis.violations.push(event.violatedDirective));
  });
}

/** Begins the analyses, so that the vendor's search jobs run side by side; the panel joins them. */
const begin = (ids) =>
  Promise.all(
    ids.map((id) =>
      world.backend.request("/analyses", { token, body: { alert: { tenant: TENANT, platform: "crowdstrike", id } } }),
    ),
  );

/** So much of an alert's evidence is its own: what follows is of what else happened on the host. */
const OWN = 12;

/**
 * Everything the panel has to show of an alert, by view: each tab with all that it folds, why, and `most` pieces of
 * evidence with every field of their records.
 * @returns {Promise<Record<string, string>>}
 */
function everythingShown(most) {
  return panel.evaluate(async (most) => {
    // The views follow the state in a microtask, what follows them in a task of its own.
    const drawn = () => new Promise((resolve) => setTimeout(resolve));
    const find = (selector, text) => [...document.querySelectorAll(selector)].find((it) => it.textContent.startsWith(text));
    const press = async (element) => {
      element?.click();
      await drawn();
    };
    const shown = { band: document.getElementById("prio").textContent, head: document.querySelector(".head").textContent };
    for (const name of ["Processes", "Timeline", "Activity", "Brief"]) {
      await press(find("[role=tab]", name));
      await press(find("#view .chip", "All "));
      if (name === "Processes") await press(find("#view .chip[aria-pressed=false]", "Command lines"));
      shown[name] = document.getElementById("view").textContent;
    }
    await press(document.querySelector("#view .cite"));
    const drawer = () => document.querySelector(".drawer");
    shown.Evidence = drawer().textContent;
    const next = () => drawer().querySelector(".ib[aria-label^='Next evidence']:enabled");
    for (let at = 1; at < most && next(); at++) {
      await press(next());
      shown.Evidence += drawer().textContent;
    }
    await press(drawer().querySelector("[aria-label='Close evidence']"));
    await press(document.getElementById("prio"));
    shown.Why = document.querySelector("main").textContent;
    await press(document.getElementById("sub-back"));
    return shown;
  }, most);
}

// Characters that a reader cannot see or that turn what he reads around.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** What must hold in our document whatever it shows. */
async function assertInert(what) {
  const found = await panel.evaluate((unseen) => {
    const elements = [...document.querySelectorAll("body *")];
    const attributes = elements.flatMap((element) => [...element.attributes]);
    return {
      owned: [globalThis.__owned, document.title],
      violations: globalThis.violations,
      loading: document.querySelectorAll("body script, iframe, object, embed, img, base, meta[http-equiv]").length,
      links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
      handlers: attributes.filter(({ name }) => /^on/.test(name)).length,
      unseen: attributes.filter(({ value }) => new RegExp(unseen).test(value)).map(({ name, value }) => `${name}=${value}`),
      wide: document.documentElement.scrollWidth > innerWidth,
    };
  }, UNSEEN.source);
  assert.deepEqual(found.owned, [undefined, "Aside"], `${what}: something ran`);
  assert.deepEqual(found.violations, [], `${what}: something tried to run`);
  assert.equal(found.loading, 0, `${what}: an element that loads or runs something`);
  assert.deepEqual(found.links.filter((link) => !/^#|^https:\/\/falcon\.crowdstrike\.com\//.test(link)), [], `${what}: a link to elsewhere`);
  assert.equal(found.handlers, 0, `${what}: an event's handler in the markup`);
  assert.deepEqual(found.unseen, [], `${what}: what cannot be seen is told to a screen reader as it is`);
  assert.equal(found.wide, false, `${what}: the panel scrolls sideways`);
}

/** Shows an alert and walks through all of it; nothing of it may do or hide anything. */
async function walkThrough(id, what, most = OWN) {
  await show(page, panel, id);
  await assertInert(what);
  const shown = await everythingShown(most);
  await assertInert(what);
  for (const [view, text] of Object.entries(shown)) {
    assert.doesNotMatch(text, UNSEEN, `${what}: an unseen character reached the reader of ${view} as it is`);
  }
  return shown;
}

/** How a reader recognises that a payload is shown at all. */
const MARKS = { script: "<script>", markup: "onerror=", control: "⟦U+202E⟧", instructions: "Ignore all earlier instructions" };

test("what an attacker writes is text and nothing else", async (t) => {
  const fields = new Set(Object.keys(specimens.hostile).map((name) => name.replace(/-\w+$/, "")));
  assert.ok(fields.size >= 12, `${fields.size} fields`);
  let walked = 0;
  for (const field of fields) {
    walked += 1;
    if (walked === Math.ceil(fields.size / 2)) await goOnAs(SECOND);
    await t.test(`as ${field.replaceAll("_", " ")}`, async () => {
      const payloads = Object.keys(MARKS).map((payload) => [payload, specimens.hostile[`${field}-${payload}`]]);
      await begin(payloads.map(([, id]) => id));
      for (const [payload, id] of payloads) {
        const shown = await walkThrough(id, `${payload} as ${field}`);
        assert.ok(Object.values(shown).join().includes(MARKS[payload]), `${payload} is not shown: the test looks at nothing`);
      }
    });
  }
});

test("all that happened on the host is text, too, piece by piece", async () => {
  const shown = await walkThrough(specimens.hostile["user_name-script"], "all evidence", Infinity);
  for (const mark of Object.values(MARKS)) assert.ok(shown.Evidence.includes(mark), mark);
});

test("instructions in an alert change nothing: no action, no priority for their sake", async () => {
  await show(page, panel, specimens.hostile["command_line-instructions"]);
  assert.doesNotMatch(await panel.locator(".prio .word").innerText(), /Benign/);
  const requests = await world.control.requests();
  const changing = requests.filter((it) => ["PerformActionV2", "PatchEntitiesAlertsV3"].includes(it.operation));
  assert.deepEqual(changing, []);
});

/** A sentence's names are cut; each unseen character of what is left takes its code point's room. */
const NAME_MAX = 90;

test("a command line of 100 KB is shortened in sentences, whole on demand, and stops nothing", async () => {
  await show(page, panel, specimens.hostile["command_line-long"]);
  for (const code of await panel.locator(".lead code, .claims code").allInnerTexts()) {
    const characters = code.replace(/⟦U\+[0-9A-F]+⟧/g, "·").length;
    assert.ok(characters <= NAME_MAX, `${characters} characters in a sentence`);
  }
  const longest = () => panel.evaluate(() => Math.max(0, ...[...document.querySelectorAll(".raw")].map((it) => it.textContent.length)));
  await panel.locator(".cite").filter({ hasText: /^E\d/ }).first().click();
  const all = panel.locator(".drawer").getByRole("button", { name: /^Show all 102.400/ });
  const next = panel.locator(".drawer").getByRole("button", { name: /^Next evidence/ });
  while ((await all.count()) === 0) await next.click();
  assert.ok((await longest()) < 2_000, "only a part is drawn until it is asked for");
  await all.click();
  assert.ok((await longest()) > 100_000, "the whole text can be read");
  await assertInert("a long line");
  await page.keyboard.press("Escape");
});

test("every field of an alert may be 100 KB of what nobody can see", async () => {
  const part = "\u202ea\u200b";
  const flood = part.repeat((100 * 1024) / Buffer.byteLength(part));
  const alert = await world.control.rawAlert(specimens.hostile["file_name-script"]);
  for (const name of ["composite_id", "id", "updated_timestamp", "created_timestamp"]) delete alert[name];
  const flooded = {
    ...alert,
    device: { ...alert.device, hostname: flood },
    ...Object.fromEntries(
      ["display_name", "description", "cmdline", "filename", "filepath", "user_name", "tactic"].map((name) => [name, flood]),
    ),
  };
  const id = await world.control.addAlert(flooded);
  await walkThrough(id, "a flood");
  // What is drawn stays small, so that nothing freezes: an element for each of them would not be.
  const drawn = await panel.evaluate(() => [document.querySelectorAll("body *").length, document.body.textContent.length]);
  assert.ok(drawn[0] < 8_000 && drawn[1] < 100_000, `${drawn[0]} elements, ${drawn[1]} characters`);
  await page.keyboard.press("Escape");
});

test("bytes that are no text in what a command hides are shown as such", async () => {
  // UTF-16 with a lone half of a pair and a character that turns the line around; percent signs that decode to nothing.
  const hidden = Buffer.from([0x00, 0xd8, 0x41, 0x00, 0x2e, 0x20, 0x00, 0xdc, 0x69, 0x00, 0x65, 0x00, 0x78, 0x00]).toString("base64");
  const alert = await world.control.rawAlert(specimens.hostile["url-script"]);
  for (const name of ["composite_id", "id", "updated_timestamp", "created_timestamp"]) delete alert[name];
  const id = await world.control.addAlert({
    ...alert,
    filename: "powershell.exe",
    filepath: "\\Device\\HarddiskVolume3\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
    cmdline: `powershell.exe -nop -enc ${hidden} %C3%28 \\xff\\xfe %u202e`,
  });
  const shown = await walkThrough(id, "broken bytes");
  assert.ok(shown.Evidence.includes(hidden), "the line is there as it was recorded");
});

test("the sheet, the list of recent alerts and an answer show a hostile host and title as text", async () => {
  for (const payload of Object.keys(MARKS)) {
    await show(page, panel, specimens.hostile[`host_name-${payload}`]);
    const composer = panel.getByRole("textbox", { name: "Ask about this alert" });
    for (const [question, answer] of [[`what is ${MARKS[payload]}\u202e?`, ".claims, .tags"], ["isolate it", ".btn"]]) {
      await composer.fill(question);
      await composer.press("Enter");
      await panel.locator("#last-turn").filter({ hasText: question.slice(0, 9) }).locator(answer).first().waitFor();
      await assertInert(`${payload} in a question`);
      assert.doesNotMatch(await panel.locator("#view").evaluate((view) => view.textContent), UNSEEN, payload);
    }
    await panel.locator("#last-turn").getByRole("button", { name: /^Review/ }).click();
    const sheet = panel.getByRole("dialog");
    await sheet.locator("#approve").waitFor();
    await assertInert(`${payload} on the sheet`);
    const text = await sheet.evaluate((element) => element.textContent);
    assert.doesNotMatch(text, UNSEEN, payload);
    assert.ok(text.includes(MARKS[payload].slice(0, 8)), `${payload} is not on the sheet`);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
  }
  const alert = await world.control.rawAlert(specimens.hostile["host_name-markup"]);
  for (const name of ["composite_id", "id", "updated_timestamp", "created_timestamp", "timestamp"]) delete alert[name];
  await world.control.addAlert({ ...alert, display_name: "\u202e<img src=x onerror=alert(1)>" });
  await goTo(page, "/activity-v2/detections");
  await panel.locator(".recent").getByText("onerror=alert(1)").waitFor();
  await assertInert("the list of recent alerts");
  assert.doesNotMatch(await panel.locator(".recent").evaluate((list) => list.textContent), UNSEEN);
});

test("an address that names no alert an alert could have is taken for none", async () => {
  await show(page, panel, specimens.kinds.overwatch);
  await goTo(page, alertPath(`${world.lab.crowdstrike.cid}:ind:<img src=x onerror=alert(1)>\u202e`));
  await panel.getByText("No alert is open on this page").waitFor();
  await assertInert("an address");
  assert.doesNotMatch(await panel.evaluate(() => document.body.textContent), UNSEEN);
});

test("every kind of Falcon's alerts gets a brief, and what has no host gets no isolation", async () => {
  await begin(Object.values(specimens.kinds));
  for (const [kind, id] of Object.entries(specimens.kinds)) {
    await show(page, panel, id);
    assert.ok((await panel.locator(".lead").innerText()).length > 10, `${kind} has no summary`);
    await assertInert(kind);
    if (["idp", "ngsiem", "fcs"].includes(kind)) {
      assert.equal(await panel.getByRole("button", { name: /^Review/ }).count(), 0, kind);
    }
  }
  assert.equal(await docked(page), panel, "one frame all the while");
});
