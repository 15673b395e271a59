// The page of a host: how it is, its past as chart, figures and list, and what can be done there.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { down, makeHost, makeList, makeNetwork, now } from "./hosts_file.mjs";
import { mainThread } from "./main_thread.mjs";
import { makeHistory, makeOutage, ongoing, playPast } from "./past.mjs";
import { Stack } from "./stack.mjs";
import { card, DESK, dialog, hostPage, lookAgain, openHost, PHONE, press, pressOnPage, visit, WIDE } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const HOST = "h000000001";
const NAME = "Branch 1";
const hosts = () => [makeHost(1, { parents: ["h000000002"], customer: "Example Bank" }), makeHost(2), makeHost(3)];

const outage = (ago, seconds, changes) => makeOutage(HOST, NAME, ago, seconds, changes);
const past = () => ({
  outages: [outage(7200, 600), outage(40_000, 1800, { cause: "upstream", measured: "upstream" }),
            outage(50_000, 20, { blip: true })],
  blind: [{ start: now() - 30_000, end: now() - 28_000 }],
});

// With a past that is as the test wants it; `run` gets what the page has asked for.
async function show(list, options, run, { outages = past(), historyOf } = {}) {
  stack.write(makeList(list));
  let asked;
  const prepare = async (page) => {
    asked = await playPast(page, { historyOf: historyOf ?? ((id, range) => makeHistory(id, range, outages)), outages });
    await options.prepare?.(page);
  };
  await visit(stack, { ...options, prepare }, (page) => run(page, asked));
}

const chart = (page) => page.getByRole("slider", { name: "Latency and loss over time" });
const shown = async (page) => {
  await hostPage(page).locator("[data-state=shown]:not([data-waiting])").waitFor();
  await page.locator(".chart-plot canvas").first().waitFor();
};
const range = (page, name) => page.getByRole("group", { name: "Uptime" }).getByRole("button", { name });
const rows = (page) => hostPage(page).getByRole("list").filter({ has: page.locator(".outage") }).locator(".outage");

// How many pixels of the chart have nearly this colour.
const countPixels = (page, selector, [red, green, blue]) =>
  page.locator(selector).evaluateAll((canvases, color) => {
    let count = 0;
    for (const canvas of canvases) {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) {
        const isNear = color.every((value, channel) => Math.abs(value - data[i + channel]) < 12);
        if (isNear && data[i + 3] > 200) count++;
      }
    }
    return count;
  }, [red, green, blue]);

test("the uptime of four ranges stands above the chart, and one below what was agreed is marked", () =>
  show([makeHost(1, { sla_percent: 99.9 }), makeHost(2)], {}, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const texts = await page.getByRole("group", { name: "Uptime" }).getByRole("button").allInnerTexts();
    assert.deepEqual(texts.map((text) => text.replace(/\s+/g, " ").trim()),
                     ["24 h 98.61% below 99.9%", "7 d 99.8% below 99.9%", "30 d 99.95%", "1 y 99.98%"]);
  }));

test("a range is chosen by its figure, and kept in the address and for the next host", () =>
  show(hosts(), {}, async (page, asked) => {
    await openHost(page, NAME);
    await shown(page);
    await range(page, "30 d").click();
    await page.getByText("The last 30 days:").waitFor();
    assert.match(page.url(), /#host\/h000000001\?range=30d$/);
    assert.equal(await range(page, "30 d").getAttribute("aria-pressed"), "true");
    await page.reload();
    await page.getByText("The last 30 days:").waitFor();
    await page.getByRole("link", { name: "Branch 2" }).click();
    await hostPage(page).getByRole("heading", { name: "Branch 2" }).waitFor();
    await page.getByText("The last 30 days:").waitFor();
    assert.deepEqual(asked.history, ["24h", "30d", "30d", "30d"]);
    await page.goBack();
    await hostPage(page).getByRole("heading", { name: NAME }).waitFor();
  }));

test("a sentence says what the chart shows", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const text = await page.locator("#history-summary").textContent();
    assert.match(text, /^The last 24 hours: [\d.]+ ms on average, \d+ ms at worst \(.*\d\d:\d\d\), [\d.]+% lost, /);
    assert.match(text, /, up 98\.61% of the time, 2 outages\.$/);
    assert.equal(await chart(page).getAttribute("aria-describedby"), "history-summary");
  }));

test("the chart draws band, loss, outages and blindness, in the colours of both themes", () =>
  show(hosts(), WIDE, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const colors = { light: [[21, 94, 110], [195, 35, 46]], dark: [[124, 199, 212], [187, 42, 53]] };
    for (const [theme, [line, red]] of Object.entries(colors)) {
      await page.locator(`[data-theme=${theme}]`).first().waitFor();
      await page.waitForFunction(() => document.querySelector(".chart-strip").width > 0);
      assert.ok((await countPixels(page, ".chart-plot canvas", line)) > 800, `${theme}: the average`);
      assert.ok((await countPixels(page, ".chart-plot canvas", red)) > 10, `${theme}: the top of an outage`);
      assert.ok((await countPixels(page, ".chart-strip", red)) > 10, `${theme}: time down in the strip`);
      await page.getByRole("button", { name: "Dark theme" }).click();
    }
  }));

test("a host within the building is not blown up: noise below a millisecond stays small", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const labels = await page.locator(".dygraph-axis-label-y").allTextContents();
    assert.deepEqual(labels, ["0", "0.5 ms", "1 ms", "1.5 ms"]);
  }, { historyOf: (id, wanted) => makeHistory(id, wanted, { rtt: 0.05 }) }));

test("a point tells its figures to the mouse, to a finger and to the keyboard", async () => {
  const tip = (page) => page.locator(".chart-tip");
  // The end has a day of its own when the point goes over midnight.
  const FIGURES =
    /\w{3} \d+ \w+, \d\d:\d\d – (\w{3} \d+ \w+, )?\d\d:\d\d[\d.]+ ms on average[\d.]+ ms to [\d.]+ ms[\d.]+% lost/;
  await show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const box = await chart(page).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    assert.match(await tip(page).textContent(), FIGURES);
    await page.mouse.move(0, 0);
    assert.ok(!(await tip(page).isVisible()));
    await page.locator("[data-range='1y']").focus();
    await page.keyboard.press("Tab");
    assert.ok(await tip(page).isVisible());
    const last = await chart(page).getAttribute("aria-valuetext");
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await chart(page).getAttribute("aria-valuetext"), last);
    await page.keyboard.press("Home");
    assert.equal(await chart(page).getAttribute("aria-valuenow"), "1");
    await page.keyboard.press("Escape");
    assert.ok(!(await tip(page).isVisible()));
    assert.ok(await hostPage(page).isVisible(), "the first Escape takes the tip only");
  });
  await show(hosts(), PHONE, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const box = await chart(page).boundingBox();
    await page.touchscreen.tap(box.x + box.width - 30, box.y + 60);
    assert.match(await tip(page).textContent(), FIGURES);
    const { x, width } = await tip(page).boundingBox();
    assert.ok(x >= 0 && x + width <= 390, "it is in view");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  });
});

test("a host without a past says so instead of drawing an empty chart", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await page.getByText("Nothing is known of this time yet").waitFor();
    await hostPage(page).getByText("None.", { exact: true }).waitFor();
    assert.ok(!(await chart(page).isVisible()));
  }, { outages: { outages: [], blind: [] },
       historyOf: (id, wanted) => ({ ...makeHistory(id, wanted, { young: 0 }), points: [] }) }));

test("the outages stand newest first, and short ones when they are wanted", () => {
  const outages = past();
  outages.outages.unshift(ongoing(HOST, NAME, 190));
  return show([makeHost(1, down(190)), makeHost(2)], {}, async (page) => {
    await openHost(page, NAME);
    await rows(page).nth(2).waitFor();
    const texts = (await rows(page).allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    assert.match(texts[0], /^no answer .*\d\d:\d\d:\d\d – now 3 min no answer within 1 s/);
    assert.match(texts[1], /^no answer .*\d\d:\d\d:\d\d – \d\d:\d\d:\d\d 10 min/);
    assert.match(texts[2], /^upstream .* 30 min/);
    await hostPage(page).getByLabel("with short outages").check();
    await rows(page).filter({ hasText: "short outage" }).waitFor();
    assert.equal(await rows(page).count(), 4);
  }, { outages });
});

test("an outage is reclassified with a note, and set back to what was measured", () =>
  show(hosts(), {}, async (page, asked) => {
    await openHost(page, NAME);
    const first = rows(page).first();
    await first.getByRole("button", { name: /^Reclassify/ }).click();
    await first.getByLabel("Cause").selectOption("power");
    await first.getByLabel("Note").fill("no mains at Hill Road");
    await page.keyboard.press("Enter");
    await first.getByText("measured as no answer, set to power by olga: no mains at Hill Road").waitFor();
    assert.deepEqual(asked.patches[0].slice(1), ["power", "no mains at Hill Road"]);
    const again = first.getByRole("button", { name: /^Reclassify/ });
    assert.ok(await again.evaluate((button) => button === document.activeElement), "the focus is where it was");
    await again.click();
    await first.getByRole("button", { name: "As measured" }).click();
    await page.waitForFunction(() => document.querySelector(".outage-note").textContent === "");
    assert.equal(asked.patches[1][1], null);
  }));

test("what the server refuses of a reclassification stands in its form", () =>
  show(hosts(), { expected: /422/ }, async (page) => {
    const errors = [{ field: "note", message: "at most 500 characters" }];
    await page.route("**/api/outages/*", (route) => route.fulfill({
      status: 422, contentType: "application/problem+json", body: JSON.stringify({ title: "Not valid", errors }),
    }));
    await openHost(page, NAME);
    const first = rows(page).first();
    await first.getByRole("button", { name: /^Reclassify/ }).click();
    await first.getByLabel("Note").fill("too long");
    await first.getByRole("button", { name: "Save" }).click();
    await first.getByText("at most 500 characters").waitFor();
    assert.equal(await first.getByLabel("Note").inputValue(), "too long");
  }));

test("a refresh keeps the scroll position, the focus and what is typed, and does not load the past again", () =>
  show([makeHost(1, down(600)), makeHost(2)], {}, async (page, asked) => {
    await openHost(page, NAME);
    await shown(page);
    await page.evaluate(() => (document.querySelector(".chart-plot canvas").kept = true));
    const first = rows(page).first();
    await first.getByRole("button", { name: /^Reclassify/ }).click();
    await first.getByLabel("Note").fill("half a sen");
    await page.evaluate(() => scrollTo(0, 200));
    const place = await page.evaluate(() => scrollY);
    stack.write(makeList([makeHost(1, down(700, { reason: "port unreachable" })), makeHost(2)]));
    await lookAgain(page);
    await hostPage(page).getByText("port unreachable").waitFor();
    assert.equal(await first.getByLabel("Note").inputValue(), "half a sen");
    assert.ok(await first.getByLabel("Note").evaluate((input) => input === document.activeElement));
    assert.equal(await page.evaluate(() => scrollY), place);
    assert.ok(await page.evaluate(() => document.querySelector(".chart-plot canvas").kept));
    assert.deepEqual(asked.history, ["24h"]);
  }));

test("the past is loaded again when the host goes down, and when five minutes have passed", () =>
  show([makeHost(1), makeHost(2)], {}, async (page, asked) => {
    const loadedAgain = () => page.waitForRequest((request) => request.url().includes("/api/outages"));
    await openHost(page, NAME);
    await shown(page);
    stack.write(makeList([makeHost(1, down(100)), makeHost(2)]));
    await Promise.all([loadedAgain(), lookAgain(page)]);
    await shown(page);
    await page.route("**/api/hosts", async (route) => {
      const response = await route.fetch();
      const date = new Date((now() + 301) * 1000).toUTCString();
      await route.fulfill({ response, headers: { ...response.headers(), date } });
    });
    stack.write(makeList([makeHost(1, down(100)), makeHost(2)], { updated: now() + 300 }));
    await Promise.all([loadedAgain(), lookAgain(page)]);
    assert.equal(asked.history.length, 3);
  }));

test("when the past cannot be loaded, the page says so and all else works", () => {
  const prepare = (page) => page.route("**/history*", (route) => route.fulfill({ status: 503 }));
  return show(hosts(), { expected: /503/, prepare }, async (page) => {
    await openHost(page, NAME);
    await page.getByText("The history cannot be shown now").waitFor();
    await pressOnPage(page, "Edit");
    await dialog(page).getByLabel("Name").waitFor();
  });
});

test("group, customer and what lies before it are links", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await hostPage(page).getByRole("link", { name: "Banks" }).click();
    await card(page, NAME).waitFor();
    const choice = page.getByRole("combobox", { name: "Group, customer or tag" });
    assert.equal(await choice.locator("option:checked").textContent(), "Banks");
    assert.equal(await page.locator(".host-card").count(), 2);
    await openHost(page, NAME);
    await hostPage(page).getByRole("link", { name: "Example Bank" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".host-card").length === 1);
    assert.equal(page.url(), stack.url);
    await openHost(page, NAME);
    await hostPage(page).getByRole("link", { name: "Branch 2" }).click();
    await hostPage(page).getByRole("heading", { name: "Branch 2" }).waitFor();
  }));

test("a host that is deleted leads back to the list, and one that somebody else has deleted says so", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    stack.write(makeList([makeHost(2), makeHost(3)]));
    await lookAgain(page);
    await page.getByRole("heading", { name: "Branch 1 is no longer there" }).waitFor();
    await page.getByRole("link", { name: "All hosts" }).click();
    await openHost(page, "Branch 2");
    await pressOnPage(page, "Delete…");
    await press(page, "Delete Branch 2");
    await card(page, "Branch 3").waitFor();
    assert.equal(await hostPage(page).isVisible(), false);
  }));

test("of a host that there never was nothing stands on its page, either of the one before", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await page.evaluate(() => (location.hash = "#host/127.0.1.14"));
    await page.getByRole("heading", { name: "There is no such host" }).waitFor();
    assert.equal(await hostPage(page).getByText("127.1.0.1").count(), 0);
  }));

test("figures of the uptime are as measured, and say so beside an outage that was reclassified", () =>
  show(hosts(), {}, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    const note = hostPage(page).getByText("Uptime as measured.");
    assert.equal(await note.isVisible(), false);
    await rows(page).first().getByRole("button", { name: "Reclassify" }).click();
    await rows(page).first().getByLabel("Cause").selectOption("power");
    await rows(page).first().getByRole("button", { name: "Save" }).click();
    await note.waitFor();
  }));

for (const screen of [WIDE, DESK, PHONE]) {
  const { width } = screen.viewport;
  test(`nothing is cut off at a width of ${width}`, () =>
    show([makeHost(1, down(7520)), makeHost(2)], screen, async (page) => {
      await openHost(page, NAME);
      await shown(page);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const strip = await page.locator(".chart-strip").boundingBox();
      const plot = await page.locator(".chart-plot").boundingBox();
      assert.ok(strip.x >= plot.x && strip.x + strip.width <= plot.x + plot.width + 1);
    }));
}

test("a refresh of the page beside 1000 hosts", (t) => {
  const many = makeNetwork(1000);
  return show(many, WIDE, async (page) => {
    await openHost(page, NAME);
    await shown(page);
    for (let round = 0; round < 3; round++) {
      for (const host of many) host.trail = [...host.trail.slice(1), host.rtt_ms];
      many[0].rtt_ms = 20 + round;
      stack.write(makeList(many));
      const { script, layout } = await mainThread(page, async () => {
        await lookAgain(page);
        await hostPage(page).getByText(`${20 + round}.0 ms`, { exact: true }).waitFor();
      });
      t.diagnostic(`script ${script.toFixed(1)} ms, style and layout ${layout.toFixed(1)} ms of processor time`);
      assert.ok(script < 50, `${script} ms of script`);
    }
  });
});
