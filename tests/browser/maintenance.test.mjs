// Maintenance windows: in a host's form, and planned in two clicks.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { makeHost, makeList, now, zoneAt } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { card, closed, dialog, hostPage, PHONE, playTime, press, startToAdd, unfold, visit } from "./visit.mjs";

// Neither the zone of the installation nor that of the machine that the test runs on.
const ELSEWHERE = { timezoneId: "America/New_York" };

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]) });
  configure({});
  await stack.start({ monitor: false });
});
after(() => stack.remove());

function configure({ role = "admin", timezone = "Asia/Tokyo" }) {
  const config = { access: { anonymous: role }, timezone };
  fs.writeFileSync(path.join(stack.data, "config.json"), JSON.stringify(config));
}

// On a list of one host, which has these windows.
const show = (maintenance, options, run) => {
  configure(options);
  stack.write(makeList([makeHost(1, { maintenance }), makeHost(2)]));
  return visit(stack, { ...ELSEWHERE, ...options }, run);
};

const windows = async () => (await stack.host("Branch 1")).maintenance;
const dayIn = (zone, seconds) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(seconds * 1000);

// "14:05", with the day before it where that is not the one of `since`.
function timeIn(zone, seconds, since) {
  const write = (options) =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }).format(seconds * 1000).replace(",", "");
  const clock = write({ hour: "2-digit", minute: "2-digit" });
  if (dayIn(zone, seconds) === dayIn(zone, since)) return clock;
  return `${write({ weekday: "short", day: "numeric", month: "short" })}, ${clock}`;
}

async function edit(page) {
  await card(page, "Branch 1").locator(".host-open").click();
  await hostPage(page).getByRole("button", { name: "Edit" }).click();
  await unfold(page);
}

async function plan(page) {
  await card(page, "Branch 1").locator(".host-open").click();
  await hostPage(page).getByRole("button", { name: "Maintenance…" }).click();
}

async function save(page) {
  await press(page, "Save");
  await closed(page);
}

const planAnHour = (timezone) =>
  show([], { timezone }, async (page) => {
    await plan(page);
    await press(page, "1 hour");
    await closed(page);
    const [{ from, to, note }] = await windows();
    assert.equal(Math.round((to - from) / 60), 60);
    assert.ok(Math.abs(from - now()) < 5);
    assert.equal(note, "");
    await page.getByText(`Branch 1 is in maintenance until ${timeIn(timezone, to, from)}.`, { exact: true }).waitFor();
  });
for (const [when, hour] of [["at noon", 12], ["in the hour before midnight", 23]]) {
  test(`planned work takes two clicks on the host's page: ${when}`, () => planAnHour(zoneAt(hour)));
}

test("an operator plans with a note, until tomorrow morning in the installation's time, and ends it", () =>
  show([], { role: "operator" }, async (page) => {
    await plan(page);
    await dialog(page).getByLabel("Note").fill("new fibre");
    await dialog(page).getByRole("button", { name: /^Until (tomorrow|this morning), 07:00/ }).click();
    await closed(page);
    const [{ to, note }] = await windows();
    assert.equal(note, "new fibre");
    assert.equal(to, Date.parse(`${dayIn("Asia/Tokyo", to)}T07:00+09:00`) / 1000);
    assert.ok(to > now() && to < now() + 86_400 + 3600);
    await hostPage(page).getByRole("button", { name: "Maintenance…" }).click();
    await dialog(page).getByText("new fibre").waitFor();
    await dialog(page).getByRole("button", { name: /^End now/ }).click();
    await closed(page);
    // The page knows the time from a header, which is cut to whole seconds.
    assert.ok((await windows()).every((window) => window.to <= now() + 1));
  }));

test("until tomorrow morning is until Sunday's, also when the clocks are put forward in that night", () => {
  const prepare = (page) => playTime(page, "2026-03-28T23:30+01:00");
  return show([], { timezone: "Europe/Berlin", prepare }, async (page) => {
    await plan(page);
    await press(page, "Until tomorrow, 07:00");
    await closed(page);
    const [{ to }] = await windows();
    assert.equal(to, Date.parse("2026-03-29T07:00+02:00") / 1000);
  });
});

test("other times are typed and kept in the installation's time, whatever the browser's is", () =>
  show([], { role: "operator" }, async (page) => {
    await plan(page);
    await dialog(page).getByText("Other times").click();
    await dialog(page).getByText("Times are those of Asia/Tokyo.").waitFor();
    await dialog(page).getByLabel("From", { exact: true }).fill("2030-12-01T02:00");
    await dialog(page).getByLabel("To", { exact: true }).fill("2030-12-01T01:00");
    await press(page, "Plan it");
    await dialog(page).getByText("Choose a time after the beginning.").waitFor();
    await dialog(page).getByLabel("To", { exact: true }).fill("2030-12-01T04:30");
    await press(page, "Plan it");
    await closed(page);
    const [{ from, to }] = await windows();
    assert.deepEqual([from, to].map((time) => new Date(time * 1000).toISOString().slice(0, 16)),
                     ["2030-11-30T17:00", "2030-11-30T19:30"]);
    await page.locator("dd", { hasText: "Sun 1 Dec 2030, 02:00 – 04:30" }).waitFor();
  }));

test("in the form, windows are added, shown again as they were typed, and taken away", () =>
  show([], {}, async (page) => {
    await edit(page);
    await press(page, "Add a window");
    const once = dialog(page).getByRole("group", { name: "Once" });
    await once.getByLabel("From", { exact: true }).fill("2030-06-01T22:00");
    await once.getByLabel("To", { exact: true }).fill("2030-06-02T03:00");
    await once.getByLabel("Note").fill("switch");
    await press(page, "Add a weekly one");
    const weekly = dialog(page).getByRole("group", { name: "Every week" });
    await weekly.getByLabel("Sun").check();
    await weekly.getByLabel("From", { exact: true }).fill("23:00");
    await weekly.getByLabel("To", { exact: true }).fill("02:00");
    await weekly.getByText("the next day").waitFor();
    await save(page);
    assert.deepEqual(await windows(), [
      { from: Date.parse("2030-06-01T22:00+09:00") / 1000, to: Date.parse("2030-06-02T03:00+09:00") / 1000, note: "switch" },
      { days: [7], from: "23:00", to: "02:00", note: "" },
    ]);
    await hostPage(page).getByRole("button", { name: "Edit" }).click();
    await unfold(page);
    assert.equal(await once.getByLabel("From", { exact: true }).inputValue(), "2030-06-01T22:00");
    assert.ok(await weekly.getByLabel("Sun").isChecked());
    await once.getByRole("button", { name: "Remove this window" }).click();
    await save(page);
    assert.equal((await windows()).length, 1);
  }));

test("a window that is over is said to be so and can be taken away", () =>
  show([{ from: now() - 7200, to: now() - 3600, note: "done" }], {}, async (page) => {
    await edit(page);
    const over = dialog(page).getByRole("group", { name: "Once, and over" });
    await over.getByRole("button", { name: "Remove this window" }).click();
    await save(page);
    assert.deepEqual(await windows(), []);
  }));

test("a window that makes no sense is refused at its fields, and nothing typed is lost", () =>
  show([], { expected: /422/ }, async (page) => {
    await edit(page);
    await press(page, "Add a weekly one");
    await press(page, "Save");
    const weekly = dialog(page).getByRole("group", { name: "Every week" });
    await weekly.getByText("Choose at least one day.").waitFor();
    assert.equal(await weekly.getByText("Enter a time.").count(), 2);
    await weekly.getByRole("button", { name: "Remove this window" }).click();
    await press(page, "Add a window");
    await dialog(page).getByLabel("From", { exact: true }).fill("2030-06-02T22:00");
    await dialog(page).getByLabel("To", { exact: true }).fill("2030-06-01T22:00");
    await press(page, "Save");
    await dialog(page).getByText("expected a window that ends after it begins").waitFor();
    assert.equal(await dialog(page).getByLabel("From", { exact: true }).inputValue(), "2030-06-02T22:00");
  }));

test("without a time zone in the settings the server's own counts, and is named", () =>
  show([], { timezone: "" }, async (page) => {
    const { timezone } = await stack.request("GET", "/api/alerts");
    assert.ok(timezone, "this machine's clock has a zone");
    await startToAdd(page);
    await unfold(page);
    await dialog(page).getByText(`Times are those of ${timezone}.`).waitFor();
  }));

test("who may only look is offered no maintenance", () =>
  show([], { role: "viewer" }, async (page) => {
    await card(page, "Branch 1").locator(".host-open").click();
    await page.getByRole("heading", { name: "Branch 1" }).waitFor();
    assert.ok(await hostPage(page).getByRole("button", { name: "Maintenance…" }).isHidden());
  }));

test("on a phone the sheet is as wide as the screen", () =>
  show([], PHONE, async (page) => {
    await plan(page);
    const { x, width } = await dialog(page).boundingBox();
    assert.deepEqual([x, width], [0, 390]);
  }));
