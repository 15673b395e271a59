// The monthly report, on the screen and on paper.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { makeHost, makeList } from "./hosts_file.mjs";
import { makeOutage, makeReport } from "./report_answer.mjs";
import { Stack } from "./stack.mjs";
import { PHONE, visit } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([makeHost(1), makeHost(2)]),
                      config: { title: "Northwind NOC", access: { anonymous: "viewer" }, timezone: "Europe/Berlin" } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const OCTOBER = makeReport("2026-10", {
  "First Bank": [{}, { down: 9000, outages: 2, longest: 7500, maintenance: 3600 }, { target: null, rtt_avg: null }],
  "Hotels": [{}, {}],
  "": [{ up: 0, off: 86_400 * 31, uptime: null }],
});
const OUTAGE = makeOutage(OCTOBER.rows[1], Date.parse("2026-10-04T07:53Z") / 1000, 7500,
                          { cause: "power", note: "breaker", user: "olga" });

// The page of a month, with what the server would answer after it.
const show = (report, options, run, hash = "report/2026-10") => {
  const prepare = async (page) => {
    await page.route("**/api/report?*", (route) => route.fulfill({ json: report }));
    await page.route("**/api/outages?*", (route) => route.fulfill({ json: { outages: [OUTAGE], blind: [] } }));
  };
  return visit(stack, { prepare, ...options }, async (page) => {
    await page.goto(`${stack.url}#${hash}`);
    await page.locator(".report-part").first().waitFor();
    await run(page);
  });
};

const part = (page, customer) =>
  page.locator(".report-part").filter({ has: page.getByRole("heading", { name: customer, exact: true }) });
const firstCells = (page, customer) => part(page, customer).locator(".report-table").first().locator("tbody th").allTextContents();
const row = (page, customer, name) => part(page, customer).getByRole("row", { name: new RegExp(`^${name} `) });

test("each customer has a table with what was agreed, and a word for what was missed", () =>
  show(OCTOBER, {}, async (page) => {
    await page.getByRole("heading", { name: "Report for October 2026" }).waitFor();
    const cells = async (name) => (await row(page, "First Bank", name).locator("td").allTextContents()).slice(0, 6);
    assert.deepEqual(await cells("Branch 1"), ["100%", "99.9%", "met", "–", "–", "–"]);
    assert.deepEqual(await cells("Branch 2"), ["99.663%", "99.9%", "missed", "2", "2 h 5 min", "2 h 30 min"]);
    assert.deepEqual((await cells("Branch 3")).slice(0, 3), ["100%", "–", "–"]);
    await part(page, "First Bank").getByText("1 host below what was agreed").waitFor();
    await part(page, "First Bank").getByRole("columnheader", { name: "maintenance" }).waitFor();
    assert.equal(await part(page, "Hotels").getByRole("columnheader", { name: "maintenance" }).count(), 0);
    assert.deepEqual(await firstCells(page, "All customers"), ["First Bank", "Hotels", "Without a customer"]);
  }));

test("the worst stands first when the head of a column is pressed, and last when it is pressed again", () =>
  show(OCTOBER, {}, async (page) => {
    const sort = () => part(page, "First Bank").getByRole("button", { name: "measured" }).click();
    await sort();
    assert.equal((await firstCells(page, "First Bank"))[0], "Branch 2");
    assert.equal((await firstCells(page, "All customers"))[0], "First Bank");
    await sort();
    assert.equal((await firstCells(page, "First Bank")).at(-1), "Branch 2");
  }));

test("the month's outages are listed on demand, in the report's time", () =>
  show(OCTOBER, { timezoneId: "America/New_York" }, async (page) => {
    await page.getByLabel("Each outage").check();
    await part(page, "First Bank").getByRole("row", { name: /Branch 2 Sun 4 Oct, 09:53 – 11:58 2 h 5 min power/ })
      .waitFor();
    await part(page, "First Bank").getByText("breaker (olga)").waitFor();
    await part(page, "Hotels").getByText("No outage.").waitFor();
    // Two are counted as the host's own: this is neither of them.
    await part(page, "First Bank").getByText("1 outage, not the host’s own, and so not counted above").waitFor();
  }));

test("hosts without a customer have a table, also where there are no customers at all", () =>
  show(makeReport("2026-10", { "": [{}, { down: 9000, outages: 1, longest: 9000 }] }), {}, async (page) => {
    assert.deepEqual(await firstCells(page, "Without a customer"), ["Branch 1", "Branch 2"]);
    assert.match(await part(page, "Without a customer").locator(".report-summary").textContent(),
                 /^2 hosts · 99.831% uptime · 1 outage · 1 host below what was agreed$/);
  }));

test("on a phone each outage can be read within its card", () =>
  show(OCTOBER, PHONE, async (page) => {
    await page.getByLabel("Each outage").check();
    const table = page.getByRole("region", { name: "Each outage" });
    await table.waitFor();
    const [inner, outer] = [await table.boundingBox(), await part(page, "First Bank").boundingBox()];
    assert.ok(inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width + 1);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  }));

test("an address without a month that there is says so", () =>
  show(OCTOBER, {}, async (page) => {
    await page.getByText("There is no month “2026-13”: this is").waitFor();
    await page.getByRole("link", { name: "The month before" }).click();
    await page.getByText("There is no month").waitFor({ state: "detached" });
  }, "report/2026-13"));

test("a customer can be chosen, months lead on and back, and the address says both", () =>
  show(OCTOBER, {}, async (page) => {
    await page.getByLabel("Customer", { exact: true }).and(page.locator("select")).selectOption("Hotels");
    assert.equal(await page.locator(".report-part").count(), 1);
    assert.match(page.url(), /#report\/2026-10\?customer=Hotels$/);
    await page.getByRole("link", { name: "The month before" }).click();
    await page.getByRole("heading", { name: "Report for September 2026" }).waitFor();
    assert.match(page.url(), /#report\/2026-09\?customer=Hotels$/);
    assert.equal(await page.getByRole("link", { name: "CSV" }).getAttribute("href"), "/api/report?month=2026-09&format=csv");
    const months = page.getByLabel("Month", { exact: true });
    const newest = await months.locator("option").first().textContent();  // October 2026 is offered for a year only
    await months.selectOption(newest);
    await page.getByRole("heading", { name: `Report for ${newest}` }).waitFor();
  }));

test("a host leads to its page while it is there, and one that was deleted is listed all the same", () =>
  show(OCTOBER, {}, async (page) => {
    assert.equal(await part(page, "First Bank").getByRole("link", { name: "Branch 3" }).count(), 0);
    await part(page, "First Bank").getByRole("link", { name: "Branch 1" }).click();
    await page.getByRole("heading", { name: "Branch 1" }).waitFor();
  }));

test("on paper each customer has a page of his own with its heading, black on white, and no row is cut", () => {
  const long = makeReport("2026-10", { "First Bank": Array.from({ length: 70 }, () => ({})), "Hotels": [{}, {}] });
  return show(long, { colorScheme: "dark" }, async (page) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "linewatch-report-"));
    const file = path.join(folder, "report.pdf");
    await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
    const paper = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" }).split("\f").slice(0, -1);
    fs.rmSync(folder, { recursive: true });
    const branches = paper.flatMap((sheet) => sheet.match(/^ *Branch \d+ /gm) ?? []);
    assert.equal(branches.length, 72, "each host once, and whole");
    for (const sheet of paper.slice(1)) assert.match(sheet, /measured +agreed/, `the head of the table on each sheet: ${sheet}`);
    const heads = paper.filter((sheet) => /Northwind NOC +Availability, October 2026/.test(sheet));
    assert.equal(heads.length, 3, "the overview and two customers");
    for (const sheet of heads) assert.match(sheet, /Times in Europe\/Berlin\./);
    assert.equal(paper.filter((sheet) => sheet.includes("Hotels") && sheet.includes("First Bank")).length, 1,
                 "only the overview has two customers on one sheet");
    assert.ok(paper.every((sheet) => !/Print|CSV|Each outage/.test(sheet)), "no controls");
    await page.emulateMedia({ media: "print" });
    const colors = await page.evaluate(() => ["color", "backgroundColor"].map((name) =>
      getComputedStyle(document.querySelector(".report-part"))[name]));
    assert.deepEqual(colors, ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]);
  });
});

test("the server's own report of this month is shown", () =>
  visit(stack, {}, async (page) => {
    await page.goto(`${stack.url}#report`);
    await page.getByText(/^So far, until .* Times in Europe\/Berlin\./).waitFor();
    const report = await stack.request("GET", "/api/report");
    const shown = await page.locator(".report-part").count();
    assert.ok(report.rows.length ? shown > 0 : await page.getByText("Nothing was watched in this month.").isVisible());
  }));

test("what cannot be shown says why", () => {
  const prepare = (page) => page.route("**/api/report?*", (route) => route.fulfill({ status: 503, body: "" }));
  return visit(stack, { prepare, expected: /503/ }, async (page) => {
    await page.goto(`${stack.url}#report/2026-10`);
    await page.getByText("The report cannot be shown: 503").waitFor();
  });
});
