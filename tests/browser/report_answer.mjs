// Makes the answer of /api/report and that of /api/outages for a month, with what a real network takes a month for.

const DAY = 86_400;

const sums = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

function makeCustomer(customer, rows) {
  const total = Object.fromEntries(["outages", "up", "down", "upstream", "blind", "maintenance", "power", "paused", "off"]
    .map((key) => [key, sums(rows, key)]));
  const counted = total.up + total.down;
  return {
    customer, hosts: rows.length, ...total, uptime: counted ? (100 * total.up) / counted : null,
    breaches: rows.filter(({ breach }) => breach).length, longest: Math.max(...rows.map(({ longest }) => longest)),
  };
}

// `lines` by customer: {customer: [changes to a row, …]}. Those of "" have none, and are in no sum.
export function makeReport(month, lines) {
  const from = Date.parse(`${month}-01T00:00Z`) / 1000;
  const to = from + 31 * DAY;
  let number = 0;
  const rows = Object.entries(lines).flatMap(([customer, changes]) => changes.map((change) => {
    const row = {
      host: `h${String(++number).padStart(9, "0")}`, name: `Branch ${number}`, customer, target: 99.9, breach: false,
      outages: 0, longest: 0, up: to - from, down: 0, upstream: 0, blind: 0, maintenance: 0, power: 0, paused: 0, off: 0,
      rtt_avg: 12.3, loss: 0.01, ...change,
    };
    row.up -= row.down;
    row.uptime = change.uptime !== undefined ? change.uptime : (100 * row.up) / (row.up + row.down);
    row.breach = row.target !== null && row.uptime !== null && row.uptime < row.target;
    return row;
  }));
  const customers = Object.keys(lines).filter(Boolean).map((customer) =>
    makeCustomer(customer, rows.filter((row) => row.customer === customer)));
  return { month, timezone: "Europe/Berlin", from, to, rows, customers };
}

export const makeOutage = (row, start, seconds, changes = {}) => ({
  id: `${row.host}-${start}`, host: row.host, name: row.name, start, end: start + seconds, seconds,
  reason: "no answer within 1 s", cause: "line", blip: false, measured: "line", note: "", user: "", ...changes,
});
