// A page that covers, hides, moves, imitates or frames the panel approves nothing, and a page that is no
// console gets nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  alertPath,
  approve,
  approveButton,
  beSignedIn,
  clickRow,
  CONSOLE,
  docked,
  goTo,
  openAlert,
  openDock,
  openList,
  read,
  review,
  worker,
} from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

const OTHER = "https://not-a-console.example";

let world;
let scenarios;
let scenario;
before(async () => {
  world = await startWorld({ hosts: ["not-a-console.example"] });
  scenarios = await world.control.scenarios();
  scenario = scenarios["credential-dumping"];
  await beSignedIn(world, RESPONDER);
});
after(() => world?.close());

const trick = (page, name) => page.evaluate((detail) => dispatchEvent(new CustomEvent("hostile", { detail })), name);
const sent = async () => (await world.control.requests()).filter((request) => request.operation === "PerformActionV2").length;
const frames = (page, count) =>
  page.evaluate(async (wanted) => {
    for (let at = 0; at < wanted; at++) await new Promise((resolve) => requestAnimationFrame(resolve));
  }, count);

/** An alert with its sheet open and the button live; closed and checked at the end: nothing was sent. */
async function withLiveButton(attempt) {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  try {
    await review(panel);
    await panel.locator("#approve:enabled").waitFor();
    await attempt(page, panel);
    assert.equal(await sent(), 0);
    assert.equal((await world.control.host(scenario.host_id)).containment, "normal");
  } finally {
    await page.close();
  }
}

for (const name of ["popover", "modal"]) {
  test(`nothing is approved under the page's ${name}`, () =>
    withLiveButton(async (page, panel) => {
      await trick(page, name);
      await panel.locator("#approve:disabled").waitFor();
      await page.keyboard.press("Enter");
    }));
}

test("nothing is approved while the page shrinks the panel, by keyboard either", () =>
  withLiveButton(async (page, panel) => {
    await trick(page, "zoom");
    // The change of layout starts the proof's second again; a try while it is off would try nothing.
    await frames(page, 120);
    await panel.locator("#approve:enabled").waitFor();
    await approveButton(panel).focus();
    await page.keyboard.press("Enter");
    await panel.getByText("The page’s zoom is not what it was").waitFor();
  }));

test("synthetic events and messages do nothing", () =>
  withLiveButton(async (page, panel) => {
    await trick(page, "synthetic");
    await frames(page, 120);
    for (const detail of [0, 1]) {
      await approveButton(panel).evaluate(
        (button, count) => button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: count })),
        detail,
      );
      await approveButton(panel).evaluate((button) => button.click());
    }
    // It was live all the while: only the events were not a person's.
    assert.equal(await approveButton(panel).isEnabled(), true);
  }));

test("the second click of a double click approves nothing", () =>
  withLiveButton(async (page, panel) => {
    const { x, y, width, height } = await approveButton(panel).boundingBox();
    const session = await world.context.newCDPSession(page);
    const at = { x: x + width / 2, y: y + height / 2, button: "left", clickCount: 2 };
    await session.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
    await session.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
    await frames(page, 30);
    assert.equal(await panel.getByRole("dialog").isVisible(), true);
  }));

test("a click into the page takes the focus and with it the live button", () =>
  withLiveButton(async (page, panel) => {
    await page.mouse.click(300, 20);
    await panel.getByText("Approve unlocks when the panel has the focus").waitFor();
    assert.equal(await approveButton(panel).isDisabled(), true);
  }));

test("after a pop-up over the panel has closed, the second of proven sight begins anew", () =>
  withLiveButton(async (page, panel) => {
    // The button's own account of when it was live, seen from its document's clock.
    await panel.evaluate(() => {
      const button = document.getElementById("approve");
      globalThis.lived = [];
      new MutationObserver(() => globalThis.lived.push([button.disabled, performance.now()])).observe(button, {
        attributeFilter: ["disabled"],
      });
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") globalThis.shownAt = performance.now();
      });
    });
    const [popup] = await Promise.all([world.context.waitForEvent("page"), page.evaluate(() => void open("about:blank"))]);
    await panel.waitForFunction(() => document.visibilityState === "hidden");
    await popup.close();
    await panel.waitForFunction(() => document.visibilityState === "visible");
    await page.bringToFront();
    await approveButton(panel).evaluate((button) => button.disabled || Promise.reject(new Error("live at once")));
    await panel.locator("#approve:enabled").waitFor();
    const { lived, shownAt } = await panel.evaluate(() => ({ lived: globalThis.lived, shownAt: globalThis.shownAt }));
    assert.equal(lived[0][0], true, "it was switched off");
    assert.ok(lived.at(-1)[1] - shownAt >= 1000, `live again ${lived.at(-1)[1] - shownAt} ms after it was shown`);
  }));

// The panel stands in the top layer: what the page lays over itself lies under it.
for (const name of ["overlay", "ghost", "mask", "fade", "filter", "transform"]) {
  test(`the page's ${name} neither hides nor moves the panel`, async () => {
    const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
    const heading = panel.locator(".head h1");
    const before = await heading.boundingBox();
    await trick(page, name);
    await frames(page, 2);
    const now = await heading.boundingBox();
    assert.deepEqual([now.y, now.width, now.height], [before.y, before.width, before.height]);
    assert.ok(Math.abs(now.x - before.x) <= 16, "moved by more than a scroll bar of the page");
    await review(panel);
    await panel.locator("#approve:enabled").waitFor();
    await page.close();
  });
}

test("the page's own styles for the panel's element are none to it", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const before = await page.locator("aside-host").boundingBox();
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`aside-host, aside-host:popover-open, :popover-open { display: none !important; opacity: 0 !important;
      visibility: hidden !important; width: 9px !important; inset: 0 auto auto -999px !important; transform: scale(0.1) !important;
      filter: opacity(0) !important; clip-path: inset(50%) !important; mask-image: linear-gradient(#0000, #0000) !important;
      pointer-events: none !important; content-visibility: hidden !important; zoom: 0.1 !important; }`);
    document.adoptedStyleSheets.push(sheet);
    const { style } = document.querySelector("aside-host");
    for (const [name, value] of [["display", "none"], ["opacity", "0"]]) style.setProperty(name, value, "important");
  });
  await frames(page, 3);
  const now = await page.locator("aside-host").boundingBox();
  assert.deepEqual([now.width, now.height], [before.width, before.height]);
  assert.ok(Math.abs(now.x - before.x) <= 16 && now.y === before.y, "it was moved");
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  await page.close();
});

for (const [name, property, value] of [
  ["takes itself away", "display", "none"],
  ["is not drawn", "content-visibility", "hidden"],
]) {
  test(`nothing is approved while the page ${name}, and it can be again when it is back`, () =>
    withLiveButton(async (page, panel) => {
      await page.evaluate(([name, to]) => document.documentElement.style.setProperty(name, to, "important"), [property, value]);
      // What is not shown draws no frames to wait by.
      await panel.waitForFunction(() => document.getElementById("approve").disabled, null, { polling: 100 });
      await page.keyboard.press("Enter");
      await page.evaluate((name) => document.documentElement.style.removeProperty(name), property);
      // The focus went with it.
      await panel.locator("#ap-t").click();
      await panel.locator("#approve:enabled").waitFor();
    }));
}

test("a panel that the page takes out and puts back loads anew, shows the same, and begins its proof anew", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  const gone = new Promise((resolve) => page.once("framedetached", resolve));
  await page.evaluate(() => document.body.append(document.querySelector("aside-host")));
  await gone;
  const again = await docked(page);
  assert.notEqual(again, panel, "its document is another");
  await again.getByRole("dialog").waitFor();
  assert.equal(await page.evaluate(() => document.querySelector("aside-host").parentNode === document.documentElement), true);
  await again.locator("#approve:disabled").waitFor();
  await again.locator("#approve:enabled").waitFor();
  assert.equal(await sent(), 0);
  await page.close();
});

for (const name of ["remove", "move"]) {
  test(`a page that keeps trying to ${name} the panel gets rid of it and of nothing else`, async () => {
    const { page } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
    await trick(page, name);
    await page.locator("aside-host").waitFor({ state: "detached" });
    const background = await worker(world.context);
    const lost = () =>
      background.evaluate(async () => {
        const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
        const { [`tab:${tab.id}`]: state } = await chrome.storage.session.get(`tab:${tab.id}`);
        return [state.dock, state.lost, await chrome.action.getBadgeText({ tabId: tab.id })];
      });
    await page.waitForFunction(() => !document.querySelector("aside-host"));
    let found;
    for (let at = 0; at < 100 && found?.[2] !== "!"; at++) found = await lost();
    assert.deepEqual(found, ["closed", true, "!"]);
    await page.close();
  });
}

test("a flood of routes ends at the right alert, and asks the vendor no more than once", async () => {
  const id = scenarios["phishing-document"].composite_ids[0];
  const page = await openList(world.context);
  await clickRow(page, id);
  const panel = await openDock(world.context, page);
  await read(panel);
  const asked = async () => (await world.control.requests()).filter((it) => it.operation === "PostEntitiesAlertsV2").length;
  const before = await asked();
  await trick(page, "flood");
  await frames(page, 180);
  assert.ok((await page.evaluate(() => location.search)).startsWith("?flood="), "there is a flood");
  await read(panel);
  assert.ok((await asked()) - before <= 1, `${(await asked()) - before} requests for one alert`);
  await page.close();
});

test("a page that names another alert changes what is read, under the reader's own rights, and nothing else", async () => {
  const other = scenarios["lolbin-download"];
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await page.evaluate((path) => history.replaceState(null, "", path), alertPath(other.composite_ids[0]));
  await panel.locator(".facts").filter({ hasText: other.hostname }).waitFor();
  const foreign = `${"ab".repeat(16)}:ind:${"cd".repeat(16)}:1-2-3`;
  await page.evaluate((path) => history.replaceState(null, "", path), alertPath(foreign));
  await panel.locator(".facts").waitFor({ state: "detached" });
  const changing = (await world.control.requests()).filter((it) => ["PerformActionV2", "PatchEntitiesAlertsV3"].includes(it.operation));
  assert.deepEqual(changing, []);
  await page.close();
});

test("a page that learned the panel's address gets an empty frame", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const background = await worker(world.context);
  const ofTheMoment = await background.evaluate(() => chrome.runtime.getURL("panel.html"));
  assert.notEqual(ofTheMoment, panel.url(), "the address of the moment is another than the document's");
  let loaded = 0;
  for (const host of [CONSOLE, OTHER]) {
    for (const address of [panel.url(), ofTheMoment, `${ofTheMoment}#${"0".repeat(36)}`, panel.url().replace("panel", "app")]) {
      const thief = await world.context.newPage();
      await thief.goto(`${host}/?frame=${encodeURIComponent(address)}`);
      await thief.locator("iframe").waitFor({ state: "attached" });
      await frames(thief, 60);
      for (const frame of thief.frames().filter((it) => it.url().startsWith("chrome-extension:"))) {
        loaded += frame.url().includes("/panel.html") ? 1 : 0;
        const shown = await frame.evaluate(() => [document.body.childElementCount, document.body.innerText.trim()]);
        assert.deepEqual(shown, [0, ""], `${address} on ${host}`);
      }
      await thief.close();
    }
  }
  assert.ok(loaded > 0, "the console's page framed it at least once");
  await page.close();
});

test("the panel as a tab's own page shows nothing", async () => {
  const background = await worker(world.context);
  for (const name of ["panel.html", "app.html"]) {
    const [page] = await Promise.all([
      world.context.waitForEvent("page"),
      background.evaluate((url) => void chrome.tabs.create({ url }), `chrome-extension://${new URL(background.url()).host}/${name}`),
    ]);
    await page.waitForLoadState();
    await frames(page, 30);
    assert.deepEqual(await page.evaluate(() => [document.body.childElementCount, document.body.innerText]), [0, ""], name);
    await page.close();
  }
});

test("nothing of the session or of the summary reaches the page", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  const background = await worker(world.context);
  const kept = JSON.stringify(await background.evaluate(() => chrome.storage.session.get()));
  const seen = await page.evaluate(
    () => document.documentElement.outerHTML + JSON.stringify(performance.getEntriesByType("resource")) + window.length,
  );
  const secrets = kept.match(/[0-9a-f]{64}/g) ?? [];
  assert.ok(secrets.length > 0, "there is a session to look for");
  for (const secret of secrets) assert.ok(!seen.includes(secret));
  for (const claim of await panel.locator(".claims li").allInnerTexts()) assert.ok(!seen.includes(claim.slice(0, 40)), claim);
  assert.equal(await page.evaluate(() => document.querySelector("aside-host").shadowRoot), null);
  await page.close();
});

test("a page without any known mark still shows which alert is open", async () => {
  const page = await world.context.newPage();
  await page.goto(`${CONSOLE}${alertPath(scenario.composite_ids[0])}?plain`);
  const panel = await openDock(world.context, page);
  await panel.locator(".facts").filter({ hasText: scenario.hostname }).waitFor();
  await goTo(page, "/activity-v2/detections?plain");
  await panel.getByText("No alert is open on this page").waitFor();
  await page.close();
});

test("after all of that, a person's own approval still works", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);
  await review(panel);
  await approve(panel);
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal(await sent(), 1);
  assert.equal(await docked(page), panel);
  await page.close();
});
