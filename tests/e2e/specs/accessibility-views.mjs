// Nothing that axe-core finds on any view of an alert.

import { after, before, test } from "node:test";

import { assertAccessible } from "../accessibility.mjs";
import { alertPath, beSignedIn, CONSOLE, openDock, read, review, show } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let page;
let panel;
let scenarios;
before(async () => {
  world = await startWorld();
  scenarios = await world.control.scenarios();
  await beSignedIn(world, RESPONDER);
  page = await world.context.newPage();
  await page.goto(CONSOLE + alertPath(scenarios["hands-on-keyboard-powershell"].composite_ids[0]));
  panel = await openDock(world.context, page);
  await read(panel);
});
after(() => world?.close());

const tab = async (name) => {
  await panel.getByRole("tab", { name }).click();
  await panel.locator("[role=tab][aria-selected=true]").filter({ hasText: name }).waitFor();
  await panel.locator("#view .skel").first().waitFor({ state: "detached" });
};

for (const name of ["Brief", "Processes", "Timeline", "Activity"]) {
  test(`the view ${name}`, async () => {
    await tab(name);
    await assertAccessible(page, panel, name);
  });
}

test("the view Ask, with an answer and with what can be asked", async () => {
  await tab("Ask");
  const composer = panel.getByRole("textbox", { name: "Ask about this alert" });
  for (const question of ["Is the host isolated?", "What is the airspeed of a swallow?"]) {
    await composer.fill(question);
    await composer.press("Enter");
    await panel.locator("#view").getByText(question).waitFor();
  }
  await panel.locator("#view .skel").first().waitFor({ state: "detached" });
  await assertAccessible(page, panel, "Ask");
});

test("why, and the evidence beside it", async () => {
  await tab("Brief");
  await panel.locator(".prio").click();
  await panel.locator(".wf").first().waitFor();
  await assertAccessible(page, panel, "why");
  await page.keyboard.press("Escape");
  await panel.locator(".cite").first().click();
  await panel.locator(".drawer").waitFor();
  await assertAccessible(page, panel, "evidence");
  await page.keyboard.press("Escape");
});

test("the approval sheet", async () => {
  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  await assertAccessible(page, panel, "approval");
  await page.keyboard.press("Escape");
  await panel.getByRole("dialog").waitFor({ state: "detached" });
});

test("an alert that is benign, one of another kind, one full of hostile text", async () => {
  const { kinds, hostile } = await world.control.specimens();
  for (const id of [scenarios["software-update"].composite_ids[0], kinds.idp, hostile["command_line-control"]]) {
    await show(page, panel, id);
    await assertAccessible(page, panel, id);
  }
});
