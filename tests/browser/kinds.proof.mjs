// Every kind of check on the dashboard: added and edited by its own fields, and shown with what its check found. What
// monitord would find is written by the test.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import axe from "axe-core";

import { down, makeHost, makeList, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import {
  act, card, closed, dialog, fill, hostPage, lookAgain, openHost, openList, openSettings, PHONE, press, pressOnPage,
  startToAdd, unfold, visit, WIDE,
} from "./visit.mjs";

const DAY = 86_400;

// One of each kind, as monitord would leave them.
const WEBSITE = {
  name: "Shop", ip: "", check: "http", url: "https://shop.example.org/cart?all=1", method: "GET",
  expect_status: "200-399", keyword: "Basket", keyword_absent: false, follow_redirects: true, ip_version: null,
  username: "", password: { set: true }, headers: { "X-Key": { set: true }, "X-Old": { set: true } },
  verify_tls: true, warn_days: [30, 14, 7, 1],
  rtt_ms: 181.6, name_ms: 4.2, connect_ms: 21, tls_ms: 48.4, first_byte_ms: 97,
  cert_expires: now() + 23.5 * DAY, cert_subject: "CN=shop.example.org", cert_issuer: "CN=Example CA",
};
const CERTIFICATE = {
  name: "Mail", ip: "mail.example.org", check: "tls", port: 993, server_name: "", verify_tls: true,
  warn_days: [14], cert_expires: now() + 200.5 * DAY, cert_subject: "CN=mail.example.org", cert_issuer: "CN=Example CA",
};
const SERVICE = { name: "Database", ip: "2001:db8::5", check: "tcp", port: 5432, expect: null };
const NAME_SERVER = { name: "Names", ip: "127.0.0.53", check: "dns", port: null, query: "www.example.org", record: "A",
                      expect: "192.0.2.7" };
const TOPIC = { name: "Hall", ip: "", check: "mqtt", topic: "hall/3/temperature", max_age: 90, expect: null, min: 5,
                max: 30, ...down(600, { reason: "35.5 is more than 30" }) };
const HEARTBEAT = { name: "Backup", ip: "", check: "push", max_age: 3600 };
const EVERY_KIND = [WEBSITE, CERTIFICATE, SERVICE, NAME_SERVER, TOPIC, HEARTBEAT].map((changes, i) =>
  makeHost(i + 1, changes));

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const secretsFile = () => path.join(stack.data, "secrets.json");
const writeSecrets = (hosts) => fs.writeFileSync(secretsFile(), JSON.stringify({ format: 1, hosts }));
const readSecrets = () => JSON.parse(fs.readFileSync(secretsFile())).hosts;

beforeEach(() => {
  fs.rmSync(secretsFile(), { force: true });
  stack.write(makeList([makeHost(100), makeHost(101)]));
});

const choose = (page, kind) => dialog(page).getByLabel("What is checked").selectOption({ label: kind });
const field = (page, label) => dialog(page).getByLabel(label, { exact: true });
const sent = (page, method) => page.waitForRequest((request) => request.method() === method);

// Each by what is typed, and what the server is sent for it.
const FORMS = [
  ["Certificate", { Address: "mail.example.org", Port: "993", "Warn before it expires": "21, 3",
                   "Client certificate": "noc.pem", "Its key": "noc.key" },
   { check: "tls", ip: "mail.example.org", port: 993, warn_days: [21, 3], client_cert: "noc.pem",
     client_key: "noc.key" }],
  ["Service (TCP port)", { Address: "127.0.0.7", Port: "22", "It greets with": "SSH-2.0" },
   { check: "tcp", ip: "127.0.0.7", port: 22, expect: "SSH-2.0" }],
  ["Name server (DNS)", { Address: "127.0.0.53", "Query": "www.example.org", "Expected answer": "192.0.2.7" },
   { check: "dns", ip: "127.0.0.53", query: "www.example.org", expect: "192.0.2.7" }],
  ["MQTT topic", { Topic: "hall/+/temperature", "At least every": "90", "At most": "30.5" },
   { check: "mqtt", topic: "hall/+/temperature", max_age: 90, max: 30.5 }],
];

for (const [kind, typed, expected] of FORMS) {
  test(`${kind}: what was typed is sent, and nothing of another kind`, () =>
    visit(stack, {}, async (page) => {
      await startToAdd(page);
      await choose(page, "Website");
      await fill(page, { URL: "https://www.example.org/" });
      await choose(page, kind);
      await field(page, "Name").fill("New");
      await fill(page, typed);
      const request = sent(page, "POST");
      await press(page, "Add host");
      assert.deepEqual((await request).postDataJSON(), { name: "New", ...expected });
      await closed(page);
      const saved = await stack.host("New");
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(saved[name], value, name);
    }));
}

test("how TLS begins is chosen, and which record is asked for", () =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await choose(page, "Certificate");
    await field(page, "Name").fill("Pop");
    await fill(page, { Address: "192.0.2.8" });
    await field(page, "TLS begins").selectOption({ label: "after STLS of POP3" });
    await press(page, "Add host");
    await closed(page);
    assert.equal((await stack.host("Pop")).starttls, "pop3");

    await startToAdd(page);
    await choose(page, "Name server (DNS)");
    await field(page, "Name").fill("Zone");
    await fill(page, { Address: "192.0.2.9", Query: "example.org" });
    await field(page, "Record").selectOption("SOA");
    await press(page, "Add host");
    await closed(page);
    assert.equal((await stack.host("Zone")).record, "SOA");
  }));

test("a host is added by name and address alone, by the keyboard", () =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await page.keyboard.type("Line");
    await page.keyboard.press("Tab");
    await page.keyboard.type("127.0.0.8");
    const request = sent(page, "POST");
    await page.keyboard.press("Enter");
    assert.deepEqual((await request).postDataJSON(), { name: "Line", ip: "127.0.0.8" });
    await closed(page);
  }));

test("a website is added by name and URL alone, the kind chosen by the keyboard", () =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await page.keyboard.type("Shop");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("Web");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("https://shop.example.org/");
    const request = sent(page, "POST");
    await page.keyboard.press("Enter");
    assert.deepEqual((await request).postDataJSON(),
                     { name: "Shop", check: "http", url: "https://shop.example.org/" });
    await closed(page);
  }));

test("everything a website can be asked for arrives, and its secrets are shown to nobody", () =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await choose(page, "Website");
    await unfold(page);
    await field(page, "Name").fill("Shop");
    await fill(page, { URL: "https://shop.example.org/", Keyword: "Error", Status: "200,204", "Response time": "800",
                       "Warn before it expires": "none", "User name": "linewatch", "How many": "9",
                       "JSON field": "a.b[0].c", "Its value is": "21.5", "At least": "20",
                       "At most": "30.5", "Body of a POST": "a=1", "Type of the body": "text/plain",
                       "Client certificate": "watcher.pem", "Its key": "watcher.key" });
    await field(page, "The answer").selectOption("must not contain");
    await field(page, "Authentication").selectOption("Digest");
    await field(page, "Method").selectOption("POST");
    await field(page, "IP version").selectOption("4 alone");
    await field(page, "Follow redirects").selectOption("no, the first answer counts");
    await field(page, "The certificate must be trusted").uncheck();
    await field(page, "Password").fill("correct horse");
    for (const name of ["X-Key", "X-Unwanted"]) {
      await press(page, "Add a header");
      await page.keyboard.type(name);
      await page.keyboard.press("Tab");
      await page.keyboard.type("battery staple");
    }
    await dialog(page).getByRole("button", { name: "Remove this header" }).last().click();
    await press(page, "Add host");
    await card(page, "Shop").waitFor();
    const saved = await stack.host("Shop");
    const expected = {
      url: "https://shop.example.org/", keyword: "Error", keyword_absent: true, expect_status: "200,204", slow_ms: 800,
      method: "POST", ip_version: 4, follow_redirects: false, verify_tls: false, warn_days: [], username: "linewatch",
      password: { set: true }, headers: { "X-Key": { set: true } }, max_redirects: 9, auth: "digest",
      field: "a.b[0].c", expect: "21.5", min: 20, max: 30.5, body: "a=1", content_type: "text/plain",
      client_cert: "watcher.pem", client_key: "watcher.key",
    };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(saved[name], value, name);
    assert.deepEqual(readSecrets()[saved.id],
                     { password: "correct horse", headers: { "X-Key": "battery staple" } });
    const list = JSON.stringify(await stack.request("GET", "/api/hosts"));
    for (const secret of ["correct horse", "battery staple"]) {
      assert.ok(!list.includes(secret), "in the list");
      assert.ok(!(await page.content()).includes(secret), "on the page");
    }
  }));

test("what is wrong stands at its field behind the fold, and what was typed for it stays", () =>
  visit(stack, { expected: /422/ }, async (page) => {
    await startToAdd(page);
    await choose(page, "Website");
    await unfold(page);
    await field(page, "Name").fill("Shop");
    await fill(page, { URL: "ftp://shop.example.org/", Status: "fine", "Warn before it expires": "30, soon" });
    await press(page, "Add a header");
    await page.keyboard.type("X-Key");
    await field(page, "Value").fill("x".repeat(4001));
    await unfold(page);
    await press(page, "Add host");
    const error = (name) => page.locator(`[data-field="${name}"] > .field-error`);
    await error("url").filter({ hasText: "http" }).waitFor();
    for (const name of ["expect_status", "warn_days", "headers.X-Key"]) {
      await error(name).filter({ hasText: "expected" }).waitFor();
    }
    assert.equal(await field(page, "Status").inputValue(), "fine");
    assert.equal(await dialog(page).getByLabel("Warn before it expires").inputValue(), "30, soon");

    assert.equal((await field(page, "Value").inputValue()).length, 4001);
    await fill(page, { URL: "https://shop.example.org/", Status: "200", "Warn before it expires": "30" });
    await field(page, "Value").fill("short");
    await press(page, "Add host");
    await closed(page);
    assert.equal((await stack.host("Shop")).expect_status, "200");
  }));

test("a value without a header's name is not dropped unsaid", () =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await choose(page, "Website");
    await unfold(page);
    await press(page, "Add a header");
    await field(page, "Value").fill("battery staple");
    await press(page, "Add host");
    await dialog(page).getByText("Enter a name for each value.").waitFor();
    assert.equal(await field(page, "Value").inputValue(), "battery staple");
  }));

test("an edit keeps password and headers, but those that were changed", () => {
  stack.write(makeList(EVERY_KIND));
  const { id } = EVERY_KIND[0];
  writeSecrets({ [id]: { password: "old", headers: { "X-Key": "key", "X-Old": "old" } } });
  return visit(stack, {}, async (page) => {
    await act(page, "Shop", "Edit");
    await unfold(page);
    await fill(page, { Keyword: "Cart" });
    let request = sent(page, "PATCH");
    await press(page, "Save");
    assert.deepEqual((await request).postDataJSON(), { keyword: "Cart" });
    await closed(page);
    assert.deepEqual(readSecrets()[id], { password: "old", headers: { "X-Key": "key", "X-Old": "old" } });

    await lookAgain(page);
    await act(page, "Shop", "Edit");
    await unfold(page);
    await press(page, "Change: Password");
    await page.keyboard.type("new");
    await press(page, "Change: X-Key");
    await page.keyboard.type("new key");
    await press(page, "Remove: X-Old");
    request = sent(page, "PATCH");
    await press(page, "Save");
    assert.deepEqual((await request).postDataJSON(),
                     { password: "new", headers: { "X-Key": "new key", "X-Old": null } });
    await closed(page);
    assert.deepEqual(readSecrets()[id], { password: "new", headers: { "X-Key": "new key" } });
  });
});

test("secrets do not follow a URL to another server: they are asked for again where they stand", () => {
  stack.write(makeList(EVERY_KIND));
  writeSecrets({ [EVERY_KIND[0].id]: { password: "old", headers: { "X-Key": "key", "X-Old": "old" } } });
  return visit(stack, { expected: /422/ }, async (page) => {
    await act(page, "Shop", "Edit");
    await fill(page, { URL: "https://elsewhere.example.org/" });
    await press(page, "Save");
    for (const name of ["password", "headers.X-Key", "headers.X-Old"]) {
      await page.locator(`[data-field="${name}"] > .field-error`).filter({ hasText: "another server" }).waitFor();
    }
    const focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.equal(focused, "Change: Password", "the fold is open, and there is what to do");
    for (const label of ["Password", "X-Key", "X-Old"]) await press(page, `Remove: ${label}`);
    await press(page, "Save");
    await closed(page);
    assert.deepEqual(readSecrets(), {});
  });
});

test("a host that is checked otherwise leaves behind what belonged to the old kind", () => {
  const limits = { slow_ms: 50, packets: 3, max_loss_percent: 10 };
  stack.write(makeList([makeHost(1, { name: "Both", ip: "127.1.1.0", ...limits })]));
  return visit(stack, {}, async (page) => {
    await act(page, "Both", "Edit");
    await choose(page, "Service (TCP port)");
    assert.equal(await field(page, "Address").inputValue(), "127.1.1.0");
    await fill(page, { Port: "22" });
    await press(page, "Save");
    await closed(page);
    const service = await stack.host("Both");
    assert.deepEqual([service.check, service.port, service.packets, service.max_loss_percent], ["tcp", 22, 1, null]);

    await lookAgain(page);
    await act(page, "Both", "Edit");
    await choose(page, "Website");
    await fill(page, { URL: "https://www.example.org/" });
    await press(page, "Save");
    await closed(page);
    const website = await stack.host("Both");
    assert.deepEqual([website.check, website.url, website.port], ["http", "https://www.example.org/", undefined]);
  });
});

const shown = (page, term) =>
  hostPage(page).locator("dl > div").filter({ has: page.locator("dt", { hasText: new RegExp(`^${term}$`) }) });

async function look(page, name) {
  if (!(await page.locator("#hosts").isVisible())) await openList(page);
  await openHost(page, name);
}

test("cards and pages say what is watched, and what the check found", () => {
  const expired = { ...CERTIFICATE, name: "Old", port: null, cert_expires: now() - 3.5 * DAY };
  stack.write(makeList([...EVERY_KIND, makeHost(50, expired)]));
  return visit(stack, {}, async (page) => {
    const address = async (name) => {
      const element = card(page, name).locator(".ip-address");
      return [await element.getAttribute("data-kind"), await element.textContent()];
    };
    assert.deepEqual(await address("Shop"), ["website", "shop.example.org/cart"]);
    assert.deepEqual(await address("Mail"), ["certificate", "mail.example.org:993"]);
    assert.deepEqual(await address("Database"), ["TCP", "[2001:db8::5]:5432"]);
    assert.deepEqual(await address("Names"), ["DNS", "127.0.0.53"]);
    assert.deepEqual(await address("Hall"), ["MQTT", "hall/3/temperature"]);
    assert.deepEqual(await address("Backup"), ["heartbeat", ""]);

    await look(page, "Shop");
    assert.deepEqual(await hostPage(page).locator(".split-steps li").allTextContents(),
                     ["Name 4.2 ms", "Connect 21.0 ms", "TLS 48.4 ms", "First byte 97.0 ms", "Rest 11.0 ms"]);
    const date = new Date(WEBSITE.cert_expires * 1000).toISOString().slice(0, 10);
    const certificate = shown(page, "Certificate");
    assert.equal(await certificate.locator("dd").textContent(), `expires in 23 days (${date})`);
    assert.equal(await certificate.getAttribute("data-tone"), "warning");
    await shown(page, "Issued by").getByText("CN=Example CA").waitFor();
    await shown(page, "Response time").getByText("182 ms").waitFor();

    await look(page, "Mail");
    assert.equal(await shown(page, "Certificate").getAttribute("data-tone"), null);
    assert.ok(!(await hostPage(page).locator(".response-split").isVisible()));

    await look(page, "Old");
    await shown(page, "Certificate").getByText("expired 3 days ago").waitFor();

    await look(page, "Hall");
    await hostPage(page).getByText("35.5 is more than 30").waitFor();
    await shown(page, "At least every").getByText("1 min 30 s").waitFor();
    await shown(page, "Within").getByText("5 to 30").waitFor();

    await look(page, "Names");
    await shown(page, "Query").getByText("www.example.org (A)").waitFor();
  });
});

test("the search finds URL and topic", () => {
  stack.write(makeList(EVERY_KIND));
  return visit(stack, {}, async (page) => {
    for (const [word, name] of [["cart?all", "Shop"], ["hall/3", "Hall"]]) {
      await page.getByRole("searchbox").fill(word);
      await page.waitForFunction(() => document.querySelectorAll(".host-card").length === 1);
      await card(page, name).waitFor();
    }
  });
});

const answerTo = (page, where) =>
  page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith(where));
const cronLine = (page) => dialog(page).getByLabel("Every minute, by cron", { exact: true }).inputValue();

test("a heartbeat's token is shown once, with lines to copy", () =>
  visit(stack, {}, async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await startToAdd(page);
    await choose(page, "Heartbeat");
    await field(page, "Name").fill("Backup");
    await fill(page, { "At least every": "3600" });
    const answer = answerTo(page, "/api/hosts");
    await press(page, "Add host");
    const { token } = await (await answer).json();
    await page.getByRole("heading", { name: "Backup waits for its heartbeat" }).waitFor();
    const url = `${stack.url}api/push/${token}`;
    await press(page, "Copy: every minute, by cron");
    await dialog(page).getByText("Copied.").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
                 `* * * * * curl -fsS -m 10 '${url}?status=up' >/dev/null`);
    await press(page, "Copy: when it failed");
    await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("status=down"));
    await press(page, "Done");
    await closed(page);
    const isLeft = await page.evaluate((text) => [...document.querySelectorAll("input, textarea")].some(
      ({ value }) => value.includes(text)), token);
    assert.ok(!isLeft, "it is not left in the page");
    assert.equal((await stack.host("Backup")).max_age, 3600);
  }));

test("a host that becomes a heartbeat is given its token, too", () =>
  visit(stack, {}, async (page) => {
    await act(page, "Branch 100", "Edit");
    await choose(page, "Heartbeat");
    await press(page, "Save");
    await page.getByRole("heading", { name: "Branch 100 waits for its heartbeat" }).waitFor();
    assert.match(await cronLine(page), /api\/push\/\w+/);
    assert.equal((await stack.host("Branch 100")).ip, "");
  }));

test("a new token is made only when asked again", () => {
  stack.write(makeList(EVERY_KIND));
  return visit(stack, {}, async (page) => {
    await look(page, "Backup");
    await pressOnPage(page, "New token…");
    await page.getByRole("heading", { name: "A new token for Backup?" }).waitFor();
    await press(page, "Cancel");
    await closed(page);
    assert.ok(!fs.existsSync(secretsFile()), "no token was made");
    await look(page, "Backup");
    await pressOnPage(page, "New token…");
    const answer = answerTo(page, "/token");
    await press(page, "Make a new token");
    const { token } = await (await answer).json();
    await page.getByRole("heading", { name: "Backup waits for its heartbeat" }).waitFor();
    assert.ok((await cronLine(page)).includes(`/api/push/${token}?`));
  });
});

test("the broker of the topics and the authorities of the checks are settings", () =>
  visit(stack, {}, async (page) => {
    await openSettings(page);
    const broker = dialog(page).locator(".broker");
    await broker.getByText("not set up").waitFor();
    await broker.locator("summary").click();
    for (const [label, text] of [["Server", "broker.example.org"], ["Port", "8883"], ["User name", "linewatch"],
                                 ["Password", "correct horse"], ["File of your own authority", "/etc/ca.pem"]]) {
      await broker.getByLabel(label, { exact: true }).fill(text);
    }
    await broker.getByLabel("TLS").check();
    await dialog(page).getByLabel("File of your own authorities").fill("/etc/authorities.pem");
    await press(page, "Save");
    await closed(page);
    const { mqtt, ca_file: authorities } = JSON.parse(fs.readFileSync(path.join(stack.data, "config.json")));
    assert.deepEqual(mqtt, { host: "broker.example.org", port: 8883, username: "linewatch", password: "correct horse",
                             tls: true, ca_file: "/etc/ca.pem" });
    assert.equal(authorities, "/etc/authorities.pem");
    await openSettings(page);
    await broker.getByText("set up", { exact: true }).waitFor();
  }));

async function assertFits(page, what) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document.querySelector("dialog[open]") ?? document));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), [], what);
  const wide = await page.evaluate(() => [document.scrollingElement, ...document.querySelectorAll("dialog[open]")]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length);
  assert.equal(wide, 0, `${what}: nothing is cut off at the side`);
}

for (const [size, colorScheme, screen] of [["wide", "light", WIDE], ["phone", "dark", PHONE]]) {
  test(`every kind's form and page fit, and axe has nothing to object to: ${colorScheme}, ${size}`, () => {
    stack.write(makeList(EVERY_KIND));
    writeSecrets({ [EVERY_KIND[0].id]: { password: "old", headers: { "X-Key": "key", "X-Old": "old" } } });
    return visit(stack, { colorScheme, reducedMotion: "reduce", ...screen }, async (page) => {
      for (const { name, check } of EVERY_KIND) {
        await look(page, name);
        await assertFits(page, `the page: ${check}`);
        await pressOnPage(page, "Edit");
        await unfold(page);
        if (check === "http") await press(page, "Add a header");
        await assertFits(page, `the form: ${check}`);
        await press(page, "Cancel");
      }
      await look(page, "Backup");
      await pressOnPage(page, "New token…");
      await assertFits(page, "the question");
      await press(page, "Make a new token");
      await page.getByRole("heading", { name: "Backup waits for its heartbeat" }).waitFor();
      await assertFits(page, "the token");
    });
  });
}
