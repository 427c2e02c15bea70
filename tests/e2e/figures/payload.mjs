// What the docked panel loads: bytes as they are and as brotli makes them, against the aim.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** Bytes that all of it together may have after brotli. */
const AIM = 220_000;
/** Everything that `panel.html` asks for, itself included. */
const FILES = {
  wasm: ["wasm/panel_bg.wasm"],
  js: ["wasm/panel.js", "boot.js", "dock.js"],
  "css and html": ["panel.css", "tokens.css", "dock.css", "panel.html"],
};

const compressed = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;
const row = (what, raw, brotli) =>
  console.log(`${what.padEnd(14)}${String(raw).padStart(9)} bytes ${String(brotli).padStart(9)} brotli`);

const all = [0, 0];
for (const [what, files] of Object.entries(FILES)) {
  const sum = [0, 0];
  for (const file of files) {
    const bytes = await readFile(join(process.env.ASIDE_EXTENSION, file));
    sum[0] += bytes.length;
    sum[1] += compressed(bytes);
  }
  row(what, ...sum);
  all[0] += sum[0];
  all[1] += sum[1];
}
row("together", ...all);
console.log(`aim ${AIM} brotli: ratio ${(all[1] / AIM).toFixed(3)}`);
