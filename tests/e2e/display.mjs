// An X server of its own, and a person's mouse and keys in it: what a driver cannot press (the browser's own menus
// and shortcuts) is pressed here.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";

const REMEDY = "install the Debian packages xvfb and xdotool (cargo xtask setup does)";

/**
 * Starts the server.
 * @param {{width: number, height: number}} size of its screen, in pixels
 * @returns {Promise<{name: string, press: (...words: string[]) => Promise<string>, close: () => Promise<void>}>}
 *   `press` is xdotool's command line
 */
export async function openDisplay({ width, height }) {
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said = (said + data).slice(-4_000)));
  const gone = new Promise((resolve) => child.once("close", resolve));
  const atExit = () => child.kill("SIGKILL");
  process.once("exit", atExit);
  const failed = new Promise((_, reject) => {
    child.once("error", (error) => reject(new Error(`Xvfb cannot be started: ${error.message}; ${REMEDY}`)));
    child.once("close", (code) => reject(new Error(`Xvfb ended with ${code}: ${said}`)));
  });
  const [number] = await Promise.race([once(child.stdio[3], "data"), failed]);
  failed.catch(() => {});
  const name = `:${String(number).trim()}`;
  return {
    name,
    press: (...words) => xdotool(name, words),
    async close() {
      process.removeListener("exit", atExit);
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function xdotool(display, words) {
  return new Promise((resolve, reject) => {
    execFile("xdotool", words, { env: { ...process.env, DISPLAY: display } }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") reject(new Error(`xdotool is not there; ${REMEDY}`));
      // A search that finds no window says so by its status.
      else if (error && words[0] !== "search") reject(new Error(`xdotool ${words.join(" ")}: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
}
