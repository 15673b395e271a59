// The settings of the installation that are lists: routes, maintenance of groups, users; and the monthly report.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { makeList, makeNetwork } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { closed, dialog, holdBack, openSettings, press, settingsThere, visit } from "./visit.mjs";

const ROUTE = { group: "Banks", smtp_to: ["banks@example.org"], channels: ["smtp"] };
const CONFIG = {
  access: { anonymous: "admin", roles: { alice: "admin", bob: "operator" } }, timezone: "Asia/Tokyo", routes: [ROUTE],
  maintenance: [{ group: "Banks", days: [7], from: "23:00", to: "02:00", note: "nightly" }],
};

let stack;
before(async () => {
  const hosts = makeNetwork(20);
  hosts[0].interval = 20;
  stack = new Stack({ hosts: makeList(hosts), config: CONFIG });
  await stack.start({ monitor: false });
});
beforeEach(() => fs.writeFileSync(path.join(stack.data, "config.json"), JSON.stringify(CONFIG)));
after(() => stack.remove());

const open = (options, run) =>
  visit(stack, { timezoneId: "America/New_York", ...options }, async (page) => {
    await openSettings(page);
    await run(page);
  });

const config = () => JSON.parse(fs.readFileSync(path.join(stack.data, "config.json"), "utf8"));

async function save(page) {
  await press(page, "Save");
  await closed(page);
}

test("a group has its own recipients and channels", () =>
  open({}, async (page) => {
    await press(page, "Add a group");
    const route = dialog(page).locator(".route").last();
    await route.getByLabel("Group", { exact: true }).fill("Colleges");
    await route.getByLabel("Mail recipients").fill("one@example.org\ntwo@example.org");
    await route.getByLabel("Slack").check();
    await save(page);
    assert.deepEqual(config().routes,
                     [ROUTE, { group: "Colleges", smtp_to: ["one@example.org", "two@example.org"], channels: ["slack"] }]);
    await openSettings(page);
    await dialog(page).locator(".route").nth(1).getByRole("button", { name: "Remove this route" }).click();
    await save(page);
    assert.deepEqual(config().routes, [ROUTE]);
  }));

test("what the server refuses of a route stands at its field", () =>
  open({ expected: /422/ }, async (page) => {
    await dialog(page).getByLabel("Mail recipients").fill("nobody");
    await press(page, "Save");
    await dialog(page).locator(".route .field-error", { hasText: "expected" }).waitFor();
    assert.equal(await dialog(page).getByLabel("Mail recipients").inputValue(), "nobody");
    assert.deepEqual(config().routes, [ROUTE]);
  }));

test("users get a role, another one, and none any more", () =>
  open({}, async (page) => {
    await dialog(page).locator(".user-role").nth(1).getByLabel("Role").selectOption("viewer");
    await dialog(page).locator(".user-role").first().getByRole("button", { name: "Remove this user" }).click();
    await press(page, "Add a user");
    await dialog(page).locator(".user-role").last().getByRole("textbox", { name: "User" }).fill("carol");
    await dialog(page).locator(".user-role").last().getByLabel("Role").selectOption("admin");
    await save(page);
    assert.deepEqual(config().access, { anonymous: "admin", roles: { bob: "viewer", carol: "admin" } });
  }));

test("a user without a name, or one who is listed twice, is refused before anything is saved", () =>
  open({}, async (page) => {
    await press(page, "Add a user");
    await press(page, "Save");
    await dialog(page).getByText("Enter a name for each role.").waitFor();
    await dialog(page).locator(".user-role").last().getByRole("textbox", { name: "User" }).fill("bob");
    await press(page, "Save");
    await dialog(page).getByText("bob is listed twice.").waitFor();
    assert.deepEqual(config(), CONFIG);
  }));

test("maintenance of a group is kept in the installation's time", () =>
  open({}, async (page) => {
    await press(page, "Add a window");
    const window = dialog(page).getByRole("group", { name: "Once" });
    await window.getByLabel("Group", { exact: true }).fill("Colleges");
    await window.getByLabel("From", { exact: true }).fill("2030-06-01T22:00");
    await window.getByLabel("To", { exact: true }).fill("2030-06-02T03:00");
    await save(page);
    const [weekly, once] = config().maintenance;
    assert.deepEqual(weekly, CONFIG.maintenance[0]);
    assert.deepEqual(once, { group: "Colleges", from: Date.parse("2030-06-01T22:00+09:00") / 1000,
                             to: Date.parse("2030-06-02T03:00+09:00") / 1000, note: "" });
  }));

test("the monthly report gets its recipients, and only what was changed is sent", () =>
  open({}, async (page) => {
    let sent;
    page.on("request", (request) => request.method() === "PATCH" && (sent = request.postDataJSON()));
    await dialog(page).getByLabel("Sent to").fill("boss@example.org");
    await dialog(page).getByLabel("The past is kept for").fill("800");
    await save(page);
    assert.deepEqual(sent, { report_to: ["boss@example.org"], retention_days: 800 });
    assert.deepEqual(config(), { ...CONFIG, ...sent });
  }));

// What another admin saves while the dialog is open.
const changeMeanwhile = (settings) =>
  fs.writeFileSync(path.join(stack.data, "config.json"), JSON.stringify({ ...CONFIG, ...settings }));

test("what somebody else has saved meanwhile stays, beside what is saved here", () =>
  open({ expected: /412/ }, async (page) => {
    await dialog(page).getByLabel("Sent to").fill("boss@example.org");
    changeMeanwhile({ title: "Theirs" });
    await save(page);
    assert.deepEqual(config(), { ...CONFIG, title: "Theirs", report_to: ["boss@example.org"] });
  }));

test("of two who change the same setting the second hears of it, and keeps what was typed", () =>
  open({ expected: /412/ }, async (page) => {
    await dialog(page).getByLabel("Sent to").fill("boss@example.org");
    await dialog(page).getByLabel("The past is kept for").fill("800");
    changeMeanwhile({ retention_days: 900, title: "Theirs" });
    await press(page, "Save");
    await dialog(page).getByText("Somebody else has just changed this, too").waitFor();
    assert.equal(await dialog(page).locator(".field-error", { hasText: "Somebody else" }).count(), 1);
    assert.deepEqual(config(), { ...CONFIG, retention_days: 900, title: "Theirs" });
    assert.equal(await dialog(page).getByLabel("The past is kept for").inputValue(), "800");
    await save(page);
    assert.deepEqual(config(), { ...CONFIG, retention_days: 800, title: "Theirs", report_to: ["boss@example.org"] });
  }));

test("nothing can be typed before the settings are there, so that none of it is lost", () =>
  visit(stack, {}, async (page) => {
    const held = await holdBack(page, "**/api/config");
    await page.getByRole("link", { name: "Settings" }).click();
    await held.asked();
    const interval = dialog(page).getByLabel("Interval");
    await interval.focus();
    await page.keyboard.type("77");
    assert.equal(await interval.inputValue(), "");
    await page.keyboard.press("Escape");
    await closed(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await dialog(page).getByRole("heading", { name: "Settings" }).waitFor();
    assert.equal(held.requests.length, 1, "its answer is still awaited");
    await held.letGo();
    await settingsThere(page);
    await interval.fill("5");
    await save(page);
    assert.equal(config().interval, 5);
  }));

test("while the settings are being saved nothing can be typed in vain, and they stay open for the answer", () =>
  open({ expected: /422/ }, async (page) => {
    const held = await holdBack(page, "**/api/config");
    const interval = dialog(page).getByLabel("Interval");
    await interval.fill("soon");
    await page.keyboard.press("Enter");
    await held.asked();
    await page.keyboard.type("er");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await held.letGo();
    await page.locator("[data-field=interval] .field-error", { hasText: "such as 30 s" }).waitFor();
    assert.equal(held.requests.length, 1);
    assert.equal(await interval.inputValue(), "soon");
    await page.keyboard.type("5");
    assert.equal(await interval.inputValue(), "soon5", "the focus is at what is wrong");
    await page.keyboard.press("Escape");
    await closed(page);
  }));

test("settings that were saved are shown as saved, even if the server falls silent after it", () =>
  open({ expected: /ERR_FAILED/ }, async (page) => {
    await page.route("**/api/alerts?*", (route) => route.abort());
    await dialog(page).getByLabel("Interval").fill("5");
    await save(page);
    assert.equal(config().interval, 5);
  }));

test("settings that cannot be read cannot be changed, and are read when the dialog is opened again", () =>
  visit(stack, { expected: /ERR_FAILED/ }, async (page) => {
    await page.route("**/api/config", (route) => route.abort());
    await page.getByRole("link", { name: "Settings" }).click();
    await dialog(page).getByText("The settings cannot be shown now: the server does not answer.").waitFor();
    assert.ok(await dialog(page).getByRole("button", { name: "Save" }).isDisabled());
    await press(page, "Cancel");
    await closed(page);
    await page.unroute("**/api/config");
    await openSettings(page);
    await dialog(page).getByLabel("Interval").fill("5");
    await save(page);
    assert.equal(config().interval, 5);
  }));

test("who leaves the settings by the browser's way back while they are saved finds them as they were answered", () =>
  open({}, async (page) => {
    const held = await holdBack(page, "**/api/config");
    await dialog(page).getByLabel("Interval").fill("5");
    await press(page, "Save");
    await held.asked();
    await page.goBack();
    await closed(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await held.letGo();
    await page.locator("#settings-dialog:not([inert])").waitFor();
    assert.equal(await dialog(page).getByLabel("Interval").inputValue(), "5 s");
    await dialog(page).getByLabel("Interval").fill("10");
    assert.equal(await dialog(page).getByText("still here").count(), 0);
    await save(page);
    assert.equal(config().interval, 10);
  }));

test("durations are shown with their units and typed so; plain seconds are taken, too", () =>
  open({}, async (page) => {
    const shown = (label) => dialog(page).getByLabel(label).inputValue();
    assert.deepEqual([await shown("Repeat every"), await shown("Group alerts for"), await shown("Interval")],
                     ["1 h", "10 s", "10 s"]);
    await dialog(page).getByLabel("Repeat every").fill("2 h 30 min");
    await dialog(page).getByLabel("Retry for").fill("2 days");
    await dialog(page).getByLabel("Fall back after").fill("90");
    await save(page);
    assert.deepEqual(config(), { ...CONFIG, email_cooldown: 9000, alert_expiry: 172_800, fallback_after: 90 });
    await openSettings(page);
    assert.deepEqual([await shown("Repeat every"), await shown("Retry for"), await shown("Fall back after")],
                     ["2 h 30 min", "2 d", "1 min 30 s"]);
  }));

test("a webhook has headers whose values are not shown again, and a template of several lines", () =>
  open({ expected: /422/ }, async (page) => {
    const block = dialog(page).locator("[data-channel=webhook]");
    await block.locator("summary").click();
    await block.getByLabel("URL").fill("http://127.0.0.1:9/");
    await block.getByRole("button", { name: "Add a header" }).click();
    await block.getByLabel("Header", { exact: true }).fill("Content-Length");
    await block.getByLabel("Value").fill("s3cret");
    await block.getByLabel("Template of the body").fill('{\n  "a": "{nobody}"\n}');
    await press(page, "Save");
    await block.locator(".field-error", { hasText: "none that frames the request" }).waitFor();
    await block.locator(".field-error", { hasText: "there is no {nobody}" }).waitFor();
    await block.getByLabel("Header", { exact: true }).fill("X-Key");
    await block.getByLabel("Template of the body").fill('{\n  "a": "{subject}"\n}');
    await save(page);
    const webhook = { url: "http://127.0.0.1:9/", headers: { "X-Key": "s3cret" }, template: '{\n  "a": "{subject}"\n}' };
    assert.deepEqual(config().webhook, webhook);
    await openSettings(page);
    assert.equal(await block.getByLabel("Template of the body").inputValue(), webhook.template);
    assert.equal(await block.getByLabel("X-Key", { exact: true }).inputValue(), "");
    await block.getByRole("button", { name: "Remove: X-Key" }).click();
    await save(page);
    assert.deepEqual(config().webhook, { ...webhook, headers: {} });
  }));

test("a topic of Telegram and a name for the mail server are settings like others", () =>
  open({}, async (page) => {
    for (const channel of ["smtp", "telegram", "slack"]) await dialog(page).locator(`[data-channel=${channel}] summary`).click();
    await dialog(page).getByLabel("Topic").fill("45");
    await dialog(page).getByLabel("Name in the greeting").fill("mon.example.org");
    await dialog(page).locator("[name='slack.ca_file']").fill("/etc/own.pem");
    await save(page);
    assert.deepEqual(config(), { ...CONFIG, telegram: { topic: "45" }, smtp: { helo: "mon.example.org" },
                                 slack: { ca_file: "/etc/own.pem" } });
  }));

test("an interval that does not fit the hosts' own is refused at its field, with their names", () =>
  open({ expected: /422/ }, async (page) => {
    await dialog(page).getByLabel("Interval").fill("7");
    await press(page, "Save");
    await dialog(page).locator(".field-error", { hasText: "own intervals" }).waitFor();
    assert.deepEqual(config(), CONFIG);
  }));
