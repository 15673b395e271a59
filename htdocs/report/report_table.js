// The tables of the monthly report: one a customer, the customers on top of them, and the outages below.

import { makeElement } from "../ui/make_element.js";
import { causeOf } from "../words/causes.js";
import { countOf, formatLength, formatMs, formatPercent } from "../words/format.js";
import { spanAt } from "../words/installation_time.js";

const PLACES = 3;  // 0.001 % of a month are 26 seconds
const NOTHING = "–";

const lengthOr = (seconds) => (seconds ? formatLength(seconds) : NOTHING);
const percentOr = (percent) => (percent === null ? NOTHING : formatPercent(percent, PLACES));
const countOr = (number) => (number ? String(number) : NOTHING);

// `text` of a row's value; `isLow`: what is worst comes first when its head is pressed, and that is the least of them.
const UPTIME = [
  { key: "uptime", head: "measured", text: percentOr, isLow: true },
  { key: "target", head: "agreed", text: percentOr, isLow: true },
  { key: "breach", head: "result", text: resultOf },
];
const OUTAGES = [
  { key: "outages", head: "number", text: countOr },
  { key: "longest", head: "longest", text: lengthOr },
  { key: "down", head: "total", text: lengthOr },
];
const UNCOUNTED = [
  { key: "upstream", head: "upstream", text: lengthOr },
  { key: "blind", head: "monitor blind", text: lengthOr },
  { key: "maintenance", head: "maintenance", text: lengthOr },
  { key: "power", head: "power", text: lengthOr },
  { key: "paused", head: "paused", text: lengthOr },
  { key: "off", head: "not watched", text: lengthOr },
];
const QUALITY = [
  { key: "rtt_avg", head: "round trip", text: (ms) => (ms === null ? NOTHING : formatMs(ms)) },
  { key: "loss", head: "loss", text: (percent) => (percent === null ? NOTHING : formatPercent(percent)) },
];

// Only what there is something to say of.
export function columnsFor(rows) {
  const happened = ({ key }) => rows.some((row) => row[key]);
  const known = ({ key }) => key === "uptime" || rows.some((row) => (row[key] ?? null) !== null);
  const hasTargets = rows.some((row) => row.hasTargets ?? row.target !== null);
  return [
    { title: "Uptime", columns: UPTIME.filter((column) => known(column) && (column.key !== "breach" || hasTargets)) },
    { title: "Outages", columns: OUTAGES },
    { title: "Not counted", columns: UNCOUNTED.filter(happened) },
    { title: "Quality", columns: QUALITY.filter(known) },
  ].filter(({ columns }) => columns.length);
}

// Of a host, whether it was up as agreed; of many, how many were not.
function resultOf(breach, { uptime, target, breaches, hasTargets }) {
  if (breaches !== undefined) return breaches ? `${breaches} missed` : hasTargets ? "all met" : NOTHING;
  if (target === null || uptime === null) return NOTHING;
  return breach ? "missed" : "met";
}

const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// `sort` is {key, isReversed}.
export function sorted(rows, sort, nameOf = ({ name }) => name) {
  const columns = [...UPTIME, ...OUTAGES, ...UNCOUNTED, ...QUALITY];
  const isLow = Boolean(columns.find(({ key }) => key === sort.key)?.isLow);
  const direction = (isLow ? 1 : -1) * (sort.isReversed ? -1 : 1);
  const numberOf = (row) => (typeof row[sort.key] === "boolean" ? Number(row[sort.key]) : row[sort.key] ?? null);
  return [...rows].sort((a, b) => {
    const names = byName.compare(nameOf(a), nameOf(b));
    if (sort.key === "name") return sort.isReversed ? -names : names;
    const [one, other] = [numberOf(a), numberOf(b)];
    if (one === null || other === null) return (one === null) - (other === null) || names;
    return (one - other) * direction || names;
  });
}

// `first` is the head of the first column, which names the rows; `onSort` gets the key of the head that was pressed.
export function makeTable({ first, rows, total, groups, sort, onSort, nameCell }) {
  const columns = groups.flatMap((group) => group.columns.map((column, place) => ({ ...column, isFirst: place === 0 })));
  const table = makeElement("table", { className: "report-table" });
  table.append(makeHead(first, groups, columns, sort, onSort));
  const body = makeElement("tbody");
  for (const row of rows) body.append(makeRow(row, nameCell(row), columns));
  table.append(body);
  if (total) table.append(makeElement("tfoot", {}, makeRow(total, total.label, columns)));
  return table;
}

function makeHead(first, groups, columns, sort, onSort) {
  const titles = makeElement("tr", {}, makeElement("td"));
  for (const { title, columns: own } of groups) {
    titles.append(makeElement("th", { scope: "colgroup", colSpan: own.length, className: "first", textContent: title }));
  }
  const heads = makeElement("tr", {}, makeSortHead({ key: "name", head: first }, sort, onSort));
  for (const column of columns) heads.append(makeSortHead(column, sort, onSort));
  return makeElement("thead", {}, titles, heads);
}

function makeSortHead({ key, head, isFirst }, sort, onSort) {
  const button = makeElement("button", { type: "button", className: "link", textContent: head });
  button.dataset.sort = key;
  button.addEventListener("click", () => onSort(key));
  // A browser that repeats the head on each sheet of paper leaves the texts of buttons out.
  const onPaper = makeElement("span", { className: "on-paper", ariaHidden: "true", textContent: head });
  const cell = makeElement("th", { scope: "col", className: isFirst ? "first" : "" }, button, onPaper);
  if (sort.key === key) cell.ariaSort = sort.isReversed ? "ascending" : "descending";
  return cell;
}

function makeRow(row, name, columns) {
  const made = makeElement("tr", {}, makeElement("th", { scope: "row" }, name));
  for (const { key, text, isFirst } of columns) {
    const cell = makeElement("td", { className: isFirst ? "first" : "", textContent: text(row[key] ?? null, row) });
    cell.dataset.key = key;
    if (key === "breach" || key === "uptime") cell.dataset.result = resultOf(row.breach, row).split(" ").at(-1);
    cell.toggleAttribute("data-none", cell.textContent === NOTHING);
    made.append(cell);
  }
  return made;
}

// The report counts what is the host's own fault; the list has all, with the cause of each.
export function countInWords(outages) {
  const others = outages.filter(({ cause }) => cause !== "line").length;
  const which = others === outages.length ? "" : `${others} of them `;
  return countOf(outages.length, "outage") + (others ? `, ${which}not the host’s own, and so not counted above` : "");
}

// The outages of some hosts, newest first.
export function makeOutages(outages, now) {
  const table = makeElement("table", { className: "report-table outage-table" });
  const heads = ["Host", "When", "Length", "Cause", "Reason"];
  table.append(makeElement("thead", {}, makeElement("tr", {}, ...heads.map((text) =>
    makeElement("th", { scope: "col", textContent: text })))));
  const body = makeElement("tbody");
  for (const { name, start, end, seconds, cause, reason, note, user } of outages) {
    const said = note ? `${reason ? `${reason} · ` : ""}${note}${user ? ` (${user})` : ""}` : reason;
    body.append(makeElement("tr", {},
      makeElement("th", { scope: "row", textContent: name }),
      makeElement("td", { textContent: end ? spanAt(start, end, now) : `${spanAt(start, now, now)}, still down` }),
      makeElement("td", { textContent: formatLength(seconds ?? now - start) }),
      makeElement("td", { textContent: causeOf(cause).words }),
      makeElement("td", { textContent: said })));
  }
  table.append(body);
  return table;
}
