// Many hosts at once: tried line by line before anything is done.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { makeHost, makeList } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";
import { card, visit } from "./visit.mjs";

let stack, folder;
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "linewatch-import-"));
  stack = new Stack({ hosts: makeList([]), config: { access: { anonymous: "admin" } } });
  await stack.start({ monitor: false });
});
after(async () => {
  await stack.remove();
  fs.rmSync(folder, { recursive: true });
});

const show = (options, run) => {
  stack.write(makeList([makeHost(1), makeHost(2)]));
  return visit(stack, options, async (page) => {
    await page.goto(`${stack.url}#import`);
    await page.getByRole("heading", { name: "Import hosts" }).waitFor();
    await run(page);
  });
};

const list = (page) => page.getByRole("textbox", { name: "Lines or a table" });
const rows = (page, part) => page.getByRole("region", { name: part }).locator("tbody tr").allTextContents();

function makeFile(name, bytes) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

test("pasted lines are tried, shown, and added by one button", () =>
  show({}, async (page) => {
    await list(page).fill("Hotel,127.9.0.1\nMill,127.9.0.2\nBranch 1,127.1.0.1\n");
    await page.getByText("Nothing is done yet.").waitFor();
    assert.deepEqual(await rows(page, "Added"), ["1Hotel127.9.0.1ping", "2Mill127.9.0.2ping"]);
    await page.getByRole("button", { name: "Add 2", exact: true }).click();
    await page.getByText("2 hosts added.").waitFor();
    await card(page, "Hotel").waitFor();
    assert.equal((await stack.host("Mill")).ip, "127.9.0.2");
  }));

test("a line that is refused stands on top with what it says, and nothing can be imported before it is corrected", () =>
  show({}, async (page) => {
    await list(page).fill("Hotel,127.9.0.1\nMill,not an address!\n");
    await page.getByText("Nothing is imported while a line is refused").waitFor();
    const [refused] = await rows(page, "Refused");
    assert.match(refused, /^2ip: expected .*Mill,not an address!$/);
    assert.ok(await page.getByRole("button", { name: "Add 1", exact: true }).isDisabled());
    await list(page).fill("Hotel,127.9.0.1\nMill,127.9.0.2\n");
    await page.getByRole("button", { name: "Add 2", exact: true }).click();
    await page.getByText("2 hosts added.").waitFor();
  }));

test("a table changes what is there, column by column", () =>
  show({}, async (page) => {
    const file = makeFile("hosts.csv", "name,ip,customer\nBranch 1,127.1.0.1,First Bank\nNew,127.9.9.9,First Bank\n");
    await page.getByLabel("Choose a file…").setInputFiles(file);
    await page.getByText("hosts.csv, 3 lines.").waitFor();
    await page.getByRole("button", { name: "Add 1, change 1" }).click();
    await page.getByText("1 host added, 1 host changed.").waitFor();
    assert.equal((await stack.host("Branch 1")).customer, "First Bank");
  }));

test("a file in Windows-1252 is read as such, and said to be", () =>
  show({}, async (page) => {
    await page.getByLabel("Choose a file…").setInputFiles(makeFile("old.txt", Buffer.from("M\xfchle,127.9.0.7\n", "latin1")));
    await page.getByText("It is not UTF-8 and was read as Windows-1252").waitFor();
    await page.getByRole("cell", { name: "Mühle" }).waitFor();
  }));

test("nothing typed is lost when the server does not answer", () =>
  show({ expected: /./ }, async (page) => {
    await page.route("**/api/hosts/import**", (route) => route.abort());
    await list(page).fill("Hotel,127.9.0.1");
    await page.getByText("The server does not answer. What you typed is still here").waitFor();
    assert.equal(await list(page).inputValue(), "Hotel,127.9.0.1");
    assert.ok(await page.locator("#import-page [type=submit]").isDisabled());
  }));

test("what is taken along can be brought back, and changes nothing", () =>
  show({}, async (page) => {
    for (const format of ["CSV", "JSON"]) {
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: format }).click();
      const file = path.join(folder, `export.${format.toLowerCase()}`);
      await (await download).saveAs(file);
      await page.getByLabel("Choose a file…").setInputFiles(file);
      await page.getByText("All of this is there already.").waitFor();
      await list(page).fill("");
    }
  }));

test("the first visit leads to the list of hosts, the uplinks and a test alert", () => {
  stack.write(makeList([]));
  return visit(stack, {}, async (page) => {
    const welcome = page.getByRole("region", { name: "Add your first host" });
    await welcome.getByRole("link", { name: "Paste a list of hosts" }).click();
    await list(page).fill("127.9.0.1");
    await page.getByRole("button", { name: "Add 1", exact: true }).click();
    await page.getByText("1 host added.").waitFor();
  });
});
