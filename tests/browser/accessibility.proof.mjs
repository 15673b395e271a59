// The dashboard for people who use the keyboard or a screen reader, or who see some colours alike.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { makeHost, makeList, makeNetwork, now } from "./hosts_file.mjs";
import { makeHistory, makeOutage, ongoing, playPast } from "./past.mjs";
import { makeReport } from "./report_answer.mjs";
import { Stack } from "./stack.mjs";
import {
  banner, card, closed, dialog, hostPage, lookAgain, openList, openSettings, PHONE, press, pressOnPage, startToAdd,
  unfold, visit, WIDE,
} from "./visit.mjs";

async function axeViolations(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" }, webhook: { secret: "x" } } });
  for (const folder of ["outbox", "events"]) fs.mkdirSync(path.join(stack.data, folder));
  const told = { channel: "smtp", subject: "DOWN Branch 1", id: "m1" };
  const waiting = { ...told, queued: now() - 10, attempts: 1, next: now() + 10, error: "421 later", alerts: [],
                    to: [] };
  fs.writeFileSync(path.join(stack.data, "outbox", "m1.smtp.json"), JSON.stringify(waiting));
  const sent = ["sent", "given up: 550 no such user"].map((result) =>
    JSON.stringify({ ...told, type: "alert", t: now() - 5, hosts: [], result }));
  const file = `${new Date().toISOString().slice(0, 7)}.jsonl`;
  fs.writeFileSync(path.join(stack.data, "events", file), `${sent.join("\n")}\n`);
  await stack.start({ monitor: false });
});
after(() => stack.remove());

// Outages of every cause, ongoing ones and short ones, and a day on which the monitor was blind for a while.
function makePast() {
  const causes = ["line", "upstream", "blind", "maintenance", "power"];
  const [id, name] = ["h000000012", "Branch 12"];
  const outages = causes.map((cause, index) => makeOutage(id, name, 20_000 + index * 5000, 900, { cause }));
  outages.unshift(ongoing(id, name, 7520));
  outages.push(makeOutage(id, name, 60_000, 900, { cause: "power", note: "no mains", user: "olga" }));
  const blind = [{ start: now() - 50_000, end: now() - 48_000 }];
  return { historyOf: (host, range) => makeHistory(host, range, { outages, blind }), outages: { outages, blind } };
}

// What axe looks at, one after the other on the same page.
const SCENES = [
  ["the list", async () => {}],
  ["the form with errors", async (page) => {
    await startToAdd(page);
    await unfold(page);
    await press(page, "Add host");
    await page.locator("[data-field=ip] .field-error", { hasText: "Enter an address." }).waitFor();
  }],
  ["a host", async (page) => {
    await press(page, "Cancel");
    await page.locator(".host-open").first().click();
    await hostPage(page).locator(".chart-plot canvas").first().waitFor();
    await hostPage(page).getByRole("slider", { name: "Latency and loss" }).press("ArrowLeft");
  }],
  ["an outage that is reclassified", async (page) => {
    await hostPage(page).getByRole("button", { name: /^Reclassify/ }).first().click();
  }],
  ["a host that is acknowledged", async (page) => {
    await pressOnPage(page, "Acknowledge…");
    assert.deepEqual(await axeViolations(page), [], "the note");
    await pressOnPage(page, "Acknowledge");
    await hostPage(page).getByText("Acknowledged", { exact: true }).waitFor();
  }],
  ["the question before a host is deleted", async (page) => {
    await pressOnPage(page, "Delete…");
  }],
  ["a host that is gone", async (page) => {
    await press(page, "Cancel");
    await page.evaluate(() => (location.hash = "#host/gone"));
    await hostPage(page).getByText("There is no such host").waitFor();
  }],
  ["all outages", async (page) => {
    await page.getByRole("navigation").getByRole("link", { name: "Outages" }).click();
    await page.locator(".outages-page .outage").first().waitFor();
    await page.getByRole("button", { name: /^Reclassify/ }).first().click();
  }],
  ["a report", async (page) => {
    const report = makeReport("2026-10", { Banks: [{ down: 9000, outages: 2, longest: 7500 }, {}], Hotels: [{}] });
    await page.route("**/api/report?*", (route) => route.fulfill({ json: report }));
    await page.evaluate(() => (location.hash = "#report/2026-10"));
    await page.getByLabel("Each outage").check();
    await page.locator(".report-part").first().waitFor();
  }],
  ["lines that are tried before they are imported", async (page) => {
    await page.evaluate(() => (location.hash = "#import"));
    await page.getByRole("textbox", { name: "Lines or a table" }).fill("Hotel,127.9.0.1\nMill,not an address!\n");
    await page.getByText("Nothing is imported while").waitFor();
  }],
  ["the wall", async (page) => {
    await page.evaluate(() => (location.hash = "#wall"));
    await page.locator("#wall-time", { hasText: ":" }).waitFor();
  }],
  ["the list in groups", async (page) => {
    await page.evaluate(() => (location.hash = ""));
    await page.getByRole("button", { name: "By group" }).click();
    await page.locator(".group-head").first().waitFor();
  }],
  ["planned maintenance", async (page) => {
    await page.locator(".host-open").first().click();
    await pressOnPage(page, "Maintenance…");
    await dialog(page).getByText("Other times").click();
  }],
  ["the keys", async (page) => {
    await press(page, "Cancel");
    await page.keyboard.press("?");
    await dialog(page).getByRole("heading", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
  }],
  ["the settings with errors", async (page) => {
    await openSettings(page);
    await dialog(page).getByLabel("Interval").fill("soon");
    for (const summary of await dialog(page).locator(".channel summary").all()) await summary.click();
    for (const button of ["Add a group", "Add a user", "Add a window", "Add a weekly one"]) await press(page, button);
    assert.deepEqual(await axeViolations(page), [], "the settings with rows");
    for (const row of ["route", "user", "window", "window"]) {
      await dialog(page).getByRole("button", { name: `Remove this ${row}` }).first().click();
    }
    await press(page, "Save");
    await page.locator("[data-field=interval] .field-error", { hasText: "such as 30 s" }).waitFor();
  }],
  ["the log of alerts", async (page) => {
    await press(page, "Cancel");
    await page.getByRole("link", { name: "Alerts" }).click();
    await dialog(page).getByText("DOWN Branch 1").first().waitFor();
  }],
  ["old data", async (page) => {
    await press(page, "Close");
    await openList(page);
    stack.write(makeList(makeNetwork(30), { updated: now() - 1000 }));
    await lookAgain(page);
    await banner(page, "stopped").waitFor();
  }],
  ["an empty list", async (page) => {
    stack.write(makeList([]));
    await lookAgain(page);
    await page.getByRole("region", { name: "Add your first host" }).waitFor();
  }],
];

// Colours differ by the scheme alone, and what is where by the size alone.
for (const [colorScheme, size, screen] of [["light", "wide", WIDE], ["dark", "phone", PHONE]]) {
  test(`axe finds nothing to object to: ${colorScheme}, ${size}`, () => {
    stack.write(makeList(makeNetwork(30)));
    const prepare = (page) => playPast(page, makePast());
    const options = { colorScheme, reducedMotion: "reduce", expected: /422/, prepare, ...screen };
    return visit(stack, options, async (page) => {
      for (const [scene, prepare] of SCENES) {
        await prepare(page);
        assert.deepEqual(await axeViolations(page), [], scene);
      }
    });
  });
}

test("the dashboard can be used with the keyboard alone", () => {
  stack.write(makeList([makeHost(1), makeHost(2), makeHost(3)]));
  const prepare = (page) => playPast(page, makePast());
  return visit(stack, { prepare }, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Branch 1");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(), "Branch 3");
    await page.keyboard.press("k");
    assert.equal(await focused(), "Branch 2");
    await page.keyboard.press("Enter");
    await hostPage(page).getByRole("heading", { name: "Branch 2" }).waitFor();
    await page.keyboard.press("Escape");
    await card(page, "Branch 2").waitFor();
    assert.equal(await focused(), "Branch 2", "back where it was");
    await page.keyboard.press("Enter");
    await hostPage(page).getByRole("button", { name: "Edit" }).press("Enter");
    await dialog(page).getByLabel("Name").press("Control+a");
    await page.keyboard.type("Typed");
    await page.keyboard.press("Enter");
    await hostPage(page).getByRole("heading", { name: "Typed" }).waitFor();
    await closed(page);
  });
});
