// What a person does with the panel, step by step: shared by the specs and by the walk.

/** How long a step may take, in milliseconds. */
const PATIENCE = 30_000;
export const CONSOLE = "https://falcon.crowdstrike.com";
export const LIST = `${CONSOLE}/activity-v2/detections`;

/** The list of detections in a new tab. `query` asks the page for a variant. */
export async function openList(context, query = "") {
  const page = await context.newPage();
  await page.goto(LIST + query);
  await page.locator("a.row").first().waitFor();
  return page;
}

/** Clicks an alert's row; the list is virtual, so it is scrolled until the row is there. */
export async function clickRow(page, id) {
  const row = page.locator(`a.row[data-id="${id}"]`);
  await page.locator(".list").evaluate((list) => list.scrollTo(0, 0));
  for (let at = 0; at < 60 && (await row.count()) === 0; at++) {
    await page.locator(".list").evaluate((list) => list.scrollBy(0, 280));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  await row.click();
}

/** The extension's worker. */
export async function worker(context) {
  return context.serviceWorkers()[0] ?? context.waitForEvent("serviceworker");
}

/** Presses the toolbar's button on the tab that is in front. */
export async function pressToolbar(context, page) {
  await page.bringToFront();
  const background = await worker(context);
  await background.evaluate(async (address) => {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    if (!tab) throw new Error(`no tab in front for ${address}`);
    chrome.action.onClicked.dispatch(tab);
  }, page.url());
}

/** The docked panel's frame, be it still empty. */
export async function dockFrame(page) {
  const predicate = (frame) => frame.url().includes("/panel.html");
  // A frame that is there may still be on its way to its address.
  return page.frames().find(predicate) ?? page.waitForEvent("framenavigated", { predicate, timeout: PATIENCE });
}

/** The docked panel's frame, once something is shown in it. */
export async function docked(page) {
  const frame = await dockFrame(page);
  await frame.locator("body *").first().waitFor({ state: "attached", timeout: PATIENCE });
  return frame;
}

/** Opens the dock by the toolbar. */
export async function openDock(context, page) {
  await pressToolbar(context, page);
  return docked(page);
}

/** Gives the panel the backend's address and signs in, unless the session is there already. */
export async function signIn(panel, backend, user) {
  const address = panel.locator("#backend");
  const password = panel.locator("input[type=password]");
  // Not any form: a panel that has not yet heard of the alert asks for one, too.
  await panel.locator(".tabs").or(address).or(password).first().waitFor({ timeout: PATIENCE });
  if ((await panel.locator(".tabs").count()) > 0) return;
  if ((await password.count()) === 0) {
    await address.fill(backend.url);
    await panel.locator("form button").first().click();
    await password.waitFor({ timeout: PATIENCE });
  }
  await panel.locator("#account").fill(user.name);
  await password.fill(user.password);
  await panel.locator("form button").first().click();
}

/** Waits until the analysis is whole. */
export async function read(panel) {
  await panel.getByText("rules tried").waitFor({ timeout: PATIENCE });
}

/** A docked panel that shows an alert, read whole. */
export async function openAlert(world, id, user, query = "") {
  const page = await openList(world.context, query);
  await clickRow(page, id);
  const panel = await openDock(world.context, page);
  await signIn(panel, world.backend, user);
  await read(panel);
  return { page, panel };
}

/** Opens the first action's sheet. */
export async function review(panel) {
  await panel.getByRole("button", { name: /^Review/ }).first().click();
  await panel.getByRole("dialog").waitFor({ timeout: PATIENCE });
}

/** The button that approves; it is live only after a second of proven sight. */
export const approveButton = (panel) => panel.locator("#approve");

/** Approves as soon as it is live. */
export async function approve(panel) {
  await panel.locator("#approve:enabled").waitFor({ timeout: PATIENCE });
  await approveButton(panel).click();
}

/** Whoever signed in before the journey began: the worker gets the backend and a session. */
export async function beSignedIn(world, { name, password }) {
  const { body } = await world.backend.request("/auth/login", { body: { user: name, password } });
  if (!body?.access_token) throw new Error(`no sign-in for ${name}: ${JSON.stringify(body)}`);
  const session = {
    backend: world.backend.url,
    user: name,
    access_token: body.access_token,
    access_until: Date.now() + body.access_expires_in_s * 1000,
    refresh_token: body.refresh_token,
    ends: body.session_ends_unix_ms,
  };
  const background = await worker(world.context);
  await background.evaluate(
    async ([backend, kept]) => {
      await chrome.storage.local.set({ backend });
      await chrome.storage.session.set({ session: kept });
    },
    [world.backend.url, session],
  );
  return body.access_token;
}

/** Presses a keyboard command of the manifest, on the tab that is in front. */
export async function pressCommand(context, page, command) {
  await page.bringToFront();
  const background = await worker(context);
  await background.evaluate(async (name) => {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    chrome.commands.onCommand.dispatch(name, tab);
  }, command);
}

/** Right-clicks an element of the page and takes an entry of our menu. */
export async function takeMenu(context, page, element, menuItemId, selectionText) {
  await element.click({ button: "right" });
  const linkUrl = await element.evaluate((target) => target.closest("a")?.href);
  const background = await worker(context);
  await background.evaluate(async (info) => {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    chrome.contextMenus.onClicked.dispatch({ pageUrl: tab.url, frameId: 0, editable: false, ...info }, tab);
  }, { menuItemId, linkUrl, selectionText });
}

/**
 * Ends the worker, as the browser does when it was idle. Only an event of the browser's, a page's or the panel's
 * starts it again: to ask it something before that waits for ever.
 */
export async function killWorker(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets");
  const target = targetInfos.find((one) => one.type === "service_worker");
  await session.send("Target.closeTarget", { targetId: target.targetId });
  await session.detach();
}

/** Stops the worker from the browser's own page for it: no driver takes part in its end. */
export async function stopWorker(context, page) {
  const internals = await context.newPage();
  await internals.goto("chrome://serviceworker-internals/");
  const stop = internals.getByText("Stop", { exact: true });
  const stopped = internals.getByText("Running Status: STOPPED");
  // The page draws its list anew, and what wakes the worker may do so before the page has told of its end.
  let isSeen = false;
  for (let tries = 0; tries < 10 && !isSeen; tries++) {
    await stop.or(stopped).first().waitFor({ timeout: PATIENCE });
    if (!(await stopped.isVisible())) await stop.click({ timeout: 2_000 }).catch(() => {});
    isSeen = await stopped.waitFor({ timeout: 2_000 }).then(() => true, () => false);
  }
  if (!isSeen) throw new Error("the worker does not stop");
  await internals.close();
  await page.bringToFront();
}

/** The console's page goes to another address without a load, as a click in it would. */
export async function goTo(page, path) {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

/** The console's path of an alert. */
export const alertPath = (id) => `/activity-v2/detections/${encodeURIComponent(id)}`;

/** From whatever is shown to an alert, by the console's own routes: by way of the list, so that nothing is left of the last. */
export async function show(page, panel, id) {
  await goTo(page, "/activity-v2/detections");
  await panel.getByText("No alert is open on this page").waitFor({ timeout: PATIENCE });
  await goTo(page, alertPath(id));
  await read(panel);
}

/** Opens what was sent, and gives the parts of it that can be compared. */
export async function whatWasSent(panel, opener = "#sent-b") {
  await panel.locator(opener).click();
  await panel.getByRole("heading", { name: "What was sent to the model" }).waitFor();
  await panel.locator("details").first().locator("summary").click();
  const more = panel.locator("details").first().getByRole("button", { name: /^Show all/ });
  if ((await more.count()) > 0) await more.click();
  const values = await panel.locator(".kv").evaluateAll((lists) =>
    lists.flatMap((list) => [...list.querySelectorAll("dt")].map((dt) => [dt.textContent, dt.nextElementSibling.innerText])),
  );
  return {
    text: await panel.locator(".raw.text").textContent(),
    body: await panel.locator("details .raw").first().textContent(),
    bytes: Number((await panel.locator("details summary").first().innerText()).replace(/\D/g, "")),
    digest: await panel.locator("details .foot code").first().innerText(),
    came: await panel.getByRole("region", { name: "Came back" }).innerText(),
    dropped: await panel.getByRole("region", { name: "Came back" }).locator("li").allInnerTexts(),
    ...Object.fromEntries(values),
  };
}
