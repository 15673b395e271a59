// Adding, editing, deleting and checking hosts, with the real monitor running.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Stack } from "./stack.mjs";
import { act, card, closed, dialog, fill, hostPage, lookAgain, press, startToAdd, unfold, visit } from "./visit.mjs";

let stack;
before(async () => {
  stack = new Stack();
  await stack.start({ monitor: true });
});
after(() => stack.remove());

test("the first visit shows the server itself up, and the form for the first host", () =>
  visit(stack, {}, async (page) => {
    await card(page, "This machine").locator(".up-status").waitFor();
    const form = page.getByRole("region", { name: "Add your first host" });
    await form.getByLabel("Name").fill("First line");
    await form.getByLabel("Address").fill("127.0.0.2");
    await form.getByRole("button", { name: "Add host" }).click();
    await card(page, "First line").locator(".up-status").waitFor();
    await form.waitFor({ state: "hidden" });
  }));

test("a host that is added is in the list with its first result within two seconds", (t) =>
  visit(stack, {}, async (page) => {
    await startToAdd(page);
    await fill(page, { Name: "Line to Hill Road", Address: "127.0.0.3" });
    const pressed = performance.now();
    await press(page, "Add host");
    await card(page, "Line to Hill Road").locator(".up-status").waitFor();
    const took = performance.now() - pressed;
    t.diagnostic(`first result after ${took.toFixed(0)} ms`);
    assert.ok(took < 2000, `took ${took} ms`);
    await closed(page);
    assert.equal(await card(page, "Line to Hill Road").locator(".dot.up").count(), 1);
  }));

test("what the server refuses stands at the field, and what was typed stays", () =>
  visit(stack, { expected: /422/ }, async (page) => {
    await startToAdd(page);
    await unfold(page);
    await fill(page, { Name: "Kept", Address: "not an address", Timeout: "soon" });
    await unfold(page);
    await press(page, "Add host");
    const address = dialog(page).getByLabel("Address");
    await page.locator("[data-field=ip] .field-error", { hasText: "expected" }).waitFor();
    await page.locator("[data-field=timeout] .field-error", { hasText: "such as 30 s" }).waitFor();  // the fold is open
    assert.equal(await address.getAttribute("aria-invalid"), "true");
    assert.equal(await address.inputValue(), "not an address");
    assert.equal(await dialog(page).getByLabel("Timeout").inputValue(), "soon");
    assert.ok(await address.evaluate((input) => input === document.activeElement), "the field has the focus");

    await fill(page, { Address: "127.0.0.4", Timeout: "0.5" });
    await press(page, "Add host");
    await card(page, "Kept").locator(".up-status").waitFor();
    assert.equal((await stack.host("Kept")).timeout, 0.5);
  }));

test("a form that lacks what it needs says what to enter", () =>
  visit(stack, { expected: /422/ }, async (page) => {
    await startToAdd(page);
    await press(page, "Add host");
    await page.locator("[data-field=name] .field-error", { hasText: "Enter a name." }).waitFor();
    await page.locator("[data-field=ip] .field-error", { hasText: "Enter an address." }).waitFor();
  }));

test("an address that is watched already is refused on top of the form", () =>
  visit(stack, { expected: /409/ }, async (page) => {
    await startToAdd(page);
    await fill(page, { Name: "Twin", Address: "127.0.0.1" });
    await press(page, "Add host");
    await page.getByRole("alert").filter({ hasText: "This machine" }).waitFor();
    assert.equal(await dialog(page).getByLabel("Address").inputValue(), "127.0.0.1");
  }));

test("every setting behind the fold arrives, and comes back into the form", () =>
  visit(stack, {}, async (page) => {
    const settings = {
      Group: "Banks", Customer: "Ex Bank", Tags: "fiber, north", Notes: "ask for Ann", Interval: "20 s", Timeout: "0.8 s",
      Retries: "1", "Down after": "5", "Probes per check": "3", "Round trip": "80", Loss: "10", Jitter: "15",
      "Agreed uptime": "99.5",
    };
    await startToAdd(page);
    await unfold(page);
    await fill(page, { Name: "All set", Address: "127.0.0.5", ...settings });
    await dialog(page).getByLabel("Parents").fill("This machine");
    await dialog(page).getByLabel("Parents").press("Tab");
    await press(page, "Add host");
    await card(page, "All set").waitFor();
    const { id } = await stack.host("This machine");
    const saved = await stack.host("All set");
    const expected = {
      group: "Banks", customer: "Ex Bank", tags: ["fiber", "north"], notes: "ask for Ann", parents: [id],
      interval: 20, timeout: 0.8, retries: 1, fail_threshold: 5, packets: 3, slow_ms: 80, max_loss_percent: 10,
      max_jitter_ms: 15, sla_percent: 99.5, enabled: true,
    };
    for (const [field, value] of Object.entries(expected)) assert.deepEqual(saved[field], value, field);

    await act(page, "All set", "Edit");
    await unfold(page);
    for (const [label, value] of Object.entries(settings)) {
      assert.equal(await dialog(page).getByLabel(label).inputValue(), value, label);
    }
    await page.getByRole("button", { name: "Remove This machine · 127.0.0.1" }).click();
    await dialog(page).getByLabel("Check this host").uncheck();
    await fill(page, { Interval: "" });
    await press(page, "Save");
    await card(page, "All set").locator(".paused-status").waitFor();
    const changed = await stack.host("All set");
    assert.deepEqual([changed.parents, changed.interval, changed.enabled], [[], null, false]);
  }));

test("an edit sends what has changed and nothing else, for the version that was read", () =>
  visit(stack, {}, async (page) => {
    const host = await stack.request("POST", "/api/hosts", { name: "Before", ip: "127.0.0.6", notes: "stays" });
    await lookAgain(page);
    await act(page, "Before", "Edit");
    await fill(page, { Name: "After" });
    const sent = page.waitForRequest((request) => request.method() === "PATCH");
    await press(page, "Save");
    assert.deepEqual((await sent).postDataJSON(), { name: "After" });
    assert.equal((await sent).headers()["if-match"], `"${host.revision}"`);
    await card(page, "After").waitFor();
    assert.equal(await card(page, "Before").count(), 0);
  }));

for (const [choice, name] of [["Load theirs", "Their name"], ["Save mine over it", "My name"]]) {
  test(`two people who edit one host: "${choice}"`, () =>
    visit(stack, { expected: /412/ }, async (page) => {
      const host = await stack.request("POST", "/api/hosts", { name: "Contested", ip: "127.0.0.7" });
      await lookAgain(page);
      await act(page, "Contested", "Edit");
      await fill(page, { Name: "My name" });
      const theirs = { name: "Their name", customer: "Ex Bank" };
      await stack.request("PATCH", `/api/hosts/${host.id}`, theirs);
      await press(page, "Save");
      await page.getByRole("alert").filter({ hasText: "They changed: Name, Customer" }).waitFor();
      assert.equal(await dialog(page).getByLabel("Name").inputValue(), "My name");
      await page.getByRole("button", { name: choice }).click();
      if (choice === "Load theirs") {
        assert.equal(await dialog(page).getByLabel("Name").inputValue(), "Their name");
        await unfold(page);
        await fill(page, { Notes: "agreed" });
        await press(page, "Save");
      }
      await closed(page);
      const saved = await stack.request("GET", `/api/hosts/${host.id}`);
      assert.deepEqual([saved.name, saved.customer], [name, "Ex Bank"]);
      await stack.request("DELETE", `/api/hosts/${host.id}`);
    }));
}

test("deleting asks by name first, and then the host is gone", () =>
  visit(stack, {}, async (page) => {
    await stack.request("POST", "/api/hosts", { name: "Not for long", ip: "127.0.0.8" });
    await lookAgain(page);
    await act(page, "Not for long", "Delete");
    await page.getByRole("heading", { name: "Delete Not for long?" }).waitFor();
    await press(page, "Cancel");
    assert.ok(await stack.host("Not for long"));
    await act(page, "Not for long", "Delete");
    await press(page, "Delete Not for long");
    await card(page, "Not for long").waitFor({ state: "detached" });
    assert.equal(await stack.host("Not for long"), undefined);
  }));

test("a host that somebody has changed meanwhile is deleted only when asked again", () =>
  visit(stack, { expected: /412/ }, async (page) => {
    const host = await stack.request("POST", "/api/hosts", { name: "Old name", ip: "127.0.0.8" });
    await lookAgain(page);
    await act(page, "Old name", "Delete");
    await stack.request("PATCH", `/api/hosts/${host.id}`, { name: "New name" });
    await press(page, "Delete Old name");
    await page.getByRole("alert").filter({ hasText: "has just changed this host" }).waitFor();
    await press(page, "Delete New name");
    await closed(page);
    assert.equal(await stack.host("New name"), undefined);
  }));

test("check now brings a new result", () =>
  visit(stack, {}, async (page) => {
    await card(page, "This machine").locator(".dot").first().waitFor();
    const before = (await stack.host("This machine")).last_check;
    await act(page, "This machine", "Check now");
    await page.getByRole("status").filter({ hasText: /This machine is up, .* ms/ }).waitFor();
    assert.ok((await stack.host("This machine")).last_check > before);
  }));

test("a name of HTML is shown as text", () =>
  visit(stack, {}, async (page) => {
    const name = "<script>document.title='broken'</script><img src=x onerror=alert(1)>";
    await startToAdd(page);
    await fill(page, { Name: name, Address: "127.0.0.9" });
    await press(page, "Add host");
    await card(page, name).locator(".up-status").waitFor();
    await card(page, name).getByRole("link", { name: `${name}, up` }).click();
    await hostPage(page).getByRole("heading", { name }).waitFor();
    await page.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("heading", { name: `Delete ${name}?` }).waitFor();
    assert.equal(await page.title(), `${name} · Linewatch`);
    assert.equal(await page.locator("img, main script").count(), 0);
  }));

test("a save that does not reach the server keeps what was typed, and works when it does", () =>
  visit(stack, { expected: /ERR_FAILED/ }, async (page) => {
    await startToAdd(page);
    await fill(page, { Name: "Patient", Address: "127.0.0.10" });
    await page.route("**/api/hosts", (route) => route.abort());
    await press(page, "Add host");
    await page.getByRole("alert").filter({ hasText: "nothing was saved" }).waitFor();
    assert.equal(await dialog(page).getByLabel("Address").inputValue(), "127.0.0.10");
    await page.unroute("**/api/hosts");
    await press(page, "Add host");
    await card(page, "Patient").locator(".up-status").waitFor();
  }));
