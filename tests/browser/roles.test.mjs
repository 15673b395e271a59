// What is offered to whom: never what the server would refuse.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { down, makeHost, makeList, makeNetwork, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { card, hostPage, openHost, openList, visit } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList(makeNetwork(12)), config: { access: { anonymous: "viewer" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

// What can be done on the page of a host; what only shows something is not of interest here.
const offered = (page) =>
  hostPage(page).locator("button:visible:not([data-range])").allTextContents();

test("nothing is offered that would be refused", () =>
  visit(stack, {}, async (page) => {
    await card(page, "Branch 1").hover();
    assert.equal(await page.locator(".host-actions button").count(), 0);
    await openHost(page, "Branch 1");
    assert.deepEqual(await offered(page), []);
    assert.equal(await page.getByRole("button", { name: "Add host" }).count(), 0);
  }));

test("an empty list says who can fill it", async () => {
  stack.write(makeList([]));
  await visit(stack, {}, async (page) => {
    await page.getByText("Somebody who may change settings").waitFor();
    assert.equal(await page.getByRole("textbox").count(), 0);
  });
});

test("an operator is offered to check and to plan maintenance, and nothing else", () => {
  const me = { user: "olga", role: "operator" };
  const prepare = (page) => page.route("**/api/me", (route) => route.fulfill({ json: me }));
  stack.write(makeList([makeHost(1), makeHost(2)]));
  return visit(stack, { prepare }, async (page) => {
    await card(page, "Branch 1").hover();
    const labels = (buttons) => buttons.evaluateAll((all) => all.map((one) => one.ariaLabel ?? one.textContent));
    assert.deepEqual(await labels(card(page, "Branch 1").locator(".host-actions button")), ["Check now Branch 1"]);
    await openHost(page, "Branch 1");
    assert.deepEqual(await offered(page), ["Check now", "Maintenance…"]);
    assert.equal(await page.getByRole("button", { name: "Add host" }).count(), 0);
  });
});

test("a viewer sees who has acknowledged an outage, and only an operator takes it back", async () => {
  const acknowledged = { by: "olga", at: now() - 60, note: "fibre team is out" };
  stack.write(makeList([makeHost(1, down(600, { acknowledged })), makeHost(2, down(300))]));
  await visit(stack, {}, async (page) => {
    await openHost(page, "Branch 1");
    await hostPage(page).getByText("Acknowledged by olga").waitFor();
    await hostPage(page).getByText("fibre team is out").waitFor();
    assert.deepEqual(await offered(page), []);
  });
  const me = { user: "otto", role: "operator" };
  const prepare = (page) => page.route("**/api/me", (route) => route.fulfill({ json: me }));
  await visit(stack, { prepare }, async (page) => {
    await openHost(page, "Branch 1");
    assert.deepEqual(await offered(page), ["Check now", "Maintenance…", "Take back"]);
    await openList(page);
    await openHost(page, "Branch 2");
    assert.deepEqual(await offered(page), ["Check now", "Acknowledge…", "Maintenance…"]);
  });
});

test("who signs in is offered what his role allows, and the browser asks for the password", async () => {
  // bcrypt of "correct horse", as quick as it can be.
  const line = "alice:$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n";
  fs.writeFileSync(path.join(stack.data, "users"), line);
  fs.writeFileSync(path.join(stack.data, "config.json"), JSON.stringify({ access: { roles: { alice: "admin" } } }));
  await visit(stack, { httpCredentials: { username: "alice", password: "correct horse" } }, async (page) => {
    assert.equal(await page.getByRole("link", { name: "Sign out" }).count(), 0);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByText("alice (admin)").waitFor();
    await page.getByRole("button", { name: "Add host" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Sign in" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Sign out" }).count(), 1);
  });
});
