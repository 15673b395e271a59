// The list of hosts: what is in view, in which order, and how it changes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { down, makeHost, makeList, makeNetwork, now, zoneAt } from "./hosts_file.mjs";
import { mainThread } from "./main_thread.mjs";
import { Stack } from "./stack.mjs";
import {
  act, card, countAnswers, DESK, dialog, fill, lookAgain, names, nextAnswer, PHONE, unfold, visit, WIDE,
} from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

// On a list of hosts that is as the test wants it.
const show = (hosts, options, run, changes) => {
  stack.write(makeList(hosts, changes));
  return visit(stack, options, run);
};

test("all of 100 hosts are in view on a full HD screen, trouble first and in large type", () =>
  show(makeNetwork(100), WIDE, async (page) => {
    const cards = await page.locator(".host-card").evaluateAll((elements) => elements.map((element) => {
      const box = (part) => (part ? element.querySelector(part) : element).getBoundingClientRect().toJSON();
      const style = (part) => getComputedStyle(element.querySelector(part));
      const name = element.querySelector(".host-open");
      return {
        text: element.querySelector(".status").textContent.trim(), status: element.dataset.status, box: box(),
        name: box(".host-name"), address: box(".ip-address"), wholeName: name.scrollWidth <= name.clientWidth,
        size: parseFloat(style(".status").fontSize), nameSize: parseFloat(style(".host-name").fontSize),
        colors: [style(".host-name").color, style(".ip-address").color],
      };
    }));
    assert.equal(cards.length, 100);
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), 1080);
    for (const { box, wholeName, text } of cards) {
      assert.ok(box.top >= 0 && box.left >= 0 && box.bottom <= 1080 && box.right <= 1920, `in view: ${text}`);
      assert.ok(wholeName, `name in full: ${text}`);
    }
    const order = cards.map(({ status }) => status);
    assert.deepEqual(order.slice(0, 7), ["down", "down", "down", "failing", "unreachable", "degraded", "unknown"]);
    assert.deepEqual(order.slice(-1), ["paused"]);
    assert.deepEqual(cards.slice(0, 3).map(({ text }) => text), ["down 2 h 5 min", "down 3 min", "down 2 min"]);
    for (const { size, nameSize, name, address, colors } of cards.slice(0, 3)) {
      assert.ok(size >= 1.5 * nameSize, `"down 3 min" is large: ${size} px beside ${nameSize} px`);
      assert.ok(address.left >= name.right && address.top < name.bottom && address.bottom > name.top, "beside it");
      assert.notEqual(colors[0], colors[1], "the address is dimmed");
    }
    assert.match(await page.title(), /^3 down/);
    assert.equal(await page.locator("link[rel=icon]").getAttribute("href"), "icon-down.svg");
  }));

for (const [number, screen] of [[3, WIDE], [30, WIDE], [3, DESK], [30, DESK], [100, DESK]]) {
  const { width, height } = screen.viewport;
  test(`${number} hosts fit on ${width}x${height}`, () =>
    show(makeNetwork(number), screen, async (page) => {
      assert.equal(await page.locator(".host-card").count(), number);
      assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), height);
    }));
}

test("when half of 100 hosts go down in one cycle, all are in view and in the order of their names", () => {
  const hosts = Array.from({ length: 100 }, (_, i) => makeHost(i + 1, i < 50 ? down(300 + (i % 5) / 10) : {}));
  return show(hosts, WIDE, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), 1080);
    assert.deepEqual((await names(page)).slice(0, 50), hosts.slice(0, 50).map(({ name }) => name));
  });
});

test("on a phone there is one column, nothing is cut off, and everything can be hit with a finger", () =>
  show(makeNetwork(100), PHONE, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    const boxes = await page.locator(".host-card").evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().toJSON()));
    assert.equal(new Set(boxes.map(({ left }) => left)).size, 1);
    assert.ok(boxes.every(({ height }) => height >= 44));
    const controls = await page.locator(":is(button:not(.host-open), select, input):visible").evaluateAll((all) =>
      all.map((one) => [one.outerHTML, one.getBoundingClientRect().height]));
    for (const [html, height] of controls) assert.ok(height >= 44, `${height} px: ${html}`);
    await page.locator("#calm .host-card").first().tap();
    await page.getByRole("button", { name: "Edit", exact: true }).tap();
    await dialog(page).getByLabel("Address").waitFor();
  }));

test("each status has a word and a shape of its own", () =>
  show(makeNetwork(20), {}, async (page) => {
    const shown = await page.locator(".host-card .status").evaluateAll((all) =>
      all.map((one) => [one.querySelector(".status-word").textContent, one.querySelector("use").getAttribute("href")]));
    const shapes = new Map(shown);
    assert.equal(shapes.size, 8);
    assert.equal(new Set(shapes.values()).size, 8);
    for (const shape of shapes.values()) assert.equal(await page.locator(`symbol${shape}`).count(), 1, shape);
  }));

test("a host that goes down moves to the top without anything being made anew", () => {
  const hosts = makeNetwork(60);
  return show(hosts, {}, async (page) => {
    await page.evaluate(() => document.querySelectorAll(".host-card").forEach((element) => (element.kept = true)));
    const last = hosts[50];
    await card(page, last.name).locator(".host-open").focus();
    Object.assign(last, down(8000));
    stack.write(makeList(hosts));
    await lookAgain(page);
    await page.waitForFunction((name) => document.querySelector(".host-open").textContent === name, last.name);
    assert.ok(await page.evaluate(() => [...document.querySelectorAll(".host-card")].every((element) => element.kept)));
    assert.equal(await page.evaluate(() => document.activeElement.textContent), last.name, "focus goes along");
    assert.match(await page.locator("#announcements").textContent(), new RegExp(`^${last.name} is down`));
  });
});

test("a refresh keeps scroll position, focus, search and hover", () => {
  const hosts = makeNetwork(600);
  return show(hosts, {}, async (page) => {
    await page.getByRole("searchbox").fill("branch");
    await page.evaluate(() => scrollTo(0, 1500));
    const place = await page.evaluate(() => scrollY);
    assert.ok(place > 1000);
    const middle = await page.evaluate(() =>
      document.elementFromPoint(600, 400).closest(".host-card").querySelector(".host-open").textContent);
    await card(page, middle).hover();
    await page.getByRole("searchbox").focus();
    hosts.forEach((host) => host.trail.length && (host.trail = [...host.trail.slice(1), 99], host.rtt_ms = 99));
    stack.write(makeList(hosts));
    await lookAgain(page);
    await card(page, middle).locator(".rtt", { hasText: "99.0 ms" }).waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => scrollY), place);
    assert.equal(await page.getByRole("searchbox").inputValue(), "branch");
    assert.ok(await page.getByRole("searchbox").evaluate((input) => input === document.activeElement));
    assert.ok(await card(page, middle).evaluate((element) => element.matches(":hover")));
  });
});

test("a refresh leaves an open form alone", () => {
  const hosts = makeNetwork(12);
  return show(hosts, {}, async (page) => {
    await act(page, hosts[0].name, "Edit");
    await unfold(page);
    await fill(page, { Notes: "half a sen" });
    hosts[0].name = "Renamed by somebody";
    stack.write(makeList(hosts, { revision: 2 }));
    await lookAgain(page);
    await card(page, "Renamed by somebody").waitFor();
    const notes = dialog(page).getByLabel("Notes");
    assert.equal(await notes.inputValue(), "half a sen");
    assert.ok(await notes.evaluate((input) => input === document.activeElement));
    assert.equal(await dialog(page).getByLabel("Name").inputValue(), "Branch 1");
  });
});

test("the trail moves by the new checks only", () => {
  const hosts = [makeHost(1), makeHost(2)];
  return show(hosts, {}, async (page) => {
    const dots = card(page, "Branch 1").locator(".dot");
    await dots.first().waitFor();
    await dots.nth(1).evaluate((dot) => (dot.second = true));
    hosts[0].trail = [...hosts[0].trail.slice(1), null];
    stack.write(makeList(hosts));
    await lookAgain(page);
    await card(page, "Branch 1").locator(".dot.down:last-child").waitFor();
    assert.equal(await dots.count(), 60);
    assert.ok(await dots.first().evaluate((dot) => dot.second), "the second dot is now the first");
  });
});

test("a dot shows its time and milliseconds, to the pointer and to the keyboard", () => {
  const host = makeHost(1, { trail: [11, 12.34, null], last_check: now() - 1 });
  const timezoneId = zoneAt(12);
  return show([host, makeHost(2)], { timezoneId }, async (page) => {
    const time = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", { timeZone: timezoneId });
    const trail = card(page, "Branch 1").locator(".status-line");
    const tip = page.getByRole("tooltip");
    await trail.locator(".dot").nth(1).hover();
    assert.equal(await tip.textContent(), `about ${time(host.last_check - 10)} · 12.3 ms`);
    await trail.locator(".dot").nth(2).hover();
    assert.equal(await tip.textContent(), `${time(host.last_check)} · no answer`);
    await page.mouse.move(0, 0);
    await tip.waitFor({ state: "hidden" });

    await card(page, "Branch 1").locator(".host-open").focus();
    await page.keyboard.press("Tab");
    await tip.waitFor();
    await page.keyboard.press("ArrowLeft");
    assert.equal(await trail.getAttribute("aria-valuetext"), `about ${time(host.last_check - 10)} · 12.3 ms`);
  }, { updated: now() });
});

test("the counts filter when they are pressed, search and group narrow further", () =>
  show(makeNetwork(40), {}, async (page) => {
    await page.getByRole("button", { name: "3 down" }).click();
    assert.equal((await names(page)).length, 3);
    await page.getByRole("button", { name: "3 down" }).click();
    assert.equal((await names(page)).length, 40);
    await page.getByRole("combobox", { name: "Group, customer or tag" }).selectOption("Colleges");
    assert.equal((await names(page)).length, 20);
    await page.keyboard.press("/");
    await page.keyboard.type("127.1.0.22");
    assert.deepEqual(await names(page), ["Branch 22"]);
    await page.keyboard.type("9");
    await page.getByRole("button", { name: "Show all" }).click();
    assert.equal((await names(page)).length, 40);
  }));

test("whoever searches goes on from what was found without the mouse, and Escape leads out again", () =>
  show(makeNetwork(40), {}, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("/");
    await page.keyboard.type("branch 2");
    const [first, second] = await names(page);
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), first);
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), second);
    await page.keyboard.press("/");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), first);
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("searchbox").inputValue(), "");
    assert.equal((await names(page)).length, 40);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await dialog(page).getByRole("heading", { name: "Keys" }).waitFor();
  }));

test("hosts of one status stand in the order of their names, as people count", () =>
  show([11, 2, 1, 20, 3].map((number) => makeHost(number)), {}, async (page) => {
    assert.deepEqual(await names(page), ["Branch 1", "Branch 2", "Branch 3", "Branch 11", "Branch 20"]);
  }));

test("the page asks ten seconds after the last answer, not while hidden, and at once when seen again", () => {
  let counter;
  const prepare = async (page) => {
    counter = countAnswers(page);
    await page.clock.install();
  };
  return show([makeHost(1)], { prepare }, async (page) => {
    const hide = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    assert.equal(counter.answers, 1);
    await page.clock.runFor(9000);
    assert.equal(counter.answers, 1);
    await Promise.all([nextAnswer(page), page.clock.runFor(1000)]);
    await hide(true);
    await page.clock.runFor(60_000);
    assert.equal(counter.answers, 2);
    await Promise.all([nextAnswer(page), hide(false)]);
    assert.equal(counter.answers, 3);
  });
});

test("an unchanged list is not sent again", () =>
  show(makeNetwork(20), {}, async (page) => {
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/hosts"));
    await lookAgain(page);
    assert.equal((await answer).status(), 304);
    assert.equal(await page.locator(".host-card").count(), 20);
  }));

test("the theme follows the system until one is chosen, and the choice is remembered", () =>
  show([makeHost(1)], { colorScheme: "dark" }, async (page) => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), "dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
    await page.getByRole("button", { name: "Dark theme" }).click();
    assert.equal(await theme(), "dark");
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.body) return;
        globalThis.themeOfTheFirstBody = document.documentElement.dataset.theme;
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    assert.equal(await page.evaluate(() => globalThis.themeOfTheFirstBody), "dark");
    await page.evaluate(() => Object.keys(localStorage).forEach((key) => localStorage.setItem(key, "<b>pink</b>")));
    await page.reload();
    assert.equal(await theme(), "light", "a stored value that is no theme is ignored");
  }));

test("a refresh with 1000 hosts", (t) => {
  const hosts = makeNetwork(1000);
  return show(hosts, WIDE, async (page) => {
    await page.locator("#trouble .dot").first().waitFor();
    for (let round = 0; round < 3; round++) {
      for (const host of hosts.filter(({ status }) => status === "up")) {
        host.rtt_ms = 20 + round;
        host.trail = [...host.trail.slice(1), host.rtt_ms];
      }
      stack.write(makeList(hosts));
      const { script, layout } = await mainThread(page, async () => {
        await lookAgain(page);
        await card(page, "Branch 1000").locator(".rtt", { hasText: `${20 + round}.0` }).waitFor({ state: "attached" });
      });
      t.diagnostic(`script ${script.toFixed(1)} ms, style and layout ${layout.toFixed(1)} ms of processor time`);
    }
  });
});
