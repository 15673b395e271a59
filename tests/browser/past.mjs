// The past of a host, as the API answers it: made up, for what a real one would take a year to become.

import { now } from "./hosts_file.mjs";

const DAY = 86_400;
const RANGES = { "24h": [DAY, 300], "7d": [7 * DAY, 3600], "30d": [30 * DAY, 7200], "1y": [365 * DAY, DAY] };

// Always the same numbers, from 0 to 1.
function randomFrom(seed) {
  let state = seed;
  return () => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648);
}

// A host of some 12 ms with a busy evening, spikes and loss; without data in `gap`, down during `outages`, with nothing
// known while the monitor was blind. Times in seconds before now.
export function makeHistory(id, range, { rtt = 12, outages = [], blind = [], gap = null, young = Infinity } = {}) {
  const [seconds, step] = RANGES[range];
  const random = randomFrom(7);
  const end = now();
  const points = [];
  for (let t = Math.ceil((end - seconds) / step) * step; t + step <= end; t += step) {
    const ago = end - t;
    const within = ({ start, end: over }) => Math.max(0, Math.min(t + step, over ?? end) - Math.max(t, start));
    const down = Math.round(outages.reduce((sum, one) => sum + within(one), 0));
    const unseen = blind.reduce((sum, one) => sum + within(one), 0);
    const noise = random();
    if (ago > young || unseen >= step || (gap && ago < gap[0] && ago > gap[1])) continue;
    const busy = 1 + 1.2 * Math.max(0, Math.sin((ago / seconds) * 9)) ** 3;
    const average = rtt * busy * (0.9 + 0.2 * noise);
    const isSpike = random() > 0.975;
    const isDown = down >= step;
    points.push({
      t, up: step - down, down,
      rtt_min: isDown ? null : average * 0.75, rtt_avg: isDown ? null : average,
      rtt_max: isDown ? null : average * (isSpike ? 9 : 1.25 + random() / 2),
      loss: isDown ? 100 : busy > 1.9 ? 4 + 12 * random() : random() > 0.95 ? 1 : 0,
    });
  }
  const uptime = young < 1e9 ? { "24h": null, "7d": null, "30d": null, "1y": null } :
                               { "24h": 98.61, "7d": 99.8, "30d": 99.952, "1y": 99.981 };
  return { host: id, range, step, points, uptime };
}

export function makeOutage(host, name, ago, seconds, changes = {}) {
  const start = Math.floor(now() - ago);
  return { id: `${host}-${start}`, host, name, start, end: start + seconds, seconds, reason: "no answer within 1 s",
           cause: "line", blip: false, measured: "line", note: "", user: "", ...changes };
}

export const ongoing = (host, name, ago, changes = {}) =>
  makeOutage(host, name, ago, ago, { end: null, ...changes });

// Answers the page's requests for the past: `historyOf(id, range)` and `outages`, {outages, blind}, of which each
// request gets what it asks for. What is reclassified is noted in `outages` and in what this answers.
export async function playPast(page, { historyOf, outages }) {
  const asked = { history: [], outages: [], patches: [] };
  await page.route("**/api/hosts/*/history*", (route) => {
    const url = new URL(route.request().url());
    const range = url.searchParams.get("range");
    asked.history.push(range);
    return route.fulfill({ json: historyOf(url.pathname.split("/")[3], range) });
  });
  await page.route("**/api/outages?*", (route) => {
    const { searchParams } = new URL(route.request().url());
    asked.outages.push(searchParams.toString());
    const [host, from, to, blips] = ["host", "from", "to", "blips"].map((name) => searchParams.get(name));
    const isWanted = (one) => (!host || one.host === host) && (blips || !one.blip) &&
                              (one.end ?? Infinity) > Number(from) && (!to || one.start < Number(to));
    return route.fulfill({ json: { outages: outages.outages.filter(isWanted), blind: outages.blind } });
  });
  await page.route("**/api/outages/*", (route) => {
    const id = new URL(route.request().url()).pathname.split("/").at(-1);
    const { cause, note = "" } = route.request().postDataJSON();
    asked.patches.push([id, cause, note]);
    const outage = outages.outages.find((one) => one.id === id);
    Object.assign(outage, cause ? { cause, note, user: "olga" } : { cause: outage.measured, note: "", user: "" });
    return route.fulfill({ json: outage });
  });
  return asked;
}
