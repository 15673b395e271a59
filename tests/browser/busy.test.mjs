// What happens while the server takes its time to save something.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { down, makeHost, makeList } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import {
  act, card, closed, dialog, fill, holdBack, hostPage, nextAnswer, openHost, press, pressOnPage, visit,
} from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
beforeEach(() => stack.write(makeList([makeHost(1, down(600)), makeHost(2, down(600))])));
after(() => stack.remove());

async function pressEscapeTwice(page) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
}

// As somebody else does in another browser.
async function changeHost(name) {
  const { id } = await stack.host(name);
  await stack.request("PATCH", `/api/hosts/${id}`, { notes: "changed meanwhile" });
  return id;
}

test("a host is deleted once, and the dialog stays until it is known", () =>
  visit(stack, {}, async (page) => {
    await act(page, "Branch 1", "Delete");
    const held = await holdBack(page, "**/api/hosts/*", "DELETE");
    await press(page, "Delete Branch 1");
    await held.asked();
    await page.keyboard.press("Enter");
    await dialog(page).getByRole("button", { name: "Delete Branch 1" }).click({ force: true });
    await pressEscapeTwice(page);
    assert.ok(await dialog(page).isVisible());
    await held.letGo();
    await page.getByText("Branch 1 is deleted.").waitFor();
    assert.equal(held.requests.length, 1);
    assert.equal(await card(page, "Branch 1").count(), 0);
    await closed(page);
  }));

test("nobody is asked about another host than the one that was to be deleted", () =>
  visit(stack, { expected: /412/ }, async (page) => {
    await act(page, "Branch 1", "Delete");
    const id = await changeHost("Branch 1");
    const held = await holdBack(page, `**/api/hosts/${id}`, "GET");
    await press(page, "Delete Branch 1");
    await held.asked();
    await pressEscapeTwice(page);
    await held.letGo();
    await dialog(page).getByText("Somebody else has just changed this host").waitFor();
    await press(page, "Delete Branch 1");
    await closed(page);
  }));

test("the form of a host stays until it is known who has changed it, too", () =>
  visit(stack, { expected: /412/ }, async (page) => {
    await act(page, "Branch 1", "Edit");
    const id = await changeHost("Branch 1");
    await fill(page, { Name: "Mine" });
    const held = await holdBack(page, `**/api/hosts/${id}`, "GET");
    await press(page, "Save");
    await held.asked();
    await pressEscapeTwice(page);
    await held.letGo();
    await press(page, "Save mine over it");
    await card(page, "Mine").waitFor();
  }));

test("whoever opens a host again at once finds what he saved, though the list has not come yet", () =>
  visit(stack, {}, async (page) => {
    await holdBack(page, "**/api/hosts");
    for (const [now, name] of [["Branch 1", "Branch 3"], ["Branch 3", "Branch 4"]]) {
      await act(page, now, "Edit");
      await fill(page, { Name: name });
      await press(page, "Save");
      await closed(page);
    }
    await card(page, "Branch 4").waitFor();
  }));

test("a list that was on its way when a host was saved does not bring the old one back", () =>
  visit(stack, {}, async (page) => {
    let answer;
    const isOnItsWay = new Promise((resolve) => page.route("**/api/hosts", async (route) => {
      if (answer) return;  // the next is not answered
      const response = await route.fetch({ headers: {} });
      answer = () => route.fulfill({ response });
      resolve();
    }));
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await isOnItsWay;
    await act(page, "Branch 1", "Edit");
    await fill(page, { Name: "Renamed" });
    await press(page, "Save");
    await closed(page);
    await Promise.all([nextAnswer(page), answer()]);
    await card(page, "Renamed").waitFor();
    await act(page, "Renamed", "Edit");
    assert.equal(await dialog(page).getByLabel("Name").inputValue(), "Renamed");
  }));

test("keys that are pressed while a note is saved lead nowhere", () =>
  visit(stack, {}, async (page) => {
    await openHost(page, "Branch 1");
    await pressOnPage(page, "Acknowledge…");
    await hostPage(page).getByLabel("Note").fill("fibre team is out");
    const held = await holdBack(page, "**/acknowledge");
    await page.keyboard.press("Enter");
    await held.asked();
    await page.keyboard.type("w");
    await page.keyboard.press("Escape");
    await held.letGo();
    await hostPage(page).getByText("fibre team is out").waitFor();
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    assert.equal(await focused(), "Take back");
    assert.equal(held.requests.length, 1);
  }));

test("an acknowledgement that fails is reported for the host that it was for", () =>
  visit(stack, { expected: /ERR_FAILED/ }, async (page) => {
    await openHost(page, "Branch 1");
    await pressOnPage(page, "Acknowledge…");
    const held = await holdBack(page, "**/acknowledge");
    await page.keyboard.press("Enter");
    await held.asked();
    const { id } = await stack.host("Branch 2");
    await page.evaluate((hash) => (location.hash = hash), `host/${id}`);
    await hostPage(page).getByRole("heading", { name: "Branch 2" }).waitFor();
    for (const request of held.requests) await request.abort();
    await page.getByText("The acknowledgement of Branch 1 could not be changed: the server does not answer.").waitFor();
  }));
