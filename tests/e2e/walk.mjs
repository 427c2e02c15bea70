// The main path, walked by itself: open an alert by a click, read, follow a citation, approve, verified,
// taken back, and the audit log verified. Says what it saw at each step, leaves a picture of each, and
// ends with the result.
// Started by `cargo xtask demo`, which gives the lab's line, the backend's address and an account.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { openChromium } from "./chromium.mjs";
import { approve, clickRow, openDock, openList, read, review, signIn } from "./panel.mjs";

const needed = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const lab = JSON.parse(needed("ASIDE_LAB"));
const out = needed("ASIDE_OUT");
const backend = { url: needed("ASIDE_BACKEND") };
const user = { name: needed("ASIDE_USER"), password: needed("ASIDE_PASSWORD") };
const headed = process.env.ASIDE_HEADED === "1";

await mkdir(out, { recursive: true });
const { context, close } = await openChromium({
  hosts: { [lab.crowdstrike.console_host]: Number(new URL(lab.crowdstrike.console_url).port) },
  extension: needed("ASIDE_EXTENSION"),
  headed,
});
let step = 0;
const saw = async (page, name, words) => {
  step += 1;
  const picture = join(out, `${step}-${name}.png`);
  await page.screenshot({ path: picture });
  console.log(`${step}. ${words}\n   ${picture}`);
};
const lab_state = async (host) => {
  const state = await (await fetch(`${lab.control_url}/state`)).json();
  return state.hosts.find((known) => known.id === host).containment;
};

try {
  const scenario = (await (await fetch(`${lab.control_url}/scenarios`)).json())["credential-dumping"];
  const page = await openList(context);
  await clickRow(page, scenario.composite_ids[0]);
  const panel = await openDock(context, page);
  await signIn(panel, backend, user);
  await read(panel);
  const word = await panel.locator(".prio .word").innerText();
  const percent = await panel.locator(".prio .pct").innerText();
  await saw(page, "brief", `Opened by a click and read: ${word}, ${percent} sure. ${await panel.locator(".lead").innerText()}`);

  const chip = panel.locator(".cite").first();
  const label = await chip.innerText();
  await chip.click();
  await panel.locator(".drawer").waitFor();
  await saw(page, "evidence", `Followed the citation ${label}: ${(await panel.locator(".drawer h2").innerText()).replace(/\s+/g, " ")}`);
  await page.keyboard.press("Escape");

  await review(panel);
  await panel.locator("#approve:enabled").waitFor();
  await saw(page, "approval", `Read what exactly will happen: ${await panel.getByRole("dialog").locator("h2").innerText()}`);
  await approve(panel);
  await panel.getByText(/is isolated$/).first().waitFor();
  const isolated = await lab_state(scenario.host_id);
  await saw(page, "verified", `Approved and verified. The vendor's own record: ${isolated}.`);
  if (isolated !== "contained") throw new Error(`the vendor's record says ${isolated}`);

  await panel.getByRole("button", { name: /^Undo/ }).click();
  await panel.getByRole("dialog").waitFor();
  await approve(panel);
  await panel.getByText(/is released$/).first().waitFor();
  const released = await lab_state(scenario.host_id);
  await saw(page, "undone", `Taken back by a second approval. The vendor's own record: ${released}.`);
  if (released !== "normal") throw new Error(`the vendor's record says ${released}`);

  // Its exit code is the verdict: a log that does not hold ends the walk here.
  const audit = await promisify(execFile)(needed("ASIDE_BIN"), ["audit", "verify", "--config", needed("ASIDE_CONFIG")]);
  await saw(page, "audit", `Verified the audit log: ${audit.stdout.trim().replace(/\n/g, "\n   ")}`);
} catch (error) {
  console.error(`The walk ended at step ${step + 1}: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (!headed) await close();
}
