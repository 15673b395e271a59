// Markup in everything that people type and that probed servers answer: it is shown as the text it is, in every view.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { down, makeHost, makeList, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { act, card, dialog, hostPage, visit } from "./visit.mjs";

const SHORT = "<img src=x onerror=window.__xss=1>";
// Whatever the text stands in, something here would end it.
const EVERYTHING = [
  SHORT, `"><script>window.__xss=1</script>`, `' onmouseover='window.__xss=1' x='`, "{{7*7}}${7*7}<%= 7*7 %>",
  "</title></textarea></script><svg onload=window.__xss=1>", "\u202eABC\u2066 <b>x</b>",
  `<a href="http://192.0.2.1/">x</a><style>*{display:none}</style>`,
].join(" ");
const LINK = "javascript:window.__xss=1//";

// A host of each kind; every text of it is the payload, in hosts.json as no check would let it in.
function hostsOf(payload) {
  const window = { from: now() - 60, to: now() + 3600, note: payload };
  const texts = {
    ip: payload, group: payload, customer: payload, notes: payload, tags: [payload], reason: payload,
    maintenance: [window], acknowledged: { by: payload, at: now() - 30, note: payload },
  };
  const kinds = [
    { check: "ping" },
    { check: "http", url: payload, method: "GET", expect_status: payload, keyword: payload, username: payload,
      password: { set: true }, headers: { [payload]: { set: true } }, cert_subject: payload, cert_issuer: payload,
      cert_expires: now() + 86_400, warn_days: [30] },
    { check: "tls", port: 443, server_name: payload, cert_subject: payload, cert_issuer: payload,
      cert_expires: now() + 86_400, warn_days: [30] },
    { check: "tcp", port: 22, expect: payload },
    { check: "dns", query: payload, record: "A", expect: payload },
    { check: "mqtt", topic: payload, max_age: 60, expect: payload, min: 1, max: 2 },
    { check: "push", max_age: 60 },
  ];
  return kinds.map((kind, i) =>
    makeHost(i + 1, { ...down(600), ...texts, ...kind, name: `${payload} ${i}`,
                      parents: i ? [`h${String(i).padStart(9, "0")}`] : [] }));
}

// Each way to see something, from the overview, for the host of a name. A new view gets a line here.
const VIEWS = {
  "the cards": () => {},
  "the search": async (page, name) => {
    await page.locator("#search").fill(name);
    await card(page, name).waitFor();
    await page.locator("#search").fill("");
  },
  "the host's page": async (page, name) => {
    await card(page, name).locator(".host-open").click();
    await hostPage(page).locator("dd", { hasText: name.slice(0, 20) }).first().waitFor();
    assert.equal(await hostPage(page).locator("h2").textContent(), name);
    await page.keyboard.press("Escape");
  },
  "planned maintenance": async (page, name) => {
    await card(page, name).locator(".host-open").click();
    await hostPage(page).getByRole("button", { name: "Maintenance…" }).click();
    assert.equal(await dialog(page).locator("h2").textContent(), `Maintenance of ${name}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  },
  "the host's form": async (page, name) => {
    await act(page, name, "Edit");
    await dialog(page).getByText("More settings").click();
    assert.equal(await dialog(page).getByLabel("Name", { exact: true }).inputValue(), name);
    await page.keyboard.press("Escape");
  },
  "the question before it is deleted": async (page, name) => {
    await act(page, name, "Delete");
    await dialog(page).waitFor();
    assert.ok((await dialog(page).textContent()).includes(name));
    await page.keyboard.press("Escape");
  },
};
// And those that are not about one host.
const OTHER_VIEWS = {
  alerts: async (page, payload) => {
    await page.locator("#open-alerts").click();
    await dialog(page).getByRole("listitem").first().waitFor();
    assert.ok((await dialog(page).textContent()).includes(payload));
    await page.keyboard.press("Escape");
  },
  settings: async (page) => {
    await page.locator("#open-settings").click();
    await dialog(page).waitFor();
    for (const more of await dialog(page).locator("summary").all()) await more.click();
    await page.keyboard.press("Escape");
  },
};

let stack;
before(async () => {
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(() => stack.remove());

const file = (...names) => path.join(stack.data, ...names);

// What monitord would have written of messages that hold the payload.
function writeMessages(payload) {
  for (const folder of ["events", "outbox"]) fs.rmSync(file(folder), { recursive: true, force: true });
  fs.mkdirSync(file("events"));
  fs.mkdirSync(file("outbox"));
  const told = { type: "alert", t: now() - 60, id: "", hosts: [], channel: "smtp", subject: payload,
                 result: `given up: ${payload}` };
  fs.writeFileSync(file("events", `${new Date().toISOString().slice(0, 7)}.jsonl`), `${JSON.stringify(told)}\n`);
  const waiting = { id: "a", channel: "slack", queued: now() - 400, attempts: 4, next: now() + 300, error: payload,
                    subject: payload, to: [], alerts: [] };
  fs.writeFileSync(file("outbox", "a.slack.json"), JSON.stringify(waiting));
}

// Into every setting that takes it.
async function patchSettings(payload) {
  const places = [["title"], ["public_url"], ["heartbeat_url"], ["timezone"], ["smtp", "host"], ["smtp", "username"],
                  ["smtp", "from"], ["telegram", "chat_id"], ["telegram", "api_url"], ["webhook", "url"],
                  ["mqtt", "host"], ["mqtt", "username"]];
  const taken = [];
  for (const [name, part] of places) {
    const patch = { [name]: part ? { [part]: payload } : payload };
    const done = await stack.request("PATCH", "/api/config", patch).then(() => true, () => false);
    if (done) taken.push(part ?? name);
  }
  const lists = { uplinks: [payload], routes: [{ group: payload, channels: ["slack"] }],
                  access: { roles: { [payload]: "viewer" } } };
  for (const [name, value] of Object.entries(lists)) {
    await stack.request("PATCH", "/api/config", { [name]: value }).catch(() => {});
  }
  assert.ok(taken.includes("title"));
}

// What markup would have left behind, had any been made of it.
const foundMarkup = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("*")];
    return {
      ran: window.__xss ?? null,
      violations: window.__violations,
      handlers: all.filter((one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
      links: all.filter((one) => /^\s*(javascript|data|vbscript):/i.test(one.getAttribute("href") ?? "")).length,
      strange: document.querySelectorAll("img[src=x], body script, body style, iframe, object, embed").length,
    };
  });
const NOTHING = { ran: null, violations: [], handlers: 0, links: 0, strange: 0 };

async function tryAll(payload, isShown) {
  const hosts = hostsOf(payload);
  const list = makeList(hosts);
  list.monitor.notices = [{ code: "file_set_aside", message: payload, since: now() - 60 }];
  stack.write(list);
  writeMessages(payload);
  const strangers = [];
  const prepare = async (page) => {
    await page.addInitScript(() => {
      window.__violations = [];
      addEventListener("securitypolicyviolation", (event) => window.__violations.push(event.violatedDirective));
    });
    page.on("dialog", (box) => {
      strangers.push(`a box says ${box.message()}`);
      box.dismiss();
    });
    page.on("request", (request) => request.url().startsWith(stack.url) || strangers.push(request.url()));
    page.on("popup", () => strangers.push("a window"));
  };
  await visit(stack, { prepare }, async (page) => {
    for (const { name } of hosts.filter(isShown)) {
      for (const [view, open] of Object.entries(VIEWS)) {
        await open(page, name);
        assert.deepEqual(await foundMarkup(page), NOTHING, `${view} of ${name}`);
      }
    }
    for (const [view, open] of Object.entries(OTHER_VIEWS)) {
      await open(page, payload);
      assert.deepEqual(await foundMarkup(page), NOTHING, view);
    }
    assert.ok((await page.locator("#banners").textContent()).includes(payload));
    assert.deepEqual(strangers, []);
  });
}

test("markup in any text is shown as it was typed, in every view of every kind of host", () =>
  tryAll(EVERYTHING, () => true));

test("a text that reads like a script's address is no link", () =>
  tryAll(LINK, ({ check }) => check === "http" || check === "ping"));

test("markup in any setting is shown as it was typed", async () => {
  await patchSettings(SHORT);
  await tryAll(SHORT, ({ check }) => check === "ping");
  await visit(stack, {}, async (page) => assert.equal(await page.locator("#title").textContent(), SHORT));
});
