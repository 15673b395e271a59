// A visit to the dashboard with a real browser, held against every error that the page reports, and what a user does
// there.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch } from "./chromium.mjs";

export const WIDE = { viewport: { width: 1920, height: 1080 } };
export const DESK = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

// Opens the dashboard and runs the test on it. `expected` is a pattern of the errors that belong to the test; `prepare`
// is run before the page is loaded.
export async function visit(stack, { expected, prepare = () => {}, ...options }, run) {
  const context = await browser.newContext({ colorScheme: "light", ...DESK, ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const errors = [];
    // That something is not well is no error of the page.
    const isHealth = (message) => new URL(message.location().url || "about:blank").pathname === "/api/health";
    page.on("console", (message) => message.type() === "error" && !isHealth(message) && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    // Chromium lets a request through that follows right after the first of a page's routes: this one is there before.
    await page.route("**/routed-from-the-beginning", (route) => route.fallback());
    await prepare(page);
    await page.goto(stack.url);
    await page.waitForFunction(() => !document.documentElement.hasAttribute("data-loading"));
    await run(page);
    assert.deepEqual(errors.filter((error) => !expected?.test(error)), [], "errors in the browser's console");
  } finally {
    // What the page has just asked may be on its way through a route of the test: nobody waits for it any more.
    for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
    await context.close();
  }
}

// By the element with the name: to read every text of a thousand cards takes seconds.
export const card = (page, name) =>
  page.locator(".host-card").filter({ has: page.locator(`.host-open:text-is(${JSON.stringify(name)})`) });
export const names = (page) => page.locator(".host-open").allTextContents();
export const dialog = (page) => page.getByRole("dialog");
export const hostPage = (page) => page.locator("#host-page");
export const banner = (page, text) => page.locator(".banner", { hasText: text });

// Presses one of the buttons that show under the pointer.
export async function act(page, name, action) {
  await card(page, name).hover();
  await card(page, name).getByRole("button", { name: `${action} ${name}` }).click();
}

// The page of a host, as a click on its card shows it.
export async function openHost(page, name) {
  await card(page, name).locator(".host-open").click();
  await hostPage(page).getByRole("heading", { name, exact: true }).waitFor();
}
export const openList = (page) => page.getByRole("navigation").getByRole("link", { name: "Hosts" }).click();
export const pressOnPage = (page, button) =>
  hostPage(page).getByRole("button", { name: button, exact: true }).click();

export const settingsThere = (page) => page.locator("#settings-dialog .settings-body:not([inert])").waitFor();
export async function openSettings(page) {
  await page.getByRole("link", { name: "Settings" }).click();
  await settingsThere(page);
}

export const startToAdd = (page) => page.getByRole("button", { name: "Add host" }).first().click();
export const unfold = (page) => dialog(page).getByText("More settings").click();
export const press = (page, button) => dialog(page).getByRole("button", { name: button, exact: true }).click();
export const closed = (page) => dialog(page).waitFor({ state: "hidden" });

export async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await dialog(page).getByLabel(label).fill(value);
}

// Each answer of the server says that it is this time there, by which the page goes.
export const playTime = (page, time) => page.route("**/api/**", async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, headers: { ...response.headers(), date: new Date(time).toUTCString() } });
});

// What the page asks of the path, by this method if one is named, waits until `letGo`.
export async function holdBack(page, path, method) {
  const requests = [];
  const take = (route) => {
    if (method && route.request().method() !== method) return route.fallback();
    requests.push(route);
  };
  await page.route(path, take);
  const asked = async () => {
    for (const end = Date.now() + 10_000; !requests.length;) {
      if (Date.now() > end) throw new Error(`the page did not ask for ${path}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const letGo = async () => {
    for (const request of requests) await request.continue();
    await page.unroute(path, take);
  };
  return { requests, asked, letGo };
}

const asksForHosts = (request) => request.method() === "GET" && request.url().endsWith("/api/hosts");

// The next answer with the list of hosts. It comes before the page's own time for the next refresh, or not at all.
export const nextAnswer = (page) => page.waitForEvent("requestfinished", { predicate: asksForHosts, timeout: 5000 });

export function countAnswers(page) {
  const counter = { answers: 0 };
  page.on("requestfinished", (request) => asksForHosts(request) && counter.answers++);
  return counter;
}

// As when the user looks at the tab again: the page asks the server at once.
export async function lookAgain(page) {
  const answer = nextAnswer(page);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await answer;
}
