// Alerts on the dashboard: setting up channels and trying them, what was sent and what waits, and acknowledging. What
// monitord would do is played by the test.

import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { down, makeHost, makeList, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import {
  banner, card, closed, dialog, hostPage, openHost, openList, openSettings, PHONE, press, pressOnPage, visit,
} from "./visit.mjs";

const CONFIG = { access: { anonymous: "admin" } };
const SMTP = { host: "mail.example.org", port: 587, from: "linewatch@example.org", to: ["noc@example.org"],
               password: "old secret" };
const REFUSAL = "535 5.7.8 Username and Password not accepted";

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: CONFIG });
  await stack.start({ monitor: false });
});
after(() => stack.remove());
beforeEach(() => {
  for (const part of ["outbox", "events", "answers", "requests.jsonl"]) {
    fs.rmSync(path.join(stack.data, part), { recursive: true, force: true });
  }
  stack.write(makeList([makeHost(1, down(600)), makeHost(2)]));
  writeConfig(CONFIG);
});

const configFile = () => path.join(stack.data, "config.json");
const readConfig = () => JSON.parse(fs.readFileSync(configFile()));

function writeConfig(config) {
  fs.writeFileSync(`${configFile()}.new`, JSON.stringify(config));
  fs.renameSync(`${configFile()}.new`, configFile());
}

function writeEvents(events) {
  const month = new Date().toISOString().slice(0, 7);
  const lines = events.map((event) => JSON.stringify({ type: "alert", hosts: [], id: "", t: now() - 60, ...event }));
  fs.mkdirSync(path.join(stack.data, "events"));
  fs.writeFileSync(path.join(stack.data, "events", `${month}.jsonl`), `${lines.join("\n")}\n`);
}

function writeWaiting(id, changes = {}) {
  const folder = path.join(stack.data, "outbox");
  fs.mkdirSync(folder, { recursive: true });
  const waiting = { id, channel: "smtp", queued: now() - 400, attempts: 4, next: now() + 300, error: REFUSAL,
                    subject: "DOWN Branch 1", to: ["noc@example.org"], alerts: [], ...changes };
  fs.writeFileSync(path.join(folder, `${id}.${waiting.channel}.json`), JSON.stringify(waiting));
}

// The next request to monitord, as it takes it.
async function takeRequest() {
  const file = path.join(stack.data, "requests.jsonl");
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    if (text) {
      fs.truncateSync(file);
      return JSON.parse(text.split("\n")[0]);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("monitord was not asked");
}

function putAnswer(request, answer) {
  const folder = path.join(stack.data, "answers");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "new"), JSON.stringify(answer));
  fs.renameSync(path.join(folder, "new"), path.join(folder, `${request.answer}.json`));
}

const channel = (page, name) => page.locator(`.channel[data-channel=${name}]`);
const unfoldChannel = (page, name) => channel(page, name).locator("summary").click();
const result = (page, name) => channel(page, name).getByRole("status");

test("a channel is set up, and only what was typed is written", () =>
  visit(stack, {}, async (page) => {
    await openSettings(page);
    await unfoldChannel(page, "smtp");
    const block = channel(page, "smtp");
    await block.getByText("not set up").waitFor();
    await block.getByLabel("Server").fill("mail.example.org");
    assert.equal(await block.getByLabel("Port").inputValue(), "587", "the port that goes with STARTTLS");
    await block.getByLabel("Sender").fill("linewatch@example.org");
    await block.getByLabel("Recipients").fill("noc@example.org\n duty@example.org \n\n");
    await block.getByLabel("Password", { exact: true }).fill("correct horse");
    await press(page, "Save");
    await closed(page);
    assert.deepEqual(readConfig(), {
      ...CONFIG,
      smtp: { host: "mail.example.org", port: 587, from: "linewatch@example.org",
              to: ["noc@example.org", "duty@example.org"], password: "correct horse" },
    });
    await openSettings(page);
    await channel(page, "smtp").getByText("set up", { exact: true }).waitFor();
    assert.ok(!(await page.content()).includes("correct horse"), "the password is on the page");
  }));

test("a secret stays unless it is changed or taken away", () => {
  writeConfig({ ...CONFIG, smtp: SMTP });
  return visit(stack, {}, async (page) => {
    const block = channel(page, "smtp");
    await openSettings(page);
    await unfoldChannel(page, "smtp");
    await block.getByLabel("User name").fill("linewatch");
    await press(page, "Save");
    await closed(page);
    assert.equal(readConfig().smtp.password, "old secret");

    await openSettings(page);
    await press(page, "Change: Password");
    await press(page, "Save");
    await closed(page);
    assert.equal(readConfig().smtp.password, "old secret", "nothing was typed");

    await openSettings(page);
    await press(page, "Change: Password");
    await page.keyboard.type("new secret");
    await press(page, "Save");
    await closed(page);
    assert.equal(readConfig().smtp.password, "new secret");

    await openSettings(page);
    await press(page, "Remove: Password");
    await press(page, "Save");
    await closed(page);
    assert.equal(readConfig().smtp.password, undefined);
  });
});

test("every setting that was changed is saved, an empty one is the default again", () => {
  writeConfig({ ...CONFIG, title: "NOC", fallback: ["slack"], uplinks: ["127.0.0.1"] });
  return visit(stack, {}, async (page) => {
    await openSettings(page);
    await dialog(page).getByLabel("Title").fill("");
    await dialog(page).getByLabel("Repeat every").fill("7200");
    await dialog(page).getByLabel("Uplinks").fill("127.0.0.8\n127.0.0.9");
    await dialog(page).getByLabel("Telegram", { exact: true }).check();
    await dialog(page).getByLabel("Slack", { exact: true }).uncheck();
    await press(page, "Save");
    await closed(page);
    assert.deepEqual(readConfig(), { ...CONFIG, fallback: ["telegram"], uplinks: ["127.0.0.8", "127.0.0.9"],
                                     email_cooldown: 7200 });
    await page.getByRole("heading", { name: "Linewatch", exact: true }).waitFor();
  });
});

test("what is wrong stands at its field, and nothing that was typed is lost", () =>
  visit(stack, { expected: /422/ }, async (page) => {
    await openSettings(page);
    await unfoldChannel(page, "smtp");
    await channel(page, "smtp").getByLabel("Recipients").fill("noc@example.org\nnobody");
    await unfoldChannel(page, "smtp");
    await dialog(page).getByLabel("Interval").fill("soon");
    await press(page, "Save");
    await dialog(page).locator("[data-field='smtp.to'] .field-error", { hasText: "mail address" }).waitFor();
    await dialog(page).locator("[data-field=interval] .field-error", { hasText: "such as 30 s" }).waitFor();
    assert.ok(await channel(page, "smtp").getByLabel("Recipients").isVisible(), "the fold with the error is open");
    assert.equal(await dialog(page).getByLabel("Interval").inputValue(), "soon");
    await page.keyboard.press("Escape");
    await closed(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await dialog(page).getByText("still here").waitFor();
    assert.equal(await dialog(page).getByLabel("Interval").inputValue(), "soon");
    await press(page, "Cancel");
    await openSettings(page);
    assert.equal(await dialog(page).getByLabel("Interval").inputValue(), "10 s");
    assert.deepEqual(readConfig(), CONFIG);
  }));

test("a test message saves first, and shows the server's own words", () => {
  writeConfig({ ...CONFIG, smtp: { ...SMTP, host: "" } });
  return visit(stack, { expected: /502/ }, async (page) => {
    await openSettings(page);
    await unfoldChannel(page, "smtp");
    const button = (name) => channel(page, "smtp").getByRole("button", { name });
    await button("Send test message").waitFor();
    await channel(page, "smtp").getByLabel("Server").fill("mail.example.org");
    await button("Save and send test message").click();
    let request = await takeRequest();
    assert.equal(request.channel, "smtp");
    assert.equal(readConfig().smtp.host, "mail.example.org");

    await result(page, "smtp").getByText("Waiting for its answer").waitFor();
    assert.equal(await button("Waiting").getAttribute("aria-disabled"), "true");
    await dialog(page).getByLabel("Title").fill("Typed meanwhile");
    putAnswer(request, { ok: false, answer: REFUSAL });
    await result(page, "smtp").getByText(`Not delivered: ${REFUSAL}`).waitFor();
    assert.equal(await dialog(page).getByLabel("Title").inputValue(), "Typed meanwhile");

    await button("Save and send test message").click();
    request = await takeRequest();
    assert.equal(readConfig().title, "Typed meanwhile");
    putAnswer(request, { ok: true, answer: "250 2.0.0 Ok: queued as 4fX1" });
    await result(page, "smtp").getByText("Delivered. 250 2.0.0 Ok: queued as 4fX1").waitFor();
  });
});

test("a channel without its settings says what is wanted", () =>
  visit(stack, { expected: /422/ }, async (page) => {
    await openSettings(page);
    await unfoldChannel(page, "telegram");
    await channel(page, "telegram").getByRole("button", { name: "Send test message" }).click();
    await result(page, "telegram").getByText("telegram.token and telegram.chat_id are wanted").waitFor();
  }));

test("a broken config.json is shown as that instead of being overwritten", () => {
  fs.writeFileSync(configFile(), "{");
  fs.writeFileSync(`${configFile()}.prev`, JSON.stringify(CONFIG));
  return visit(stack, { expected: /409/ }, async (page) => {
    await page.getByRole("link", { name: "Settings" }).click();
    await dialog(page).getByText("has to be repaired there first").waitFor();
    assert.ok(await dialog(page).getByRole("button", { name: "Save", exact: true }).isDisabled());
    assert.equal(fs.readFileSync(configFile(), "utf8"), "{");
  });
});

test("the log shows what waits and what was sent, and follows while it is open", () => {
  writeEvents([{ channel: "smtp", subject: "UP Branch 2 after 5 min", result: "sent" },
               { channel: "slack", subject: "DOWN Branch 2", result: "given up: 404 no_service", t: now() - 900 }]);
  writeWaiting("m1");
  return visit(stack, {}, async (page) => {
    await page.getByRole("link", { name: "Alerts" }).click();
    const rows = dialog(page).getByRole("listitem");
    await rows.nth(2).waitFor();
    const texts = await rows.allInnerTexts();
    assert.match(texts[0], /DOWN Branch 1\s+E-mail · since .* · 4 attempts · next at .*\s+535 5\.7\.8 .*\s+waiting/);
    assert.match(texts[1], /UP Branch 2 after 5 min\s+E-mail · .*\s+sent/);
    assert.match(texts[2], /DOWN Branch 2\s+Slack · .*\s+404 no_service\s+given up/);
    fs.rmSync(path.join(stack.data, "outbox", "m1.smtp.json"));
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await rows.nth(2).waitFor({ state: "detached" });
    await dialog(page).getByText("Waiting to be delivered").waitFor({ state: "hidden" });
  });
});

test("the log says what became of a message, and why", () => {
  const results = ["sent", "given up: 404 no_service", "expired: it was never tried", "lost in the post"];
  writeEvents(results.map((result, i) => ({ channel: "slack", subject: "DOWN Branch 2", result, t: now() - 60 - i })));
  return visit(stack, {}, async (page) => {
    await page.getByRole("link", { name: "Alerts" }).click();
    const rows = dialog(page).getByRole("listitem");
    await rows.nth(3).waitFor();
    const parts = (part) => rows.locator(`.message-${part}`).allTextContents();
    assert.deepEqual(await parts("result"), ["sent", "given up", "expired", "lost in the post"]);
    assert.deepEqual(await parts("error"), ["", "404 no_service", "it was never tried", ""]);
  });
});

test("a message that does not get out is a warning on the page", () => {
  writeWaiting("m1");
  return visit(stack, {}, async (page) => {
    await banner(page, `1 message has not got out through smtp: ${REFUSAL}`).waitFor();
    await page.getByRole("link", { name: "Alerts: some cannot be delivered" }).waitFor();
  });
});

test("an empty log leads to the settings", () =>
  visit(stack, {}, async (page) => {
    await page.getByRole("link", { name: "Alerts" }).click();
    await dialog(page).getByText("no channel is set up").waitFor();
    await dialog(page).getByRole("link", { name: "Set up a channel" }).click();
    await dialog(page).getByRole("heading", { name: "Settings" }).waitFor();
    await page.goBack();
    await dialog(page).getByRole("heading", { name: "Alerts" }).waitFor();
    await page.goBack();
    await closed(page);
  }));

test("a link leads to the alerts, and to the settings those who may change them", async () => {
  const open = (hash) => async (page) => {
    await page.goto(`${stack.url}${hash}`);
    await page.reload();
  };
  await visit(stack, {}, async (page) => {
    await open("#settings")(page);
    await dialog(page).getByRole("heading", { name: "Settings" }).waitFor();
    await page.keyboard.press("Escape");
    await closed(page);
    assert.ok(!page.url().includes("#settings"));
  });
  writeConfig({ access: { anonymous: "viewer" } });
  await visit(stack, {}, async (page) => {
    await open("#settings")(page);
    await card(page, "Branch 1").waitFor();
    assert.equal(await dialog(page).count(), 0);
    assert.equal(await page.getByRole("link", { name: "Settings" }).count(), 0);
    await open("#alerts")(page);
    await dialog(page).getByText("Somebody who may change settings").waitFor();
    assert.equal(await dialog(page).getByRole("link").count(), 0);
  });
});

for (const [size, screen] of [["desk", {}], ["phone", PHONE]]) {
  test(`trouble is acknowledged with a note, and taken back: ${size}`, () =>
    visit(stack, screen, async (page) => {
      await openHost(page, "Branch 2");
      await hostPage(page).getByRole("button", { name: "Check now" }).waitFor();
      assert.equal(await hostPage(page).getByRole("button", { name: "Acknowledge…" }).count(), 0, "nothing is wrong");
      await page.keyboard.press("Escape");
      await openHost(page, "Branch 1");
      await pressOnPage(page, "Acknowledge…");
      await hostPage(page).getByLabel("Note").fill("fibre team is out");
      await page.keyboard.press("Enter");
      await hostPage(page).locator(".acknowledged-note", { hasText: "fibre team is out" }).waitFor();
      assert.equal((await stack.host("Branch 1")).acknowledged.note, "fibre team is out");
      await openList(page);
      await card(page, "Branch 1").getByText("acknowledged").waitFor({ state: "attached" });

      await openHost(page, "Branch 1");
      const toast = page.getByText("Branch 1 is no longer acknowledged.");
      await Promise.all([toast.waitFor(), pressOnPage(page, "Take back")]);
      await hostPage(page).locator(".acknowledged").waitFor({ state: "hidden" });
      assert.equal((await stack.host("Branch 1")).acknowledged, null);
      await hostPage(page).getByRole("button", { name: "Acknowledge…" }).waitFor();
    }));
}

test("a host that came back meanwhile cannot be acknowledged any more, and the server says so", () =>
  visit(stack, { expected: /409/ }, async (page) => {
    await openHost(page, "Branch 1");
    await pressOnPage(page, "Acknowledge…");
    stack.write(makeList([makeHost(1), makeHost(2)]));
    await pressOnPage(page, "Acknowledge");
    await hostPage(page).getByText("there is nothing to acknowledge").waitFor();
  }));

test("with the monitor itself, a test message reaches a program, and its answer the page", async () => {
  let body = "";
  const program = http.createServer(async (request, response) => {
    for await (const piece of request) body += piece;
    response.end("thank you");
  }).listen(0, "127.0.0.1");
  await once(program, "listening");
  const whole = new Stack({ config: { ...CONFIG, webhook: { url: `http://127.0.0.1:${program.address().port}/` } } });
  try {
    await whole.start({ monitor: true });
    await visit(whole, {}, async (page) => {
      await openSettings(page);
      await unfoldChannel(page, "webhook");
      await channel(page, "webhook").getByRole("button", { name: "Send test message" }).click();
      await result(page, "webhook").getByText("Delivered.").waitFor();
      assert.equal(JSON.parse(body).event, "test");
    });
  } finally {
    await whole.remove();
    program.close();
  }
});
