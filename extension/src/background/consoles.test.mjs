import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { CONSOLES } from "./console_table.js";
import { alertOfRow, CONSOLE_HOSTS, consoleOf, isConsoleOrigin, isLocation, leadsTo, locationOf } from "./consoles.js";

const root = new URL("../../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", root), "utf8"));
const FALCON = "https://falcon.crowdstrike.com";

test("the manifest names exactly the consoles' hosts, everywhere it names hosts", () => {
  const patterns = CONSOLE_HOSTS.map((host) => `https://${host}/*`);
  assert.deepEqual(manifest.host_permissions, patterns);
  assert.deepEqual(manifest.content_scripts[0].matches, patterns);
  assert.deepEqual(manifest.web_accessible_resources[0].matches, patterns);
  const ancestors = /frame-ancestors ([^;]*)/.exec(manifest.content_security_policy.extension_pages)[1];
  assert.deepEqual(ancestors.split(" "), CONSOLE_HOSTS.map((host) => `https://${host}`));
});

test("the permissions are the three that are needed", () => {
  assert.deepEqual(manifest.permissions, ["storage", "contextMenus", "sidePanel"]);
});

test("only the docked page can be reached from a page, and only at an address of the moment", () => {
  const [resource, ...more] = manifest.web_accessible_resources;
  assert.deepEqual(more, []);
  assert.deepEqual(resource.resources, ["panel.html"]);
  assert.equal(resource.use_dynamic_url, true);
});

test("a link of every route is taken for an alert's, and what is less than a route is not", () => {
  const routes = CONSOLES.flatMap(({ hosts, routes }) => routes.map((route) => [hosts[0].replace("*", "x"), route]));
  assert.ok(routes.length >= 8);
  for (const [host, route] of routes) {
    const link = (text) => `https://${host}${route.replaceAll(/\{[^}]*\}/g, text)}`;
    assert.ok(alertOfRow([[link("x")]]), `${route} is not taken for an alert's link`);
    assert.ok(alertOfRow([[link("a%3Ab")]]), `${route} with an encoded id`);
    assert.equal(alertOfRow([[link("")]]), null, `${route} without an id`);
  }
  for (const path of ["/activity-v2/detections", "/activity-v2/detections?selected=", "/activity-v2/detections/a/b", "/x/activity-v2/detections/a"]) {
    assert.equal(alertOfRow([[FALCON + path]]), null, path);
  }
  assert.ok(alertOfRow([[`${FALCON}/activity-v2/detections/a/?_cid=g0`]]), "a slash at the end and another parameter");
});

test("a route may lie in the fragment, with more than one #", () => {
  const route = "/app#/monitoring/#/workspace/{board},THREATS,{id}?agent={agent}";
  const at = (fragment) => leadsTo(route, { path: "/app", query: "", fragment });
  assert.ok(at("/monitoring/#/workspace/7,THREATS,12?agent=a1"));
  for (const other of ["", "/monitoring/#/workspace/7,THREATS,?agent=a1", "/monitoring/#/workspace/7,OTHER,12?agent=a1"]) {
    assert.ok(!at(other), other);
  }
  assert.ok(leadsTo("/alerts?id={id}", { path: "/alerts/", query: "x=1&id=a=b", fragment: "any" }));
  assert.ok(!leadsTo("/alerts?id={id}", { path: "/alerts", query: "id=", fragment: "" }));
});

test("an address is told in its parts, a second # kept", () => {
  assert.deepEqual(locationOf(`${FALCON}/a%3Ab/?x=1&y=2#/b/#/c`), {
    host: "falcon.crowdstrike.com",
    path: "/a%3Ab/",
    query: "x=1&y=2",
    fragment: "/b/#/c",
  });
});

test("what is no console's page has no location", () => {
  for (const address of [
    "http://falcon.crowdstrike.com/",
    "https://falcon.crowdstrike.com:8443/",
    "https://falcon.crowdstrike.com.example/",
    "https://x.falcon.crowdstrike.com/",
    "https://falcon.crowdstrike.com@example.com/",
    "javascript:alert(1)",
    "about:blank",
    "",
    null,
    undefined,
    7,
    {},
    `${FALCON}/${"a".repeat(5000)}`,
  ]) {
    assert.equal(locationOf(address), null, String(address).slice(0, 80));
  }
});

test("a location of another shape, host or size is refused", () => {
  const good = { host: "falcon.crowdstrike.com", path: "/", query: "", fragment: "" };
  assert.ok(isLocation(good));
  for (const bad of [
    null,
    "x",
    [],
    { ...good, host: "example.com" },
    { ...good, host: "__proto__" },
    { ...good, path: "" },
    { ...good, path: ["/"] },
    { ...good, query: undefined },
    { ...good, extra: "" },
    { ...good, fragment: "x".repeat(102_400) },
  ]) {
    assert.ok(!isLocation(bad), JSON.stringify(bad)?.slice(0, 80));
  }
});

test("an origin is a console's only as https without a port", () => {
  assert.ok(isConsoleOrigin(FALCON));
  for (const bad of ["http://falcon.crowdstrike.com", `${FALCON}:444`, "null", "", undefined, "https://example.com"]) {
    assert.ok(!isConsoleOrigin(bad), bad);
  }
  assert.equal(consoleOf(undefined), undefined);
});

test("a row's alert is the innermost one; several on one level are a list and none is taken", () => {
  const alert = (id) => `${FALCON}/activity-v2/detections/${id}?_cid=t`;
  const host = `${FALCON}/host-management/hosts/abc`;
  assert.match(alertOfRow([[], [host], [host, alert("one")], [alert("two")]]).path, /one$/);
  assert.match(alertOfRow([[host, alert("one"), alert("one")]]).path, /one$/);
  assert.equal(alertOfRow([[host], [alert("one"), alert("two")]]), null);
  assert.equal(alertOfRow([["https://example.com/activity-v2/detections/x", "javascript:1"], []]), null);
});

test("links from a page may be anything at all", () => {
  for (const bad of [undefined, null, 3, "x", {}, [3], [null], [[null, 7, {}, ["x"]]], [["x".repeat(102_400)]]]) {
    assert.equal(alertOfRow(bad), null);
  }
});
