// Chromium with the extension, as a user has it: a profile of its own, none of the driver's default
// switches (they turn off storage partitioning and the back-forward cache) nor overrides (a page would
// have the focus whatever lies over it), consoles' names led to the lab by resolver rules, the lab's
// certificate trusted by its key alone.

import { spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";

import { chromium } from "playwright-core";

/** The extension's id, from the fixed key in its manifest. */
export const EXTENSION = "olkphiagdclbpmbflkeddphpcafoklma";

/** What the headless browser's own controls take of its window's height, in CSS pixels. */
const BROWSER_UI = 87;

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
 *   headed?: boolean, display?: string}} options `hosts` maps a name to the local port that serves it over TLS;
 *   `display` is the X server of a browser with a window, the caller's own if it is `headed` without
 * @returns {Promise<{context: import("playwright-core").BrowserContext, close: () => Promise<void>}>}
 */
export async function openChromium({ hosts, extension, size = { width: 1440, height: 900 }, display, headed = display !== undefined }) {
  const profile = await mkdtemp(join(tmpdir(), "aside-e2e-"));
  const rules = Object.entries(hosts).map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`);
  const ports = [...new Set(Object.values(hosts))];
  const keys = await Promise.all(ports.map(keyDigest));
  const child = spawn(
    process.env.ASIDE_CHROMIUM ?? "/usr/bin/chromium",
    [
      ...SWITCHES,
      ...(headed ? [] : ["--headless=new"]),
      // Chromium's sandbox does not start for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox", "--test-type"] : []),
      `--window-size=${size.width},${size.height + (headed ? 0 : BROWSER_UI)}`,
      `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"].join(", ")}`,
      `--ignore-certificate-errors-spki-list=${keys.join(",")}`,
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      `--user-data-dir=${profile}`,
      "--remote-debugging-port=0",
      "about:blank",
    ],
    { env: { ...process.env, ...(display && { DISPLAY: display }) }, stdio: ["ignore", "ignore", "pipe"] },
  );
  const gone = new Promise((resolve) => child.once("close", resolve));
  const atExit = () => child.kill("SIGKILL");
  process.once("exit", atExit);
  const close = async () => {
    process.removeListener("exit", atExit);
    child.kill("SIGKILL");
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const browser = await chromium.connectOverCDP(await debuggingAddress(child), { noDefaults: true });
    return { context: browser.contexts()[0], close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where the browser listens for the driver, as it says itself; rejects if it ends first. */
function debuggingAddress(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`Chromium ended with ${code}:\n${said}`)));
    child.stderr.on("data", (data) => {
      said = (said + data).slice(-20_000);
      const found = /DevTools listening on (ws:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
  });
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
