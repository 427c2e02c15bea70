// The session with the backend: its address, sign-in, tokens. The worker alone holds the refresh
// token and refreshes, one call at a time. Tokens live in `storage.session`, never in a content script.

import { exclusive, forget, load, save, saveSetting, setting } from "./state.js";

/** Longest wait for the backend, in milliseconds. */
const DEADLINE_MS = 10_000;
/** A token that ends sooner is renewed before it is handed out, in milliseconds. */
const RENEW_BEFORE_MS = 30_000;
/** How long the backend gives a repeated refresh its first answer, in milliseconds. */
const REPEAT_MS = 10_000;

/**
 * @typedef {{
 *   backend: string, user: string, access_token: string, access_until: number, refresh_token: string,
 *   ends: number, pending?: {request_id: string, at: number},
 * }} Session
 */

/**
 * What a panel may know: with a token that is good for a while, if somebody is signed in.
 * @returns {Promise<object>} `{backend, access_token, expires_in_s, user, state, problem?}`
 */
export function current(now = Date.now()) {
  return exclusive("session", async () => {
    const session = await live(now);
    const renew = session !== null && session.access_until - now < RENEW_BEFORE_MS;
    return renew ? renewed(session, now) : answer(session, now);
  });
}

/** The same after a renewal, which a 401 made necessary. Callers at the same time share one. */
export function refresh(now = Date.now()) {
  underWay ??= exclusive("session", async () => {
    const session = await live(now);
    return session ? renewed(session, now) : answer(null, now);
  }).finally(() => {
    underWay = null;
  });
  return underWay;
}

let underWay = null;

/** Signs in; the same answer, or `{problem}` in a sentence. */
export function login(user, password, now = Date.now()) {
  return exclusive("session", async () => {
    const backend = (await setting("backend")) ?? null;
    if (!backend) return answer(null, now);
    const reply = await call(backend, "/auth/login", { user, password });
    if (reply.problem) return { problem: reply.problem };
    const session = sessionFrom(reply.body, backend, user, now);
    if (!session) return { problem: `${backend} answered a sign-in with something else than tokens.` };
    await save("session", session);
    return answer(session, now);
  });
}

/** Signs out here, and at the backend if it can be reached. */
export function logout(now = Date.now()) {
  return exclusive("session", async () => {
    const session = await live(now);
    await forget("session");
    if (session) await call(session.backend, "/auth/logout", undefined, session.access_token);
    return answer(null, now);
  });
}

/**
 * Tests an address and keeps it if an Aside backend answers there. Ends a session with another backend.
 * @returns {Promise<{ok: true} | {problem: string}>}
 */
export async function setBackend(text) {
  const read = readAddress(text);
  if (read.problem) return read;
  const problem = await whyNotAside(read.address);
  if (problem) return { problem };
  return exclusive("session", async () => {
    const session = await load("session");
    if (session && session.backend !== read.address) await forget("session");
    await saveSetting("backend", read.address);
    return { ok: true };
  });
}

/**
 * An address in its one form, or what is wrong with it. Plain http is for this machine alone: to a
 * name it is mixed content in a frame of an https page, and anybody on the way reads the tokens.
 * @returns {{address: string} | {problem: string}}
 */
export function readAddress(text) {
  const trimmed = text.trim();
  if (trimmed === "") return { problem: "Enter the backend's address, such as https://aside.example.com." };
  let url;
  try {
    url = new URL(trimmed.includes("://") ? trimmed : `https://${trimmed}`);
  } catch {
    return { problem: "This is not an address. It looks like https://aside.example.com." };
  }
  const local = url.hostname === "localhost" || url.hostname === "127.0.0.1";
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return { problem: `The address begins with ${url.protocol}//; it must begin with https://.` };
  }
  if (url.protocol === "http:" && !local) {
    return {
      problem: `http:// reaches only this machine (127.0.0.1 or localhost); for ${url.hostname} use https://.`,
    };
  }
  if (url.username || url.password) return { problem: "The address must not hold a user name or a password." };
  if (url.search || url.hash) return { problem: "The address must not hold a ? or a #." };
  return { address: url.origin + url.pathname.replace(/\/+$/, "") };
}

/** Asks who we are without a token: only Aside's own refusal proves that it is Aside. */
async function whyNotAside(address) {
  const reply = await call(address, "/me", undefined, undefined, "GET");
  if (reply.status === undefined) return reply.problem;
  if (reply.body?.type === "urn:aside:problem:signed-out") return null;
  return `${address} answers (${reply.status}), but not as an Aside backend.`;
}

async function live(now) {
  const session = await load("session");
  if (!session) return null;
  if (session.ends > now && session.backend === (await setting("backend"))) return session;
  await forget("session");
  return null;
}

async function renewed(session, now) {
  // The id is kept before the call: a worker that dies in the middle repeats the same request.
  const repeat = session.pending && now - session.pending.at < REPEAT_MS;
  const pending = repeat ? session.pending : { request_id: crypto.randomUUID(), at: now };
  await save("session", { ...session, pending });
  const reply = await call(session.backend, "/auth/refresh", {
    refresh_token: session.refresh_token,
    request_id: pending.request_id,
  });
  const next = reply.problem ? null : sessionFrom(reply.body, session.backend, session.user, now);
  if (next) {
    await save("session", next);
    return answer(next, now);
  }
  if (reply.status === 401) {
    await forget("session");
    return answer(null, now);
  }
  return { ...(await answer(session, now)), problem: reply.problem ?? "The backend's answer holds no tokens." };
}

function sessionFrom(tokens, backend, user, now) {
  const sound =
    typeof tokens?.access_token === "string" &&
    typeof tokens.refresh_token === "string" &&
    Number.isFinite(tokens.access_expires_in_s) &&
    Number.isFinite(tokens.session_ends_unix_ms);
  if (!sound) return null;
  return {
    backend,
    user,
    access_token: tokens.access_token,
    access_until: now + tokens.access_expires_in_s * 1000,
    refresh_token: tokens.refresh_token,
    ends: tokens.session_ends_unix_ms,
  };
}

async function answer(session, now) {
  const backend = session?.backend ?? (await setting("backend")) ?? null;
  if (session) {
    return {
      backend,
      access_token: session.access_token,
      expires_in_s: Math.max(0, Math.floor((session.access_until - now) / 1000)),
      user: session.user,
      state: "signed_in",
    };
  }
  const state = backend ? "signed_out" : "no_backend";
  return { backend, access_token: null, expires_in_s: 0, user: null, state };
}

/**
 * One call. `problem` is a sentence for the reader; without `status` nobody answered.
 * @returns {Promise<{status?: number, body?: any, problem?: string}>}
 */
async function call(backend, path, body, token, method = "POST") {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(backend + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    const why =
      error.name === "TimeoutError"
        ? `does not answer within ${DEADLINE_MS / 1000} s.`
        : "cannot be reached: is it running, is its certificate trusted here, does it redirect?";
    return { problem: `${backend} ${why}` };
  }
  const answered = await response.json().catch(() => null);
  if (response.ok) return { status: response.status, body: answered };
  const detail = typeof answered?.detail === "string" ? answered.detail : `The backend answers ${response.status}.`;
  return { status: response.status, body: answered, problem: detail };
}
