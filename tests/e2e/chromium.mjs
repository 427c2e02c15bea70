// Chromium with the extension, as a user has it: a profile of its own, none of the driver's default
// switches (they turn off storage partitioning and the back-forward cache), consoles' names led to the
// lab by resolver rules, the lab's certificate trusted by its key alone.

import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";

import { chromium } from "playwright-core";

/** The extension's id, from the fixed key in its manifest. */
export const EXTENSION = "olkphiagdclbpmbflkeddphpcafoklma";

const SWITCHES = [
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--disable-quic",
  "--disable-search-engine-choice-screen",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--lang=en-US",
  "--metrics-recording-only",
  "--password-store=basic",
];

/**
 * @param {{hosts: Record<string, number>, extension: string, size?: {width: number, height: number},
 *   headed?: boolean, dark?: boolean}} options `hosts` maps a name to the local port that serves it over TLS
 * @returns {Promise<{context: import("playwright-core").BrowserContext, close: () => Promise<void>}>}
 */
export async function openChromium({ hosts, extension, size = { width: 1440, height: 900 }, headed = false }) {
  const profile = await mkdtemp(join(tmpdir(), "aside-e2e-"));
  const rules = Object.entries(hosts).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`);
  const ports = [...new Set(Object.values(hosts))];
  const keys = await Promise.all(ports.map(keyDigest));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.ASIDE_CHROMIUM ?? "/usr/bin/chromium",
    headless: false, // the new headless mode is a switch; the driver's own is another browser
    ignoreDefaultArgs: true,
    args: [
      ...SWITCHES,
      ...(headed ? [] : ["--headless=new"]),
      // Chromium's sandbox does not start for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox", "--test-type"] : []),
      `--window-size=${size.width},${size.height}`,
      `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"].join(", ")}`,
      `--ignore-certificate-errors-spki-list=${keys.join(",")}`,
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      `--user-data-dir=${profile}`,
      "--remote-debugging-pipe",
      "about:blank",
    ],
    viewport: headed ? null : size,
    colorScheme: null,
  });
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { context, close };
}

/** SHA-256 of the public key that a local port presents, as the browser's switch wants it. */
function keyDigest(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      const key = new X509Certificate(raw).publicKey.export({ type: "spki", format: "der" });
      resolve(createHash("sha256").update(key).digest("base64"));
    });
    socket.on("error", reject);
  });
}
