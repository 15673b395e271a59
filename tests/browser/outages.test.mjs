// The page of all outages.

import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, before, test } from "node:test";

import { makeHost, makeList, now } from "./hosts_file.mjs";
import { makeHistory, makeOutage, ongoing, playPast } from "./past.mjs";
import { Stack } from "./stack.mjs";
import { card, hostPage, lookAgain, PHONE, playTime, visit, WIDE } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([makeHost(1), makeHost(2), makeHost(3)]),
                      config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const outage = (number, ago, seconds, changes) =>
  makeOutage(`h${String(number).padStart(9, "0")}`, `Branch ${number}`, ago, seconds, changes);
const some = () => ({
  outages: [
    outage(1, 3 * 86_400, 600), ongoing("h000000002", "Branch 2", 7520), outage(3, 5 * 86_400, 3000),
    outage(1, 2 * 86_400, 90, { cause: "upstream", measured: "upstream" }), outage(2, 90_000, 20, { blip: true }),
    outage(3, 20 * 86_400, 60),
  ].sort((a, b) => b.start - a.start),
  blind: [{ start: now() - 2.5 * 86_400, end: now() - 2.5 * 86_400 + 300 }],
});

async function show(options, run, outages = some()) {
  let asked;
  const prepare = async (page) => {
    asked = await playPast(page, { historyOf: makeHistory, outages });
  };
  await visit(stack, { prepare, ...options }, async (page) => {
    await page.getByRole("navigation").getByRole("link", { name: "Outages" }).click();
    await page.locator(".outages-page .outage, .outages-page .no-outages:not([hidden])").first().waitFor();
    await run(page, asked);
  });
}

const rows = (page) => page.locator(".outages-page .outage");
const rowNames = (page) => page.locator(".outages-page .outage-name").allTextContents();

test("what goes on stands first, then the newest, with the blind times of the monitor between", () =>
  show(WIDE, async (page) => {
    const items = await page.locator(".outages-page .outage-list > li").evaluateAll((all) =>
      all.map((one) => one.className + (one.querySelector(".outage-name")?.textContent ?? "")));
    assert.deepEqual(items.filter((item) => item !== "outage-day"),
                     ["outageBranch 2", "outageBranch 1", "outage-blind", "outageBranch 1", "outageBranch 3"]);
    const [first] = await rows(page).allInnerTexts();
    assert.match(first.replace(/\s+/g, " "), /^no answer Branch 2 \d\d:\d\d:\d\d – now 2 h 5 min no answer within 1 s/);
    assert.deepEqual((await page.locator(".outage-day h3").allTextContents())[0], "Now");
    await page.getByText("4 outages of 3 hosts · 1 going on").waitFor();
    await page.getByText(/The monitor was blind .*, 5 min/).waitFor();
  }));

test("Sunday is yesterday, and Saturday is not, also when Sunday had 23 hours", () => {
  const startAt = (time) => ({ start: Date.parse(time) / 1000, end: Date.parse(time) / 1000 + 60 });
  const outages = [outage(1, 0, 60, startAt("2026-03-29T12:00+02:00")),
                   outage(2, 0, 60, startAt("2026-03-28T23:45+01:00"))];
  const prepare = async (page) => {
    await playTime(page, "2026-03-30T00:30+02:00");
    await playPast(page, { historyOf: makeHistory, outages: { outages, blind: [] } });
  };
  return show({ timezoneId: "Europe/Berlin", prepare }, async (page) =>
    assert.deepEqual(await page.locator(".outage-day h3").allTextContents(), ["Yesterday", "Sat 28 Mar"]));
});

const prepareWith = (timezone) => async (page) => {
  await playPast(page, { historyOf: makeHistory, outages: some() });
  await page.route("**/api/alerts?*", (route) =>
    route.fulfill({ json: { timezone, problems: [], outbox: [], sent: [], channels: [] } }));
};

test("whoever is in another time zone than the installation reads whose times these are", async () => {
  const note = (page) => page.locator(".outages-page .whose-times").textContent();
  const timezoneId = "America/New_York";
  await show({ timezoneId, prepare: prepareWith("Europe/Berlin") }, async (page) =>
    assert.match(await note(page), /^Times are yours, in America\/New_York; the installation keeps those of Europe\/Berlin\.$/));
  await show({ timezoneId, prepare: prepareWith(timezoneId) }, async (page) => assert.equal(await note(page), ""));
});

test("a month is that of the installation, as in its report, wherever the reader is", () =>
  show({ timezoneId: "America/New_York", prepare: prepareWith("Asia/Tokyo") }, async (page) => {
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.url().includes("to=")),
      page.getByRole("combobox", { name: "Time" }).selectOption("Last month"),
    ]);
    const inTokyo = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo", dateStyle: "short", timeStyle: "medium" });
    const query = new URL(request.url()).searchParams;
    for (const bound of ["from", "to"])
      assert.match(inTokyo.format(Number(query.get(bound)) * 1000), /-01 00:00:00$/);
  }));

test("time, cause, name and short outages choose, and stand in the address", () =>
  show({}, async (page) => {
    await page.getByRole("combobox", { name: "Cause" }).selectOption("upstream");
    assert.deepEqual(await rowNames(page), ["Branch 1"]);
    assert.match(page.url(), /#outages\?cause=upstream$/);
    await page.getByRole("combobox", { name: "Cause" }).selectOption("All causes");
    await page.getByRole("searchbox", { name: "Name" }).fill("branch 3");
    assert.deepEqual(await rowNames(page), ["Branch 3"]);
    await page.getByRole("combobox", { name: "Time" }).selectOption("Last 30 days");
    await page.waitForFunction(() => document.querySelectorAll(".outages-page .outage").length === 2);
    await page.getByRole("searchbox", { name: "Name" }).fill("");
    await page.locator(".outages-page").getByLabel("with short outages").check();
    await rows(page).filter({ hasText: "short outage" }).waitFor();
    await page.reload();
    await rows(page).filter({ hasText: "short outage" }).waitFor();
    assert.equal(await page.getByRole("combobox", { name: "Time" }).inputValue(), "30d");
    await page.getByRole("searchbox", { name: "Name" }).fill("nowhere");
    await page.getByText("No outage matches.").waitFor();
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.url().includes("to=")),
      page.getByRole("combobox", { name: "Time" }).selectOption("Last month"),
    ]);
    const query = new URL(request.url()).searchParams;
    assert.ok(Number(query.get("to")) <= now() && Number(query.get("from")) < Number(query.get("to")));
  }));

test("a row leads to the page of its host, and back to where it stood", () =>
  show({}, async (page) => {
    const link = rows(page).nth(2).getByRole("link");
    const name = await link.textContent();
    await link.click();
    await hostPage(page).getByRole("heading", { name }).waitFor();
    await page.keyboard.press("Escape");
    await link.waitFor();
    assert.ok(await link.evaluate((element) => element === document.activeElement));
  }));

test("an outage is reclassified here, too, and only by those who may", async () => {
  await show({}, async (page) => {
    const row = rows(page).nth(1);
    await row.getByRole("button", { name: /^Reclassify/ }).click();
    await row.getByLabel("Cause").selectOption("maintenance");
    await row.getByRole("button", { name: "Save" }).click();
    await row.getByText("measured as upstream, set to maintenance by olga").waitFor();
  });
  const outages = some();
  const prepare = async (page) => {
    await playPast(page, { historyOf: makeHistory, outages });
    await page.route("**/api/me", (route) => route.fulfill({ json: { user: null, role: "operator" } }));
  };
  await show({ prepare }, async (page) => {
    assert.equal(await page.getByRole("button", { name: /^Reclassify/ }).count(), 0);
  });
});

test("a refresh keeps an open form, and rows that stay", () =>
  show({}, async (page) => {
    await rows(page).first().evaluate((row) => (row.kept = true));
    await rows(page).first().getByRole("button", { name: /^Reclassify/ }).click();
    await rows(page).first().getByLabel("Note").fill("half a sen");
    await lookAgain(page);
    assert.ok(await rows(page).first().evaluate((row) => row.kept));
    assert.equal(await rows(page).first().getByLabel("Note").inputValue(), "half a sen");
  }));

test("a bad month is shown a hundred rows at a time", () => {
  const outages = Array.from({ length: 250 }, (_, i) => outage(1 + (i % 3), 4000 + i * 2000, 60));
  return show({}, async (page) => {
    assert.equal(await rows(page).count(), 100);
    await page.getByRole("button", { name: "Show more" }).click();
    assert.equal(await rows(page).count(), 200);
    await page.getByRole("button", { name: "Show more" }).click();
    assert.equal(await rows(page).count(), 250);
    assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  }, { outages, blind: [] });
});

test("without an outage it says so", () =>
  show({}, (page) => page.getByText("No outage in that time.").waitFor(), { outages: [], blind: [] }));

test("on a phone nothing is cut off, and everything can be hit with a finger", () =>
  show(PHONE, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    for (const control of await page.locator(".outages-page :is(button, select, [type=search]):visible").all()) {
      const { height } = await control.boundingBox();
      assert.ok(height >= 44, `${height} px: ${await control.evaluate((element) => element.outerHTML)}`);
    }
  }));

test("with the monitor itself, an outage stands on the page while it goes on, is reclassified, and ends", async () => {
  const service = net.createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await once(service, "listening");
  const { port } = service.address();
  const whole = new Stack({ config: { access: { anonymous: "admin" }, interval: 1, timeout: 0.5, fail_threshold: 2 } });
  try {
    await whole.start({ monitor: true });
    await whole.request("POST", "/api/hosts", { name: "Database", check: "tcp", ip: "127.0.0.1", port });
    await visit(whole, {}, async (page) => {
      await card(page, "Database").locator(".up-status").waitFor();
      service.close();
      await page.getByRole("navigation").getByRole("link", { name: "Outages" }).click();
      const row = rows(page).filter({ hasText: "Database" });
      await lookAgainUntil(page, row.filter({ hasText: "now" }));
      await row.getByRole("button", { name: /^Reclassify/ }).click();
      await row.getByLabel("Cause").selectOption("maintenance");
      await row.getByLabel("Note").fill("moved to the new rack");
      await page.keyboard.press("Enter");
      await row.getByText("measured as no answer, set to maintenance: moved to the new rack").waitFor();
      service.listen(port, "127.0.0.1");
      await row.getByRole("link", { name: "Database" }).click();
      const own = hostPage(page).locator(".outage").filter({ hasText: "moved to the new rack" });
      await lookAgainUntil(page, own.filter({ hasNotText: "now" }));
      await lookAgainUntil(page, hostPage(page).and(page.locator("[data-status=up]")));
    });
  } finally {
    await whole.remove();
    service.close();
  }
});

// What the monitor does next is not the page's to know: it is looked at until it is there.
async function lookAgainUntil(page, locator) {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    await lookAgain(page);
    if (await locator.isVisible()) return;
  }
  await locator.waitFor({ timeout: 100 });
}
