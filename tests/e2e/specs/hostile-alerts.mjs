// Whatever an attacker writes into an alert is shown as text, marked where it cannot be seen, and does nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { beSignedIn, CONSOLE, docked, openDock, show } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let page;
let panel;
let specimens;
before(async () => {
  world = await startWorld();
  specimens = await world.control.specimens();
  await beSignedIn(world, RESPONDER);
  page = await world.context.newPage();
  await page.goto(`${CONSOLE}/activity-v2/detections`);
  panel = await openDock(world.context, page);
});
after(() => world?.close());

/** Everything the panel shows of an alert: each view's text, with all evidence opened. */
function everythingShown() {
  return panel.evaluate(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const texts = [document.body.innerText];
    for (const chip of document.querySelectorAll(".claims .cite, .lead .cite")) {
      if (!/^E\d/.test(chip.textContent)) continue;
      chip.click();
      await drawn();
      texts.push(document.querySelector(".drawer").innerText);
    }
    for (const id of ["Processes", "Timeline", "Activity", "Brief"]) {
      const tab = [...document.querySelectorAll("[role=tab]")].find((it) => it.textContent.startsWith(id));
      tab.click();
      await drawn();
      texts.push(document.getElementById("view").innerText);
    }
    return texts.join("\n");
  });
}

/** What must hold in our document whatever it shows. */
async function assertInert() {
  const found = await panel.evaluate(() => ({
    owned: globalThis.__owned,
    loading: document.querySelectorAll("body script, iframe, object, embed, img, base, meta[http-equiv]").length,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
    handlers: [...document.querySelectorAll("body *")].flatMap((element) =>
      element.getAttributeNames().filter((name) => /^on/.test(name)),
    ),
    wide: document.documentElement.scrollWidth > innerWidth,
  }));
  assert.equal(found.owned, undefined, "something ran");
  assert.equal(found.loading, 0, "an element that loads or runs something");
  assert.deepEqual(found.links.filter((link) => !/^#|^https:\/\/falcon\.crowdstrike\.com\//.test(link)), [], "a link to elsewhere");
  assert.deepEqual(found.handlers, []);
  assert.equal(found.wide, false, "the panel scrolls sideways");
}

// Characters that a reader cannot see or that turn what he reads around.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
/** How a reader recognises that a payload is shown at all. */
const MARKS = { script: "<script>", markup: "onerror=", control: "U+202E", instructions: "Ignore all earlier instructions" };

test("what an attacker writes is text and nothing else", async (t) => {
  const fields = new Set(Object.keys(specimens.hostile).map((name) => name.replace(/-\w+$/, "")));
  assert.ok(fields.size >= 9, `${fields.size} fields`);
  for (const field of fields) {
    await t.test(`as ${field.replaceAll("_", " ")}`, async () => {
      const seen = [];
      for (const [payload, mark] of Object.entries(MARKS)) {
        await show(page, panel, specimens.hostile[`${field}-${payload}`]);
        await assertInert();
        const shown = await everythingShown();
        await assertInert();
        assert.doesNotMatch(shown, UNSEEN, `${payload}: an unseen character reached the reader as it is`);
        if (shown.includes(mark)) seen.push(payload);
      }
      assert.ok(seen.length > 0, "none of the payloads was shown: the test looks at nothing");
    });
  }
});

test("instructions in an alert change nothing: no action, no priority for their sake", async () => {
  await show(page, panel, specimens.hostile["command_line-instructions"]);
  assert.doesNotMatch(await panel.locator(".prio .word").innerText(), /Benign/);
  const requests = await world.control.requests();
  const changing = requests.filter((it) => ["PerformActionV2", "PatchEntitiesAlertsV3"].includes(it.operation));
  assert.deepEqual(changing, []);
});

test("a command line of 100 KB is shortened in sentences, whole on demand, and stops nothing", async () => {
  await show(page, panel, specimens.hostile["command_line-long"]);
  for (const code of await panel.locator(".lead code, .claims code").allInnerTexts()) {
    assert.ok(code.length <= 90, `${code.length} characters in a sentence`);
  }
  const longest = () => panel.evaluate(() => Math.max(0, ...[...document.querySelectorAll(".raw")].map((it) => it.textContent.length)));
  for (const chip of await panel.locator(".cite").filter({ hasText: /^E\d/ }).all()) {
    await chip.click();
    await panel.locator(".drawer").waitFor();
    const all = panel.locator(".drawer").getByRole("button", { name: /^Show all/ });
    if ((await all.count()) > 0) {
      await all.first().click();
      if ((await longest()) > 100_000) break;
    }
    await page.keyboard.press("Escape");
  }
  assert.ok((await longest()) > 100_000, "the whole text can be read");
  await assertInert();
});

test("every kind of Falcon's alerts gets a brief, and what has no host gets no isolation", async () => {
  for (const [kind, id] of Object.entries(specimens.kinds)) {
    await show(page, panel, id);
    assert.ok((await panel.locator(".lead").innerText()).length > 10, `${kind} has no summary`);
    await assertInert();
    if (["idp", "ngsiem", "fcs"].includes(kind)) {
      assert.equal(await panel.getByRole("button", { name: /^Review/ }).count(), 0, kind);
    }
  }
  assert.equal(await docked(page), panel, "one frame all the while");
});
