import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";

import { fakeBrowser } from "./fake_browser.mjs";

const browser = fakeBrowser();
const session = await import("./session.js");

const BACKEND = "https://aside.example.com";
const NOW = 1_800_000_000_000;
const TOKENS = {
  access_token: "a1",
  access_expires_in_s: 300,
  refresh_token: "r1",
  session_ends_unix_ms: NOW + 12 * 3600_000,
};

/** Requests so far, and how the backend answers: a test sets `answer`. */
let requests;
let answer;

beforeEach(() => {
  browser.clear();
  requests = [];
  answer = () => [200, TOKENS];
  globalThis.fetch = async (url, init) => {
    const request = { path: new URL(url).pathname, url, body: init.body && JSON.parse(init.body), init };
    requests.push(request);
    const [status, body] = await answer(request);
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
  };
});

async function signedIn() {
  browser.local.backend = BACKEND;
  return session.login("k.mora", "secret", NOW);
}

test("without an address there is no backend, with one nobody is signed in", async () => {
  assert.deepEqual(await session.current(NOW), {
    backend: null,
    access_token: null,
    expires_in_s: 0,
    user: null,
    state: "no_backend",
  });
  browser.local.backend = BACKEND;
  assert.equal((await session.current(NOW)).state, "signed_out");
});

test("a sign-in hands out the access token and keeps the refresh token to itself", async () => {
  assert.deepEqual(await signedIn(), {
    backend: BACKEND,
    access_token: "a1",
    expires_in_s: 300,
    user: "k.mora",
    state: "signed_in",
  });
  assert.equal(browser.session.session.refresh_token, "r1");
  assert.deepEqual(Object.keys(browser.local), ["backend"], "no token outlives the browser");
  assert.ok(!JSON.stringify(await session.current(NOW)).includes("r1"));
});

test("a refused sign-in says the backend's own words", async () => {
  answer = () => [401, { type: "urn:aside:problem:bad-credentials", detail: "Name or password is wrong." }];
  assert.deepEqual(await signedIn(), { problem: "Name or password is wrong." });
  answer = () => [502, "<html>"];
  assert.deepEqual(await signedIn(), { problem: "The backend answers 502." });
  answer = () => [200, { access_token: 7 }];
  assert.match((await signedIn()).problem, /something else than tokens/);
  assert.equal(browser.session.session, undefined);
});

test("a backend that cannot be reached is said to be so", async () => {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  assert.match((await signedIn()).problem, /cannot be reached/);
  answer = () => Promise.reject(new DOMException("", "TimeoutError"));
  assert.match((await signedIn()).problem, /does not answer within 10 s/);
});

test("many ask for a renewal at once, one call is made", async () => {
  await signedIn();
  requests = [];
  answer = () => [200, { ...TOKENS, access_token: "a2", refresh_token: "r2" }];
  const all = await Promise.all([1, 2, 3, 4].map(() => session.refresh(NOW)));
  assert.deepEqual(all.map((one) => one.access_token), ["a2", "a2", "a2", "a2"]);
  assert.equal(requests.length, 1);
  assert.equal(requests[0].body.refresh_token, "r1");
  assert.match(requests[0].body.request_id, /^[0-9a-f-]{36}$/);
  await session.refresh(NOW);
  assert.equal(requests[1].body.refresh_token, "r2");
  assert.notEqual(requests[1].body.request_id, requests[0].body.request_id);
});

test("a worker that died during a renewal repeats it under the same id", async () => {
  await signedIn();
  answer = () => Promise.reject(new TypeError("the worker ended"));
  const cut = await session.refresh(NOW);
  assert.equal(cut.state, "signed_in", "no answer is no refusal");
  assert.match(cut.problem, /cannot be reached/);
  answer = () => [200, { ...TOKENS, access_token: "a2" }];
  await session.refresh(NOW + 5000);
  const [, first, second] = requests;
  assert.equal(second.body.request_id, first.body.request_id);
  answer = () => Promise.reject(new TypeError("again"));
  await session.refresh(NOW + 20_000);
  answer = () => [200, TOKENS];
  await session.refresh(NOW + 40_000);
  assert.notEqual(requests[4].body.request_id, requests[3].body.request_id, "later the id would not be honoured");
});

test("a refused renewal signs out", async () => {
  await signedIn();
  answer = () => [401, { type: "urn:aside:problem:signed-out", detail: "Sign in again." }];
  assert.equal((await session.refresh(NOW)).state, "signed_out");
  assert.equal(browser.session.session, undefined);
});

test("a token about to end is renewed before it is handed out", async () => {
  await signedIn();
  answer = () => [200, { ...TOKENS, access_token: "a2" }];
  assert.equal((await session.current(NOW + 200_000)).access_token, "a1");
  assert.equal((await session.current(NOW + 280_000)).access_token, "a2");
});

test("a session ends when it must, whatever its tokens say", async () => {
  await signedIn();
  assert.equal((await session.current(TOKENS.session_ends_unix_ms)).state, "signed_out");
});

test("signing out forgets the tokens even if the backend does not answer", async () => {
  await signedIn();
  answer = () => Promise.reject(new TypeError("gone"));
  assert.equal((await session.logout(NOW)).state, "signed_out");
  assert.equal(requests.at(-1).init.headers.authorization, "Bearer a1");
  assert.equal(browser.session.session, undefined);
});

test("no cookie, no cache, no redirect goes with a call", async () => {
  await signedIn();
  const { credentials, cache, redirect } = requests[0].init;
  assert.deepEqual([credentials, cache, redirect], ["omit", "no-store", "error"]);
});

test("an address is brought to one form", () => {
  for (const [text, address] of [
    ["https://aside.example.com", "https://aside.example.com"],
    ["  aside.example.com/ ", "https://aside.example.com"],
    ["https://Aside.Example.com:8443/base//", "https://aside.example.com:8443/base"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
  ]) {
    assert.deepEqual(session.readAddress(text), { address });
  }
});

test("an address that will not do says what is wrong with it", () => {
  for (const [text, problem] of [
    ["", /Enter/],
    ["https://", /not an address/],
    ["https://a b", /not an address/],
    ["ftp://aside.example.com", /begins with ftp:/],
    ["http://aside.example.com", /only this machine.*aside\.example\.com/],
    ["http://10.0.0.7:8080", /only this machine/],
    ["http://127.0.0.1.example.com", /only this machine/],
    ["http://localhost@example.com", /only this machine/],
    ["https://k:secret@aside.example.com", /user name/],
    ["https://aside.example.com/?a=1", /\?/],
    ["https://aside.example.com/#a", /#/],
    ["javascript://x", /begins with javascript:/],
  ]) {
    assert.match(session.readAddress(text).problem ?? "none", problem, text);
  }
});

test("an address is kept only if an Aside backend answers there", async () => {
  answer = () => [200, "ok"];
  assert.match((await session.setBackend("aside.example.com")).problem, /not as an Aside backend/);
  answer = () => [401, { type: "about:blank" }];
  assert.match((await session.setBackend("aside.example.com")).problem, /not as an Aside backend/);
  assert.equal(browser.local.backend, undefined);
  answer = () => [401, { type: "urn:aside:problem:signed-out", detail: "No token." }];
  assert.deepEqual(await session.setBackend("aside.example.com"), { ok: true });
  assert.equal(browser.local.backend, BACKEND);
  assert.equal(requests.at(-1).path, "/me");
});

test("another backend ends the session with the first", async () => {
  await signedIn();
  answer = () => [401, { type: "urn:aside:problem:signed-out", detail: "No token." }];
  await session.setBackend("https://other.example.com");
  assert.equal((await session.current(NOW)).state, "signed_out");
});
