// Makes the pictures of the dashboard that the README shows, docs/dashboard-light.png and docs/dashboard-dark.png, from a
// made-up network: `make pictures`. Nothing is checked meanwhile, and no address of it is ever asked for.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { launch } from "./chromium.mjs";
import { down, makeHost, makeList, now } from "./hosts_file.mjs";
import { Stack } from "./stack.mjs";

const FOLDER = fileURLToPath(new URL("../../docs", import.meta.url));
const SIZE = { width: 1280, height: 800 };

// Always the same numbers, from 0 to 1.
let seed = 11;
const random = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648);

// A trail of round trips about `ms`, in which the share `lossy` of the checks failed.
const trail = (ms, lossy = 0) =>
  Array.from({ length: 60 }, () => {
    const spike = random() > 0.95 ? 1.5 : 0;
    return random() < lossy ? null : ms * (0.85 + 0.5 * random() ** 4 + spike);
  });

// [name, address, group, round trip in ms, what differs]
const NETWORK = [
  ["Core router", "192.0.2.1", "Core", 0.8], ["Core switch", "192.0.2.2", "Core", 0.6],
  ["Transit A", "198.51.100.1", "Uplinks", 4.2], ["Transit B", "203.0.113.1", "Uplinks", 7.1],
  ["Internet exchange", "198.51.100.9", "Uplinks", 2.3], ["POP North", "192.0.2.17", "POPs", 3.1],
  ["POP South", "192.0.2.33", "POPs", 3.9], ["POP Harbour", "192.0.2.49", "POPs", 5.2],
  ["POP Hill Road", "192.0.2.65", "POPs", null,
   { ...down(7520), acknowledged: { by: "olga", at: now() - 6800, note: "fibre team is out" } }],
  ["School, Hill Road", "192.0.2.66", "Customers", null, { ...down(7500), status: "unreachable", parents: ["POP Hill Road"] }],
  ["First Bank, Main Street", "192.0.2.18", "Customers", 9.4], ["First Bank, Harbour", "192.0.2.50", "Customers", 11.8],
  ["First Bank, South Gate", "192.0.2.34", "Customers", null, down(205)],
  ["Town Hall", "192.0.2.19", "Customers", 8.2], ["Library", "192.0.2.20", "Customers", 8.9],
  ["Hotel Seaview", "192.0.2.51", "Customers", 182, { status: "degraded", slow_ms: 80, last_change: now() - 1460 }],
  ["Hospital", "192.0.2.21", "Customers", 7.7], ["Harbour Office", "192.0.2.52", "Customers", 12.6],
  ["College, North Campus", "192.0.2.22", "Customers", 6.9], ["College, South Campus", "192.0.2.35", "Customers", 9.1],
  ["Mill Lane radio link", "192.0.2.36", "Customers", 24.3, { trail: trail(24, 0.05), uptime: 99.61 }],
  ["Farm, West Ridge", "192.0.2.37", "Customers", 38.5, { trail: trail(38, 0.02), uptime: 99.87 }],
  ["Warehouse 3", "192.0.2.53", "Customers", 14.2], ["Ferry Terminal", "192.0.2.54", "Customers", 13.7],
  ["Resolver 1", "192.0.2.5", "Services", 1.1, { check: "dns", query: "www.example.net", record: "A" }],
  ["Resolver 2", "192.0.2.6", "Services", 1.4, { check: "dns", query: "www.example.net", record: "A" }],
  ["Customer portal", "", "Services", 46, { check: "http", url: "https://portal.example.net/" }],
  ["Mail", "mail.example.net", "Services", 18, { check: "tls", port: 993, cert_expires: now() + 60 * 86_400 }],
  ["Billing database", "db.example.net", "Services", 2.2, { check: "tcp", port: 5432 }],
  ["Nightly backup", "", "Services", null, { check: "push", max_age: 90_000, trail: Array(60).fill(0) }],
  ["Cabinet temperature", "", "Services", null, { check: "mqtt", topic: "pop/north/cabinet", max_age: 60, trail: Array(60).fill(0) }],
  ["Old radio link", "192.0.2.38", "Customers", null, { status: "paused", enabled: false }],
];

function makeNetwork() {
  const ids = new Map(NETWORK.map(([name], place) => [name, makeHost(place + 1).id]));
  return NETWORK.map(([name, ip, group, ms, changes = {}], place) => {
    const measured = ms === null ? { rtt_ms: null, trail: [] } :
                                   { rtt_ms: ms, trail: trail(ms), uptime: 99.95 + Math.floor(random() * 6) / 100 };
    const parents = (changes.parents ?? []).map((parent) => ids.get(parent));
    return makeHost(place + 1, { name, ip, group, ...measured, ...changes, parents });
  });
}

const network = makeNetwork();
const stack = new Stack({ hosts: makeList(network), config: { title: "Seaside Net", access: { anonymous: "admin" } } });
const browser = await launch();
try {
  await stack.start({ monitor: false });
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    stack.write(makeList(network));
    const page = await browser.newPage({ viewport: SIZE, colorScheme });
    await page.goto(stack.url);
    await page.waitForFunction(() => !document.documentElement.hasAttribute("data-loading"));
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: path.join(FOLDER, `dashboard-${colorScheme}.png`), animations: "disabled" });
    await page.close();
  }
} finally {
  await browser.close();
  await stack.remove();
}
