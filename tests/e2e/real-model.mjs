// The panel with a real language model behind a server that others wrote; `cargo xtask test --model` starts it.
// What the model says is held to the truth in `tests/journeys/tests/real_model`; here the panel is held to what
// went over the wire.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { beSignedIn, openAlert, whatWasSent } from "./panel.mjs";
import { RESPONDER, startWorld } from "./world.mjs";

/** The longest that can be configured, in seconds: a small machine reads slowly. */
const DEADLINE = 300;
const { ASIDE_MODEL_URL: SERVER, ASIDE_MODEL_NAME: NAME, ASIDE_MODEL_CONTEXT: CONTEXT, ASIDE_OUT: OUT } = process.env;

/** Passes requests on to the server, and keeps their bodies. */
async function listen(server) {
  const bodies = [];
  const proxy = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    bodies.push(body);
    const answer = await fetch(server + request.url.replace(/^\/v1/, ""), {
      method: request.method,
      headers: { "content-type": "application/json" },
      body: request.method === "POST" ? body : undefined,
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    for await (const part of answer.body) response.write(part);
    response.end();
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { proxy, bodies, base_url: `http://127.0.0.1:${proxy.address().port}/v1` };
}

let world;
let through;
before(async () => {
  through = await listen(SERVER);
  world = await startWorld({
    model: [`deadline_seconds = ${DEADLINE}`, "max_tokens = 900", `context_tokens = ${CONTEXT}`],
    endpoint: { base_url: through.base_url, name: NAME },
  });
  await mkdir(OUT, { recursive: true });
  await beSignedIn(world, RESPONDER);
});
after(async () => {
  await world?.close();
  through?.proxy.close();
});

for (const name of ["credential-dumping", "phishing-document"]) {
  test(`${name}: the rules' words stand at once, what the model adds has evidence, and what was sent is shown`, async () => {
    const [id] = (await world.control.scenarios())[name].composite_ids;
    through.bodies.length = 0;
    const { page, panel } = await openAlert(world, id, RESPONDER);
    await panel.locator("#sent-b").waitFor({ timeout: DEADLINE * 1000 });
    const said = await panel.locator(".voice > :first-child").innerText();
    const claims = await panel.locator("#told .lead, #told .claims > li").all();
    assert.ok(claims.length >= 3, `${claims.length} claims`);
    for (const claim of claims) {
      assert.ok((await claim.locator(".cite").count()) > 0, `no evidence behind: ${await claim.innerText()}`);
    }
    await page.screenshot({ path: join(OUT, `real-model-${name}.png`) });
    const shown = await whatWasSent(panel);
    // A server that complains is asked in another manner: each request is shown.
    const [body] = through.bodies;
    assert.equal(await panel.getByText("exactly as sent").count(), through.bodies.length);
    assert.ok(shown.body === body, `${shown.body.length} characters are shown, ${body.length} were sent`);
    assert.match(await world.backend.run("audit", "verify"), /the chain holds/);
    await page.screenshot({ path: join(OUT, `real-model-${name}-sent.png`) });
    console.log(`${name}: ${said}\n${shown.came}`);
    await page.close();
  });
}
