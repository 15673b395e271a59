// Pages beside the list: their addresses, the ways back and forward, and what is kept of the list meanwhile.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { makeHost, makeList, makeNetwork } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { card, dialog, lookAgain, names, PHONE, visit } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const show = (hosts, options, run) => {
  stack.write(makeList(hosts));
  return visit(stack, options, run);
};

const heading = (page, name) => page.getByRole("heading", { name, exact: true, level: 2 });
const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);

// As by typing it into the bar of a new tab.
async function enter(page, hash) {
  await page.goto("about:blank");
  await page.goto(`${stack.url}${hash}`);
  await page.waitForFunction(() => !document.documentElement.hasAttribute("data-loading"));
}

test("a host has an address of its own, and the browser's ways back and forward lead there", () =>
  show(makeNetwork(12), {}, async (page) => {
    await card(page, "Branch 3").getByRole("link").click();
    await heading(page, "Branch 3").waitFor();
    assert.match(page.url(), /#host\/h000000003$/);
    assert.match(await page.title(), /Branch 3 · Linewatch$/);
    assert.ok(await hasFocus(heading(page, "Branch 3")), "a screen reader says where it is");
    assert.equal(await page.locator(".host-card:visible").count(), 0);
    await page.goBack();
    await card(page, "Branch 3").waitFor();
    await page.goForward();
    await heading(page, "Branch 3").waitFor();
    await enter(page, "#host/h000000007");
    await heading(page, "Branch 7").waitFor();
  }));

test("the list is as it was left: its search, its place and its focus", () =>
  show(makeNetwork(600), {}, async (page) => {
    await page.getByRole("searchbox").fill("branch");
    await page.evaluate(() => scrollTo(0, 1500));
    const middle = await page.evaluate(() =>
      document.elementFromPoint(600, 400).closest(".host-card").querySelector(".host-open").textContent);
    await card(page, middle).getByRole("link").click();
    await heading(page, middle).waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0);
    stack.write(makeList(makeNetwork(600)));
    await lookAgain(page);
    await page.keyboard.press("Escape");
    await card(page, middle).waitFor();
    assert.equal(await page.evaluate(() => scrollY), 1500);
    assert.equal(await page.getByRole("searchbox").inputValue(), "branch");
    assert.ok(await hasFocus(card(page, middle).getByRole("link")));
  }));

test("an address that names nothing shows the list, and is corrected", () =>
  show(makeNetwork(12), {}, async (page) => {
    for (const hash of ["#nothing", "#host%/x", "#nothing/at?all=1"]) {
      await enter(page, hash);
      await card(page, "Branch 1").waitFor();
      assert.equal(page.url(), stack.url);
    }
  }));

test("a dialog lies over the page it was opened from, and leaves its address behind when it closes", () =>
  show(makeNetwork(12), {}, async (page) => {
    await card(page, "Branch 3").getByRole("link").click();
    await page.getByRole("link", { name: "Alerts" }).click();
    await dialog(page).getByRole("heading", { name: "Alerts" }).waitFor();
    assert.match(page.url(), /#alerts$/);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    await page.waitForURL(/#host\/h000000003$/);
    assert.ok(await heading(page, "Branch 3").isVisible());
  }));

test("a page says how many hosts are down, and one key leads to the search", () =>
  show(makeNetwork(20), {}, async (page) => {
    const hosts = page.getByRole("navigation").getByRole("link", { name: "Hosts" });
    assert.equal(await hosts.getAttribute("aria-current"), "page");
    assert.equal(await hosts.innerText(), "Hosts");
    await card(page, "Branch 3").getByRole("link").click();
    await heading(page, "Branch 3").waitFor();
    assert.equal(await hosts.getAttribute("aria-current"), null);
    assert.match(await hosts.innerText(), /Hosts\s*3 down/);
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.id === "search");
    await page.keyboard.type("Branch 20");
    assert.deepEqual(await names(page), ["Branch 20"]);
  }));

test("on a phone the links to the pages fit, and the buttons stand in one row with the title", () =>
  show([makeHost(1), makeHost(2)], PHONE, async (page) => {
    const [title, button] = ["#title", "#add-host"].map((part) => page.locator(part).boundingBox());
    assert.ok((await button).y < (await title).y + (await title).height);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    for (const link of await page.getByRole("navigation").getByRole("link").all()) {
      const box = await link.boundingBox();
      assert.ok(box.height >= 44 && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
    }
  }));
