// The dashboard for people who use the keyboard or a screen reader, or who see some colours alike.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { makeHost, makeList, makeNetwork, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { banner, card, closed, dialog, lookAgain, PHONE, press, startToAdd, unfold, visit, WIDE } from "./visit.mjs";

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

// What axe looks at, one after the other on the same page.
const SCENES = [
  ["the list", async () => {}],
  ["the form with errors", async (page) => {
    await startToAdd(page);
    await unfold(page);
    await press(page, "Add host");
    await page.locator("[data-field=ip] .field-error", { hasText: "expected" }).waitFor();
  }],
  ["a host", async (page) => {
    await press(page, "Cancel");
    await page.locator(".host-open").first().click();
  }],
  ["a host that is acknowledged", async (page) => {
    await press(page, "Acknowledge…");
    assert.deepEqual(await axeViolations(page), [], "the note");
    await press(page, "Acknowledge");
    await dialog(page).getByText("Acknowledged", { exact: true }).waitFor();
  }],
  ["the question before a host is deleted", async (page) => {
    await page.getByRole("button", { name: "Delete…" }).click();
  }],
  ["the settings with errors", async (page) => {
    await press(page, "Cancel");
    await page.getByRole("link", { name: "Settings" }).click();
    await dialog(page).getByLabel("Interval").fill("soon");
    for (const summary of await dialog(page).locator(".channel summary").all()) await summary.click();
    await press(page, "Save");
    await page.locator("[data-field=interval] .field-error", { hasText: "expected" }).waitFor();
  }],
  ["the log of alerts", async (page) => {
    await press(page, "Cancel");
    await page.getByRole("link", { name: "Alerts" }).click();
    await dialog(page).getByText("DOWN Branch 1").first().waitFor();
  }],
  ["old data", async (page) => {
    await press(page, "Close");
    stack.write(makeList(makeNetwork(30), { updated: now() - 1000 }));
    await lookAgain(page);
    await banner(page, "stopped").waitFor();
  }],
  ["an empty list", async (page) => {
    stack.write(makeList([]));
    await lookAgain(page);
    await page.getByRole("region", { name: "Which line shall be watched first?" }).waitFor();
  }],
];

for (const colorScheme of ["light", "dark"]) {
  for (const [size, screen] of [["wide", WIDE], ["phone", PHONE]]) {
    test(`axe finds nothing to object to: ${colorScheme}, ${size}`, () => {
      stack.write(makeList(makeNetwork(30)));
      const options = { colorScheme, reducedMotion: "reduce", expected: /422/, ...screen };
      return visit(stack, options, async (page) => {
        for (const [scene, prepare] of SCENES) {
          await prepare(page);
          assert.deepEqual(await axeViolations(page), [], scene);
        }
      });
    });
  }
}

test("the dashboard can be used with the keyboard alone", () => {
  stack.write(makeList([makeHost(1), makeHost(2)]));
  return visit(stack, {}, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the hosts");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dialog(page).getByRole("heading", { name: "Branch 1" }).waitFor();
    await dialog(page).getByRole("button", { name: "Edit" }).press("Enter");
    await dialog(page).getByLabel("Name").press("Control+a");
    await page.keyboard.type("Typed");
    await page.keyboard.press("Enter");
    await card(page, "Typed").waitFor();
    await closed(page);
  });
});
