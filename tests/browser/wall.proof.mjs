// The wall, for everybody in the room; and the keys of the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { down, makeHost, makeList, makeNetwork, now } from "./hosts_file.mjs";
import { mainThread } from "./main_thread.mjs";
import { Stack } from "./stack.mjs";
import { card, DESK, dialog, lookAgain, visit, WIDE } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const show = (number, options, run) => {
  stack.write(makeList(makeNetwork(number)));
  return visit(stack, options, run);
};

async function hang(page) {
  await page.keyboard.press("w");
  await page.waitForFunction(() => document.documentElement.dataset.page === "wall");
}

const boxes = (page) => page.locator(".host-card").evaluateAll((all) =>
  all.map((one) => ({ ...one.getBoundingClientRect().toJSON(), status: one.dataset.status })));

for (const [number, width, height] of [[3, 1920, 1080], [100, 1920, 1080], [100, 3840, 2160], [1000, 1920, 1080],
                                       [1000, 3840, 2160]]) {
  test(`all of ${number} hosts are in view on a wall of ${width}x${height}, trouble first, without controls`, () =>
    show(number, { viewport: { width, height } }, async (page) => {
      const size = (name) => card(page, name).locator(".host-open").evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
      const atTheDesk = await size("Branch 1").catch(() => 0);
      await hang(page);
      const all = await boxes(page);
      assert.equal(all.length, number);
      for (const box of all) assert.ok(box.top >= 0 && box.bottom <= height && box.right <= width, JSON.stringify(box));
      assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), height);
      if (number > 3) assert.deepEqual(all.slice(0, 3).map(({ status }) => status), ["down", "down", "down"]);
      if (number < 1000) assert.ok(await size("Branch 1") >= 1.2 * atTheDesk, "larger than at a desk");
      assert.equal(await page.locator(":is(button:not(.host-open, .count-button), select, input):visible").count(), 0);
      await page.locator("#wall-time", { hasText: /^\d\d:\d\d$/ }).waitFor();
      await page.getByText("Last check", { exact: true }).waitFor();
    }));
}

const olga = { acknowledged: { by: "olga", at: now() - 60, note: "the provider is on it" } };

test("with long names no line is cut at the edge of a wall, and an address stands there in full or not at all", () => {
  const hosts = makeNetwork(40);
  for (const host of hosts) {
    host.name = `${host.name}, Station Road upstairs`;
    host.ip = host.ip.replace("127.1.0", "192.168.100");
  }
  stack.write(makeList(hosts));
  return visit(stack, DESK, async (page) => {
    await hang(page);
    for (let look = 0; look < 3; look++) {
      for (const { bottom } of await boxes(page)) assert.ok(bottom <= 800, `${bottom} px`);
      await lookAgain(page);
    }
    const addresses = await page.locator(".host-card .ip-address").evaluateAll((all) => all.map((one) => {
      const [own, around] = [one, one.parentElement].map((part) => part.getBoundingClientRect());
      return { isShown: own.top < around.bottom, isWhole: one.scrollWidth <= one.clientWidth };
    }));
    assert.equal(addresses.length, 40);
    assert.ok(addresses.every(({ isShown, isWhole }) => isWhole || !isShown));
  });
});

test("where there is no room for a note a mark says that somebody knows of the trouble", () => {
  const hosts = Array.from({ length: 60 }, (_, i) => makeHost(i + 1, i < 40 ? down(300) : {}));
  Object.assign(hosts[10], olga);
  Object.assign(hosts[11], { in_maintenance: true });
  stack.write(makeList(hosts));
  return visit(stack, DESK, async (page) => {
    await card(page, "Branch 11").getByText("ack", { exact: true }).waitFor();
    await page.getByRole("link", { name: /^Branch 11, down .* acknowledged$/ }).waitFor();
    await card(page, "Branch 12").getByText("maint", { exact: true }).waitFor();
    assert.equal(await card(page, "Branch 13").getByText("ack", { exact: true }).isVisible(), false);
    await hang(page);
    await card(page, "Branch 11").getByText("ack", { exact: true }).waitFor();
  });
});

test("what fails is read across the room: how long it is down is no smaller than at a desk", () =>
  show(100, WIDE, async (page) => {
    const size = () => page.locator("#trouble .status").first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
    const atTheDesk = await size();
    await hang(page);
    assert.ok(await size() >= atTheDesk, `${await size()} px, at the desk ${atTheDesk} px`);
    assert.ok(await size() > 30, `${await size()} px`);
  }));

test("the wall is there again after a reload, and Escape leaves it with everything as it was", () =>
  show(30, WIDE, async (page) => {
    await page.getByRole("searchbox").fill("Colleges");
    const filtered = await page.locator(".host-card").count();
    await page.getByRole("searchbox").blur();
    await hang(page);
    assert.equal(await page.locator(".host-card").count(), 30, "no filter hides anything from the room");
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll(".host-card").length === 30);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.page), "wall");
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.style.fontSize), "");
    assert.ok(filtered < 30);
  }));

test("the pointer goes when nobody moves it, and is back when somebody does", () =>
  show(5, WIDE, async (page) => {
    await hang(page);
    await page.waitForFunction(() => document.documentElement.hasAttribute("data-still"));
    await page.mouse.move(300, 300);
    await page.waitForFunction(() => !document.documentElement.hasAttribute("data-still"));
  }));

test("a refresh of a wall of 1,000 hosts takes at most 50 ms of script", () =>
  show(1000, WIDE, async (page) => {
    await hang(page);
    await lookAgain(page);
    stack.write(makeList(makeNetwork(1000)));
    const { script } = await mainThread(page, () => lookAgain(page));
    assert.ok(script <= 50, `${script.toFixed(1)} ms`);
  }));

test("keys lead through the page, and a list of them is behind the question mark", () =>
  show(5, {}, async (page) => {
    await page.keyboard.press("?");
    await dialog(page).getByRole("heading", { name: "Keys" }).waitFor();
    await dialog(page).getByText("Wall: full screen and large").waitFor();
    const arrow = await dialog(page).getByText("↓", { exact: true }).boundingBox();
    const text = await dialog(page).getByText("From host to host").boundingBox();
    assert.ok(arrow.x + arrow.width <= text.x, "no key stands over what it does");
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { name: /^Report for/ }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await page.locator(".host-card").first().waitFor();
    await page.keyboard.press("a");
    await dialog(page).getByRole("heading", { name: "Add a host" }).waitFor();
  }));

test("a key that is typed into a field does nothing else", () =>
  show(5, {}, async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("waga?");
    assert.equal(await page.getByRole("searchbox").inputValue(), "waga?");
    assert.equal(await dialog(page).count(), 0);
    assert.equal(new URL(page.url()).hash, "");
  }));

test("who may only look is offered no key to change anything", () => {
  const prepare = (page) => page.route("**/api/me", (route) => route.fulfill({ json: { user: null, role: "viewer" } }));
  return show(5, { prepare }, async (page) => {
    await page.keyboard.press("a");
    await page.keyboard.press("?");
    await dialog(page).getByRole("heading", { name: "Keys" }).waitFor();
    assert.equal(await dialog(page).getByText("Add a host").count(), 0);
  });
});
