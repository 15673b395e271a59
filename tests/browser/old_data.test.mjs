// What the dashboard says when its data cannot be trusted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { down, EVERY_TROUBLE, makeHost, makeList, now, zoneAt } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { act, banner, card, lookAgain, visit } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

// On a list of hosts that is as the test wants it. It is about noon where the reader is.
const show = (hosts, options, run, changes) => {
  stack.write(makeList(hosts, changes));
  return visit(stack, { timezoneId: zoneAt(12), ...options }, run);
};

const AS_OF = /What you see is from \d\d:\d\d:\d\d/;

test("data older than three intervals and the timeout is marked as old, and its ages stand still", () =>
  show([makeHost(1, down(500)), makeHost(2)], {}, async (page) => {
    await banner(page, "The monitor has stopped: no check for 5 min").filter({ hasText: AS_OF }).waitFor();
    assert.equal(await card(page, "Branch 1").locator(".status").innerText(), "down\n3 min");
    assert.match(await page.title(), /^Old data/);
  }, { updated: now() - 310 }));

test("data of yesterday is said to be of that day", () =>
  show([makeHost(1), makeHost(2)], { timezoneId: zoneAt(0) }, (page) =>
    banner(page, /What you see is from \d+ \w+, \d\d:\d\d:\d\d/).waitFor(), { updated: now() - 3700 }));

// As /api/health answers it.
const withProblems = (problems) => (page) => {
  const answer = { status: problems.length ? 503 : 200, json: { ok: problems.length === 0, problems } };
  return page.route("**/api/health", (route) => route.fulfill(answer));
};
const FULL = { code: "disk_full", message: "The disk of the data folder is full: 12 KiB are free.", since: null };

test("a full disk is named as such, and nobody is sent to start a monitor that runs", () => {
  const late = { code: "monitor_late", message: "monitord has completed no cycle for 310 s.", since: now() - 310 };
  return show([makeHost(1), makeHost(2)], { prepare: withProblems([late, FULL]) }, async (page) => {
    const told = banner(page, "The disk is full: nothing has been recorded for 5 min").filter({ hasText: AS_OF });
    await told.filter({ hasText: "12 KiB are free. Free space there" }).waitFor();
    assert.equal(await page.locator(".banner").count(), 1);
    assert.equal(await page.getByText("Start monitord").count(), 0);
    assert.match(await page.locator("#sentence").textContent(), /^At \d\d:\d\d:\d\d: all 2 hosts up$/);

    await page.unroute("**/api/health");
    await withProblems([])(page);
    stack.write(makeList([makeHost(1), makeHost(2)]));
    await lookAgain(page);
    await page.locator(".banner").waitFor({ state: "detached" });
    assert.equal(await page.locator("#sentence").textContent(), "All 2 hosts up");
  }, { updated: now() - 310 });
});

test("a full disk is shown while a list in memory is still renewed", () =>
  show([makeHost(1), makeHost(2)], { prepare: withProblems([FULL]) }, async (page) => {
    await banner(page, FULL.message).waitFor();
    assert.equal(await page.locator("#sentence").textContent(), "All 2 hosts up");
    assert.doesNotMatch(await page.title(), /Old data/);
  }));

test("who has a host checked while the monitor is stopped learns that it is stopped", () =>
  show([makeHost(1), makeHost(2)], {}, async (page) => {
    await act(page, "Branch 1", "Check now");
    await page.locator("#toast", { hasText: "Branch 1 cannot be checked now. The monitor has stopped" }).waitFor();
  }, { updated: now() - 310 }));

test("data of two cycles ago is not old", () =>
  show([makeHost(1), makeHost(2)], {}, async (page) => {
    await card(page, "Branch 1").waitFor();
    assert.equal(await page.locator(".banner").count(), 0);
  }, { updated: now() - 20 }));

test("a browser whose clock is a day wrong counts ages by the server's", () => {
  const prepare = (page) => page.clock.install({ time: Date.now() + 86_400_000 });
  return show([makeHost(1, down(190)), makeHost(2)], { prepare }, async (page) => {
    assert.equal(await card(page, "Branch 1").locator(".status-age").textContent(), "3 min");
    assert.equal(await page.locator(".banner").count(), 0);
  });
});

test("a list that was never checked says so", () =>
  show([makeHost(1, EVERY_TROUBLE.pending)], {}, (page) => banner(page, "Nothing has been checked yet").waitFor(),
       { updated: null, monitor: { state: "", since: null, cycle_ms: 0, version: "", notices: [] } }));

test("a notice of the monitor is shown, and goes with its cause", () => {
  const notice = { code: "clock", message: "The clock is not synchronised.", since: now() - 60 };
  const monitor = { state: "watching", since: now() - 600, cycle_ms: 5, version: "0.1.0", notices: [notice] };
  return show([makeHost(1)], {}, async (page) => {
    await banner(page, "The clock is not synchronised.").waitFor();
    stack.write(makeList([makeHost(1)]));
    await lookAgain(page);
    await page.locator(".banner").waitFor({ state: "detached" });
  }, { monitor });
});

test("a blind monitor says that nobody is blamed", () =>
  show([makeHost(1, EVERY_TROUBLE.unknown)], {}, (page) => banner(page, "The monitor is blind since").waitFor(),
       { monitor: { state: "blind", since: now() - 30, cycle_ms: 5, version: "0.1.0", notices: [] } }));

test("the last good screen stays, clearly marked, while server and monitor are away", async () => {
  const stack = new Stack({ config: { access: { anonymous: "admin" }, interval: 1, timeout: 0.5 } });
  try {
    await stack.start({ monitor: true });
    await visit(stack, { expected: /ERR_CONNECTION_REFUSED/ }, async (page) => {
      await card(page, "This machine").locator(".up-status").waitFor();
      assert.equal(await page.locator(".banner").count(), 0);

      await stack.stop();
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await banner(page, "The server does not answer").waitFor();
      assert.match(await page.title(), /^Old data/);
      await card(page, "This machine").locator(".up-status").waitFor();

      await stack.start({ monitor: false });
      await lookAgain(page);
      await banner(page, "The monitor has stopped").waitFor();
      await banner(page, "The server does not answer").waitFor({ state: "detached" });

      await stack.stop();
      await stack.start({ monitor: true });
      await lookAgain(page);
      await banner(page, "stopped").waitFor({ state: "detached" });
      assert.equal(await page.title(), "Linewatch");
    });
  } finally {
    await stack.remove();
  }
});
