// The page of all outages: of a time, of one cause or all, of hosts whose name has some words.

import { ApiError, fetchOutages } from "../app/client.js";
import { countOf, formatAge } from "../words/format.js";
import { elsewhere } from "../words/installation_time.js";
import { addMonths, beginOfMonth, monthOf } from "../words/months.js";
import { OutageList } from "./outage_list.js";
import { causeOptions } from "./outage_row.js";

const DAY = 86_400;
const RELOAD_SECONDS = 60;
const USUAL = { span: "7d", cause: "", name: "", blips: "" };

// The times to choose from, as {from, to} in Unix seconds; a month is that of its report.
const SPANS = {
  "24h": (now) => ({ from: now - DAY }),
  "7d": (now) => ({ from: now - 7 * DAY }),
  "30d": (now) => ({ from: now - 30 * DAY }),
  month: (now) => ({ from: beginOfMonth(monthOf(now)) }),
  "last-month": (now) => ({ from: beginOfMonth(addMonths(monthOf(now), -1)), to: beginOfMonth(monthOf(now)) }),
};

export class OutagesPage {
  #section;
  #form;
  #list;
  #keep;
  #wanted = null;     // what is, or is being, loaded
  #due = -Infinity;   // when it is loaded again
  #loaded = null;     // the last answer
  #state = null;      // of the last update
  title = "Outages";

  // `keep` gets the options that belong into the address.
  constructor(section, { keep }) {
    this.#section = section;
    this.#keep = keep;
    this.#form = this.#part("form");
    this.#form.elements.cause.append(...causeOptions());
    this.#list = new OutageList(section, { byDay: true, onChanged: (outage) => this.#take(outage) });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", ({ target }) => {
      this.#keep(this.#options());
      if (target.name === "span" || target.name === "blips") this.#load();
      else this.#draw();
    });
  }

  #part(selector) {
    return this.#section.querySelector(selector);
  }

  // Only what is not as usual.
  #options() {
    const { span, cause, name, blips } = this.#form.elements;
    const chosen = { span: span.value, cause: cause.value, name: name.value.trim(), blips: blips.checked ? "1" : "" };
    return Object.entries(chosen).filter(([option, value]) => value !== USUAL[option]);
  }

  open(args, options) {
    const { elements } = this.#form;
    const wanted = { ...USUAL, ...Object.fromEntries(options) };
    elements.span.value = Object.hasOwn(SPANS, wanted.span) ? wanted.span : USUAL.span;
    elements.cause.value = wanted.cause;
    if (elements.cause.selectedIndex < 0) elements.cause.value = USUAL.cause;
    elements.name.value = wanted.name;
    elements.blips.checked = wanted.blips === "1";
    this.#due = -Infinity;
  }

  close() {
    this.#state = null;
  }

  update(state) {
    const { context: { now }, list, offers } = state;
    const isNews = this.#state && this.#state.list.summary.down !== list.summary.down;
    const canChangeNow = this.#state?.offers.change !== offers.change;
    this.#state = state;
    if (now >= this.#due || isNews) this.#load();
    else if (canChangeNow) this.#draw();
    else this.#list.tick(now);
  }

  async #load() {
    const { now } = this.#state.context;
    const wanted = { ...SPANS[this.#form.elements.span.value](now), blips: this.#form.elements.blips.checked };
    this.#wanted = wanted;
    this.#due = now + RELOAD_SECONDS;
    this.#section.toggleAttribute("data-waiting", true);
    try {
      const answer = await fetchOutages(wanted);
      if (this.#wanted !== wanted) return;
      this.#loaded = answer;
      this.#part(".outages-failure").textContent = "";
      this.#draw();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#wanted !== wanted) return;
      this.#part(".outages-failure").textContent = error.explain("The outages cannot be shown now");
    } finally {
      if (this.#wanted === wanted) this.#section.removeAttribute("data-waiting");
    }
  }

  #draw() {
    if (!this.#loaded || !this.#state) return;
    const { cause, name } = this.#form.elements;
    const words = name.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isWanted = (outage) => (!cause.value || outage.cause === cause.value) &&
                                 words.every((word) => outage.name.toLowerCase().includes(word));
    const outages = this.#loaded.outages.filter(isWanted);
    const { context: { now }, offers } = this.#state;
    this.#list.show({ outages, blind: this.#loaded.blind, canChange: offers.change, now });
    const more = this.#loaded.more ? "more than can be listed: choose a shorter time" : "";
    this.#part(".outages-summary").textContent = summaryOf(outages, now, more);
    this.#part(".whose-times").textContent = elsewhere(now);
    const none = this.#part(".no-outages");
    none.hidden = outages.length > 0;
    none.textContent = this.#loaded.outages.length ? "No outage matches." : "No outage in that time.";
  }

  #take(outage) {
    this.#loaded.outages = this.#loaded.outages.map((one) => (one.id === outage.id ? outage : one));
    this.#draw();
  }
}

function summaryOf(outages, now, more) {
  if (!outages.length) return "";
  const lengths = outages.map(({ start, end }) => (end ?? now) - start);
  const ongoing = outages.filter(({ end }) => end === null).length;
  const hosts = new Set(outages.map(({ host }) => host)).size;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const parts = [
    `${countOf(outages.length, "outage")} of ${countOf(hosts, "host")}`,
    ongoing && `${ongoing} going on`,
    `${formatAge(total)} in all, the longest ${formatAge(lengths.reduce((most, one) => Math.max(most, one)))}`,
    more,
  ];
  return parts.filter(Boolean).join(" · ");
}
