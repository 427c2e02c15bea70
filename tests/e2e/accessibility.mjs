// axe-core over what a panel shows, in every theme and width that it is made for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Widths of the dock, least, first and most, in CSS pixels; and the themes. */
const WIDTHS = [320, 420, 760];
const THEMES = ["light", "dark"];

/**
 * No violation in what the panel shows now, light and dark, at each width; nothing scrolls sideways.
 * @param {import("playwright-core").Page} page the console's page
 * @param {import("playwright-core").Frame} panel the docked frame
 */
export async function assertAccessible(page, panel, what) {
  await panel.evaluate(AXE);
  for (const width of WIDTHS) {
    await panel.evaluate((px) => chrome.runtime.sendMessage({ type: "dock.width", px }), width);
    await panel.waitForFunction((px) => innerWidth === px, width);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await panel.waitForFunction((dark) => matchMedia("(prefers-color-scheme: dark)").matches === dark, colorScheme === "dark");
      const found = await panel.evaluate(async (tags) => {
        const { violations, passes } = await axe.run(document, { runOnly: tags });
        return {
          passes: passes.length,
          wide: document.documentElement.scrollWidth - innerWidth,
          violations: violations.flatMap((it) => it.nodes.map((node) => `${it.id} ${node.target}: ${node.failureSummary}`)),
        };
      }, RULES);
      assert.ok(found.passes > 5, `${what}: axe found nothing to look at`);
      assert.deepEqual(found.violations, [], `${what}, ${width} px, ${colorScheme}`);
      assert.ok(found.wide <= 0, `${what} scrolls sideways by ${found.wide} px at ${width} px`);
    }
  }
}
