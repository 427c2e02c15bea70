// Open an alert by a click, read it, follow a citation, approve isolation, see it verified, take it back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { approve, approveButton, openAlert, review } from "../panel.mjs";
import { RESPONDER, startWorld } from "../world.mjs";

let world;
let scenario;
before(async () => {
  world = await startWorld();
  scenario = (await world.control.scenarios())["credential-dumping"];
});
after(() => world?.close());

test("an alert is opened by a click, read, approved, verified and taken back; panel, log and vendor agree", async () => {
  const { page, panel } = await openAlert(world, scenario.composite_ids[0], RESPONDER);

  assert.match(await panel.locator(".lead").innerText(), new RegExp(scenario.hostname));
  const claims = await panel.locator(".claims li").count();
  assert.ok(claims >= 3, `${claims} claims`);
  for (const claim of await panel.locator(".claims li").all()) {
    assert.ok((await claim.locator(".cite").count()) > 0, `no evidence behind: ${await claim.innerText()}`);
  }

  await panel.locator(".cite").first().click();
  await panel.locator(".drawer").waitFor();
  await page.keyboard.press("Escape");
  await panel.locator(".drawer").waitFor({ state: "detached" });

  await review(panel);
  assert.equal(await approveButton(panel).isDisabled(), true, "live before a second of proven sight");
  await approve(panel);
  await panel.getByText(`${scenario.hostname} is isolated`, { exact: true }).waitFor();
  assert.equal((await world.control.host(scenario.host_id)).containment, "contained");

  // The page's own view shows the comment that Aside wrote.
  await page.locator(".comments li").filter({ hasText: "Aside: Host isolation approved by k.mora" }).waitFor();
  assert.match(await world.backend.run("audit", "verify"), /the chain holds/);

  await panel.getByRole("button", { name: /^Undo/ }).click();
  await panel.getByRole("dialog").waitFor();
  await approve(panel);
  await panel.getByText(`${scenario.hostname} is released`, { exact: true }).waitFor();
  assert.equal((await world.control.host(scenario.host_id)).containment, "normal");
  const calls = (await world.control.requests()).filter((request) => request.operation === "PerformActionV2");
  assert.equal(calls.length, 2);
  assert.match(await world.backend.run("audit", "verify"), /the chain holds/);
});
