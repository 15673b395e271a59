// The monthly report: a table for each customer, and one page of paper for each when it is printed.

import { ApiError, fetchOutages, fetchReport, reportFile } from "../app/client.js";
import { makeElement } from "../ui/make_element.js";
import { countOf, formatPercent } from "../words/format.js";
import { pageOf } from "../words/host_text.js";
import { clockAt, dayAt } from "../words/installation_time.js";
import { addMonths, isMonth, monthInWords, monthOf } from "../words/months.js";
import * as serverClock from "../words/server_clock.js";
import { columnsFor, countInWords, makeOutages, makeTable, sorted } from "./report_table.js";

const MONTHS_BACK = 14;  // of what is offered; the address takes any
const NOBODY = "Without a customer";
const EXPLANATION =
  "Uptime is the time a host was up, of the time it was up or down. A host is down from its first failed check to the " +
  "first good one. Not counted is time while its upstream failed, while the monitor was blind, in maintenance, without " +
  "power, paused, or not watched.";

const customerName = (customer) => customer || NOBODY;

export class ReportPage {
  #element;
  #keep;
  #state = null;     // of the dashboard: {config, hostOf}
  #month = null;
  #mistake = "";     // what is wrong with the month in the address
  #customer = "";    // the only one that is shown; empty: all
  #report = null;
  #outages = null;   // of the month; null while they are not shown
  #sort = { key: "name", isReversed: false };
  #asked = 0;        // counts requests: only the last one's answer is shown

  // `element` is the section of the page, `keep` puts the options into its address.
  constructor(element, { keep }) {
    this.#element = element;
    this.#keep = keep;
    this.#part(".month").addEventListener("change", ({ target }) => (location.hash = this.#hashOf(target.value)));
    this.#part(".customer").addEventListener("change", ({ target }) => this.#choose(target.value));
    this.#part("[data-action=print]").addEventListener("click", () => print());
    this.#part("[name=outages]").addEventListener("change", () => this.#loadOutages());
  }

  #part(selector) {
    return this.#element.querySelector(selector);
  }

  get title() {
    return `Report for ${monthInWords(this.#month)}`;
  }

  // The month as in the address. What is none is said to be none, and this month shown.
  open([month = ""], options) {
    const now = monthOf(serverClock.now());
    const chosen = isMonth(month) && month <= now ? month : now;
    this.#mistake = month && chosen !== month ? mistakeIn(month, now) : "";
    this.#customer = options.get("customer") ?? "";
    const isThere = this.#report !== null && chosen === this.#month;
    this.#month = chosen;
    this.#showMonths(now);
    if (!isThere) return this.#load();
    this.#say(this.#mistake);
    this.#draw();
  }

  // A report is not drawn anew under the reader's eyes: only what it needs of the dashboard is kept.
  update(state) {
    this.#state = state;
  }

  // The next visit asks the server again.
  close() {
    this.#report = null;
  }

  #choose(customer) {
    this.#customer = customer;
    this.#keep(customer ? { customer } : {});
    this.#showMonths(monthOf(serverClock.now()));
    this.#draw();
  }

  #hashOf(month, customer = this.#customer) {
    return `#report/${month}${customer ? `?${new URLSearchParams({ customer })}` : ""}`;
  }

  #showMonths(now) {
    const months = Array.from({ length: MONTHS_BACK }, (_, back) => addMonths(now, -back));
    if (!months.includes(this.#month)) months.push(this.#month);
    const picker = this.#part(".month");
    picker.replaceChildren(...months.map((month) => new Option(monthInWords(month), month)));
    picker.value = this.#month;
    this.#part(".previous-month").href = this.#hashOf(addMonths(this.#month, -1));
    const next = this.#part(".next-month");
    if (this.#month < now) next.href = this.#hashOf(addMonths(this.#month, 1));
    else next.removeAttribute("href");
    this.#part("[data-action=csv]").href = reportFile(this.#month);
  }

  async #load() {
    const asked = ++this.#asked;
    this.#say(this.#mistake);
    this.#element.toggleAttribute("data-busy", true);
    try {
      const report = await fetchReport(this.#month);
      if (asked !== this.#asked) return;
      this.#report = withNobody(report);
      this.#outages = null;
      this.#draw();
      if (this.#part("[name=outages]").checked) await this.#loadOutages();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.#asked) this.#fail(error, "The report cannot be shown");
    } finally {
      if (asked === this.#asked) this.#element.removeAttribute("data-busy");
    }
  }

  async #loadOutages() {
    if (!this.#report) return;
    const isWanted = this.#part("[name=outages]").checked;
    const { from, to } = this.#report;
    try {
      const { outages, more } = isWanted ? await fetchOutages({ from, to }) : { outages: null, more: false };
      if (this.#report?.from !== from) return;
      this.#outages = outages;
      this.#say(more ? "There are more outages than can be listed: the first ones of the month are left out." : "");
      this.#draw();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#part("[name=outages]").checked = false;
      this.#say(error.explain("The outages cannot be shown"));
    }
  }

  #fail(error, what) {
    this.#report = null;
    this.#part(".report-body").replaceChildren();
    this.#say(error.explain(what));
  }

  #say(message) {
    this.#part(".form-errors").textContent = message;
  }

  #draw() {
    const { customers } = this.#report;
    this.#part("h2").textContent = this.title;
    this.#part(".report-span").textContent = this.#spanInWords;
    this.#offerCustomers(customers);
    const shown = customers.filter(({ customer }) => this.#isShown(customer))
      .sort((a, b) => (a.customer === "") - (b.customer === "") ||
                      a.customer.localeCompare(b.customer, "en", { numeric: true }));
    const parts = shown.length > 1 ? [this.#overview(shown)] : [];
    for (const customer of shown) parts.push(this.#section(customer));
    if (!parts.length) parts.push(makeElement("p", { className: "nothing-found", textContent: this.#emptyText }));
    const focused = document.activeElement?.dataset?.sort;
    this.#part(".report-body").replaceChildren(...parts);
    if (focused) this.#part(`[data-sort=${focused}]`)?.focus();
  }

  get #emptyText() {
    return this.#customer ? "This customer has no host in this month." : "Nothing was watched in this month.";
  }

  get #spanInWords() {
    const { month, to, timezone } = this.#report;
    const isRunning = month === monthOf(serverClock.now());
    const until = isRunning ? `So far, until ${dayAt(to)}, ${clockAt(to)}. ` : "";
    return `${until}Times in ${timezone || "the server’s own time zone"}.`;
  }

  #isShown(customer) {
    return !this.#customer || customerName(customer) === this.#customer;
  }

  #offerCustomers(customers) {
    const picker = this.#part(".customer");
    const names = customers.map(({ customer }) => customerName(customer));
    if (this.#customer && !names.includes(this.#customer)) names.push(this.#customer);
    names.sort((a, b) => (a === NOBODY) - (b === NOBODY) || a.localeCompare(b, "en", { numeric: true }));
    picker.replaceChildren(new Option("All customers", ""), ...names.map((name) => new Option(name, name)));
    picker.value = this.#customer;
    picker.hidden = names.length < 2;
  }

  #sortBy(key) {
    this.#sort = { key, isReversed: this.#sort.key === key && !this.#sort.isReversed };
    this.#draw();
  }

  #tableOf(options) {
    const table = makeTable({ sort: this.#sort, onSort: (key) => this.#sortBy(key), ...options });
    return makeElement("div", { className: "table-scroll", tabIndex: 0, role: "region", ariaLabel: options.label }, table);
  }

  #overview(customers) {
    const rows = sorted(customers.map((customer) => this.#totalOf(customer)), this.#sort,
                        ({ customer }) => customerName(customer));
    return makeElement("section", { className: "report-part overview" },
      this.#heading("All customers", customers),
      this.#tableOf({
        label: "All customers", first: "Customer", rows, groups: columnsFor(rows),
        nameCell: ({ customer }) => makeElement("a", { href: this.#hashOf(this.#month, customerName(customer)),
                                                   textContent: customerName(customer) }),
      }));
  }

  // As a row among those of hosts.
  #totalOf(customer) {
    const rows = this.#rowsOf(customer);
    return { ...customer, breach: customer.breaches, hasTargets: rows.some(isJudged) };
  }

  #rowsOf({ customer }) {
    return this.#report.rows.filter((row) => row.customer === customer);
  }

  #section(customer) {
    const rows = sorted(this.#rowsOf(customer), this.#sort);
    const total = { ...this.#totalOf(customer), label: `Total, ${countOf(rows.length, "host")}` };
    const part = makeElement("section", { className: "report-part" },
      this.#heading(customerName(customer.customer), [customer]),
      this.#tableOf({
        label: customerName(customer.customer), first: "Host", rows, groups: columnsFor(rows),
        total: rows.length > 1 ? total : null,
        nameCell: (row) => this.#nameCell(row),
      }));
    if (this.#outages) part.append(...this.#outagesOf(rows));
    part.append(makeElement("p", { className: "report-foot", textContent: EXPLANATION }));
    return part;
  }

  #outagesOf(rows) {
    const ids = new Set(rows.map(({ host }) => host));
    const outages = this.#outages.filter(({ host }) => ids.has(host));
    if (!outages.length) return [makeElement("p", { className: "no-outages", textContent: "No outage." })];
    const table = makeOutages(outages, Math.min(this.#report.to, serverClock.now()));
    const frame = { className: "table-scroll", tabIndex: 0, role: "region", ariaLabel: "Each outage" };
    return [makeElement("p", { className: "outage-count", textContent: countInWords(outages) }),
            makeElement("div", frame, table)];
  }

  // On paper each customer's part stands alone: it says itself whose report this is, and in which time.
  #heading(name, customers) {
    const paper = makeElement("p", { className: "paper-head" },
      makeElement("strong", { textContent: this.#state?.config?.title || "Linewatch" }),
      makeElement("span", { textContent: `Availability, ${monthInWords(this.#month)}` }));
    return makeElement("header", { className: "report-head" }, paper,
      makeElement("h3", { textContent: name }),
      makeElement("p", { className: "report-summary" }, ...summaryOf(customers)),
      makeElement("p", { className: "paper-span", textContent: this.#spanInWords }));
  }

  // A host that was deleted since has no page.
  #nameCell({ host, name }) {
    if (this.#state && !this.#state.hostOf(host)) return name;
    return makeElement("a", { href: pageOf(host), textContent: name });
  }
}

const isJudged = ({ target, uptime }) => target !== null && uptime !== null;

const SUMMED = ["outages", "up", "down", "upstream", "blind", "maintenance", "power", "paused", "off"];

// Hosts without a customer are in none of the server's sums: here they stand together like those of one.
function withNobody(report) {
  const rows = report.rows.filter(({ customer }) => !customer);
  if (!rows.length) return report;
  const nobody = { customer: "", hosts: rows.length, breaches: rows.filter(({ breach }) => breach).length,
                   longest: rows.reduce((most, { longest }) => Math.max(most, longest), 0) };
  for (const key of SUMMED) nobody[key] = rows.reduce((total, row) => total + row[key], 0);
  const counted = nobody.up + nobody.down;
  nobody.uptime = counted ? (100 * nobody.up) / counted : null;
  return { ...report, customers: [...report.customers, nobody] };
}

function summaryOf(customers) {
  const sum = (key) => customers.reduce((total, customer) => total + (customer[key] ?? 0), 0);
  const [up, down] = [sum("up"), sum("down")];
  const uptime = up + down > 0 ? `${formatPercent((100 * up) / (up + down), 3)} uptime` : "nothing measured";
  const missed = sum("breaches");
  const texts = [countOf(sum("hosts"), "host"), uptime, countOf(sum("outages"), "outage")];
  const parts = [makeElement("span", { textContent: texts.join(" · ") })];
  if (missed) {
    parts.push(" · ", makeElement("strong", { className: "missed",
                                          textContent: `${countOf(missed, "host")} below what was agreed` }));
  }
  return parts;
}

function mistakeIn(month, now) {
  const what = isMonth(month) ? `${monthInWords(month)} has not begun` : `There is no month “${month}”`;
  return `${what}: this is ${monthInWords(now)}.`;
}

