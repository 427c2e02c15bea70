// Everything a journey needs, started anew and ended whole: the lab over TLS under the consoles' names,
// the backend that trusts it, accounts, Chromium with the extension.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { openChromium } from "./chromium.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LAB = process.env.ASIDE_LAB_BIN ?? join(ROOT, "target/debug/aside-lab");
const ASIDE = process.env.ASIDE_BIN ?? join(ROOT, "target/debug/aside");
const DIST = process.env.ASIDE_EXTENSION ?? join(ROOT, "dist/extension");

/** The tenant's name in every world. */
export const TENANT = "acme-prod";
// A run that is cut off ends what it started, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Longest wait for a program to get ready, in milliseconds. */
const READY_MS = 60_000;
const PASSWORD = "correct horse battery staple";

/** A person who may approve. */
export const RESPONDER = { name: "k.mora", password: PASSWORD, roles: ["responder"] };
/** A second one. */
export const SECOND = { name: "a.lind", password: PASSWORD, roles: ["responder"] };
/** A person who may also approve what needs a lead. */
export const LEAD = { name: "l.baker", password: PASSWORD, roles: ["lead"] };
/** A person who may only read. */
export const VIEWER = { name: "v.novak", password: PASSWORD, roles: ["viewer"] };

/**
 * Starts a world. `phase` is the tenant's, `policy` lines of `[policy]`; whoever stands in `users` can sign in;
 * `others` are further tenants of the same console, by name; `display` is the X server of a browser with a window;
 * `model` are lines of `[model]` for the lab's own, which otherwise nobody asks, or for that of `endpoint`.
 * @param {{phase?: "observe" | "assist", policy?: string[], users?: object[], others?: string[], size?: object,
 *   hosts?: string[], display?: string, model?: string[], endpoint?: {base_url: string, name: string}}} options
 */
export async function startWorld({
  phase = "assist",
  policy = [],
  users = [RESPONDER],
  others = [],
  size,
  hosts = [],
  display,
  model,
  endpoint,
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), "aside-world-"));
  const ends = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
  const faults = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
    if (faults.length > 0) throw new Error(`the extension's own pages complained:\n${faults.join("\n")}`);
  };
  try {
    const lab = await startLab(ends);
    const backend = await startBackend({ folder, lab, phase, policy, users, others, model, endpoint, ends });
    const names = [lab.crowdstrike.console_host, ...hosts];
    const port = Number(new URL(lab.crowdstrike.console_url).port);
    const browser = await openChromium({
      hosts: Object.fromEntries(names.map((name) => [name, port])),
      extension: DIST,
      size,
      display,
    });
    ends.push(browser.close);
    collectFaults(browser.context, faults);
    return { lab, control: control(lab.control_url), backend, context: browser.context, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Every journey also shows that no page of ours breaks its own policy, throws, or is missing a file, and that
 * nothing opens a dialog of the browser's: what is injected would.
 */
function collectFaults(context, faults) {
  context.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.type()} ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  context.on("console", (message) => {
    const { url } = message.location();
    const text = message.text();
    // A broken policy names no address; the lab's own pages break theirs only where they frame.
    const isPolicy = url === "" && /Content Security Policy directive '(?!frame)/.test(text);
    if (message.type() === "error" && (isPolicy || url.startsWith("chrome-extension://"))) faults.push(`${url} ${text}`);
  });
  context.on("weberror", (error) => {
    const { stack = "", message } = error.error();
    if (`${stack}${error.page()?.url()}`.includes("chrome-extension://")) faults.push(stack || message);
  });
}

async function startLab(ends) {
  const child = start(LAB, ["--tls"], {}, ends);
  const [line] = await Promise.race([first(createInterface({ input: child.stdout }), "line"), ended(child, LAB)]);
  return JSON.parse(line);
}

async function startBackend({ folder, lab, phase, policy, users, others, model, endpoint, ends }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, "aside.toml");
  const falcon = lab.crowdstrike;
  // A further tenant has a cid of its own, which none of the lab's alerts begins with.
  const tenants = [[TENANT, falcon.cid], ...others.map((name, at) => [name, String(at + 1).repeat(32)])];
  await writeFile(join(folder, "secret"), falcon.client_secret);
  await writeFile(join(folder, "read-secret"), falcon.readonly_client_secret);
  await writeFile(join(folder, "model-key"), lab.model.key);
  await writeFile(
    config,
    `[server]
listen = "127.0.0.1:${port}"
[store]
file = "aside.sqlite"
[audit]
key_file = "audit.key"
checkpoints_file = "checkpoints.jsonl"
[policy]
${policy.join("\n")}
${model === undefined ? "" : modelLines(endpoint ?? lab.model, model)}${tenants.map(([name, vendorTenant]) => tenantLines(falcon, phase, name, vendorTenant)).join("")}`,
  );
  for (const { name, password, roles } of users) {
    const held = roles.flatMap((role) => tenants.flatMap(([tenant]) => ["--role", `${role}@${tenant}`]));
    await run(ASIDE, ["user", "add", name, ...held, "--password-stdin", "--config", config], password);
  }
  const environment = { SSL_CERT_FILE: lab.ca_file };
  const serve = () => start(ASIDE, ["serve", "--config", config], environment, ends);
  let child = serve();
  await ready(url, child);
  return {
    url,
    config,
    /** `aside <arguments> --config`, its output; throws if it ends otherwise than well. */
    run: (...args) => run(ASIDE, [...args, "--config", config]),
    /** One request as a client of its own. */
    request: (path, init) => request(url, path, init),
    /** Kills it (no farewell) and starts it again. */
    async restart() {
      child.kill("SIGKILL");
      await child.gone;
      child = serve();
      await ready(url, child);
    },
    async stop() {
      child.kill("SIGKILL");
      await child.gone;
    },
    async again() {
      child = serve();
      await ready(url, child);
    },
  };
}

function tenantLines(falcon, phase, name, vendorTenant) {
  return `[[tenants]]
name = "${name}"
platform = "crowdstrike"
phase = "${phase}"
base_url = "${falcon.base_url}"
console_hosts = ["${falcon.console_host}"]
vendor_tenant = "${vendorTenant}"
[tenants.read]
client_id = "${falcon.readonly_client_id}"
secret_file = "read-secret"
[tenants.respond]
client_id = "${falcon.client_id}"
label = "aside-respond"
secret_file = "secret"
`;
}

function modelLines({ base_url, name }, more) {
  return `[model]
base_url = "${base_url}"
name = "${name}"
key_file = "model-key"
${more.join("\n")}
`;
}

/** The lab's own door: its state, what it was asked, faults. */
function control(url) {
  const call = async (path, body, method = body === undefined ? "GET" : "POST") => {
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the lab's ${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    state: () => call("/state"),
    scenarios: () => call("/scenarios"),
    specimens: () => call("/specimens"),
    requests: () => call("/requests"),
    waitFor: (operation, count = 1) =>
      call(`/requests/wait?operation=${operation}&count=${count}&timeout_ms=30000`),
    fault: (fault) => call("/faults", { platform: "crowdstrike", ...fault }),
    clearFaults: () => call("/faults", undefined, "DELETE"),
    release: () => call("/release", {}),
    expireTokens: () => call("/tokens/expire", {}),
    rawAlert: (id) => call(`/alerts/${encodeURIComponent(id)}`),
    addAlert: async (alert) => (await call("/alerts", alert)).composite_id,
    changeHost: (id, change) => call(`/hosts/${id}`, change),
    /** The lab's model: its manner, and what it was sent, byte for byte. */
    model: {
      set: (setting) => call("/model", setting),
      requests: () => call("/model/requests"),
      forget: () => call("/model/requests", undefined, "DELETE"),
      waitFor: (count) => call(`/model/requests/wait?count=${count}&timeout_ms=30000`),
      release: () => call("/model/release", {}),
    },
    /** The lab's own record of a host. */
    host: async (id) => (await call("/state")).hosts.find((host) => host.id === id),
    /** The lab's own record of an alert. */
    alert: async (id) => (await call("/state")).alerts.find((alert) => alert.composite_id === id),
  };
}

/** A client without a browser: what somebody with a token could do by himself. */
async function request(url, path, { token, method, body } = {}) {
  const response = await fetch(url + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json().catch(() => null) };
}

function start(program, args, environment, ends) {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  child.stderr.on("data", (data) => (child.said = (child.said + data).slice(-20_000)));
  child.gone = new Promise((resolve) => child.once("close", resolve));
  const atExit = () => child.kill("SIGKILL");
  process.once("exit", atExit);
  child.once("close", () => process.removeListener("exit", atExit));
  ends.push(async () => {
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await child.gone;
    clearTimeout(hard);
  });
  return child;
}

/** Rejects when the program ends before it was ready. */
function ended(child, what) {
  return new Promise((_, reject) => {
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${what} ended with ${code}:\n${child.said}`)));
  });
}

function first(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
}

function run(program, args, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) =>
      error ? reject(new Error(`${program} ${args.join(" ")}: ${error.message}\n${stdout}${stderr}`)) : resolve(stdout),
    );
    child.stdin.end(input === undefined ? "" : `${input}\n`);
  });
}

async function ready(url, child) {
  const until = Date.now() + READY_MS;
  const early = ended(child, "the backend");
  early.catch(() => {});
  for (;;) {
    const answer = await Promise.race([fetch(`${url}/readyz`).catch(() => null), early]);
    if (answer?.ok) return;
    if (Date.now() > until) throw new Error(`the backend is not ready:\n${child.said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

