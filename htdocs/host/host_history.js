// The past of one host on its page: the uptime of four ranges, of which one is chosen, its chart, what it says in a
// sentence, and the outages.

import { ApiError, fetchHistory, fetchOutages } from "../app/client.js";
import { OutageList } from "../outages/outage_list.js";
import { countOf, formatMs, formatPercent, formatTime } from "../words/format.js";
import { LatencyChart } from "./latency_chart.js";

const DAY = 86_400;
const RANGES = {
  "24h": { seconds: DAY, words: "24 hours" }, "7d": { seconds: 7 * DAY, words: "7 days" },
  "30d": { seconds: 30 * DAY, words: "30 days" }, "1y": { seconds: 365 * DAY, words: "year" },
};
export const isRange = (range) => Object.hasOwn(RANGES, range);

// The list reaches back so far at least: most hosts have no outage in a day.
const LEAST_LISTED = 30 * DAY;

const RELOAD_SECONDS = 300;  // a point comes as often
const RETRY_SECONDS = 30;

export class HostHistory {
  #section;
  #chart;
  #list;
  #blips;
  #onRange;
  #wanted = null;      // {id, range, blips} of what is, or is being, loaded
  #due = Infinity;     // when it is loaded again, by the server's clock
  #status = "";        // of the host when it was loaded: a change of it may be a new outage
  #loaded = null;      // {history, outages, blind, from, to}
  #host = null;
  #range = "24h";
  #now = 0;
  #canChange = false;

  // `onRange` gets the range that the user has chosen.
  constructor(section, { onRange }) {
    this.#section = section;
    this.#onRange = onRange;
    this.#chart = new LatencyChart(this.#part(".chart"));
    const onChanged = (outage) => this.#take(outage);
    this.#list = new OutageList(this.#part(".host-outages"), { byDay: false, onChanged });
    this.#blips = this.#part("[name=blips]");
    this.#blips.addEventListener("change", () => this.#load());
    this.#part(".ranges").addEventListener("click", ({ target }) => {
      const range = target.closest("[data-range]")?.dataset.range;
      if (range) this.#onRange(range);
    });
  }

  #part(selector) {
    return this.#section.querySelector(selector);
  }

  // Of another host, or in another range.
  open(range) {
    this.#range = range;
    for (const button of this.#section.querySelectorAll("[data-range]")) {
      button.setAttribute("aria-pressed", String(button.dataset.range === range));
    }
    this.#part(".outages-range").textContent = LEAST_LISTED >= RANGES[range].seconds ? "last 30 days" : "last year";
    this.#due = -Infinity;
  }

  update(host, { now, canChange }) {
    if (this.#host?.id !== host.id) this.#clear();
    this.#host = host;
    this.#now = now;
    if (this.#canChange !== canChange) {
      this.#canChange = canChange;
      this.#showOutages();
    }
    if (now >= this.#due || host.status !== this.#status) this.#load();
    else this.#list.tick(now);
  }

  #clear() {
    this.#loaded = null;
    this.#list.clear();
    this.#part(".no-outages").hidden = this.#part(".as-measured").hidden = true;
    this.#part(".history-body").dataset.state = "loading";
    for (const figure of this.#section.querySelectorAll(".range-uptime")) figure.textContent = "–";
    this.#part(".history-summary").textContent = "";
  }

  async #load() {
    const wanted = { id: this.#host.id, range: this.#range, blips: this.#blips.checked };
    this.#wanted = wanted;
    this.#status = this.#host.status;
    this.#due = this.#now + RELOAD_SECONDS;
    const to = this.#now;
    const from = to - RANGES[wanted.range].seconds;
    const body = this.#part(".history-body");
    body.toggleAttribute("data-waiting", true);
    try {
      const [history, { outages, blind }] = await Promise.all([
        fetchHistory(wanted.id, wanted.range),
        fetchOutages({ host: wanted.id, from: Math.min(from, to - LEAST_LISTED), blips: wanted.blips }),
      ]);
      if (this.#wanted !== wanted) return;
      this.#loaded = { history, outages, blind, from, to };
      this.#showFailure("");
      this.#showHistory();
      this.#showOutages();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#wanted !== wanted) return;
      this.#due = this.#now + RETRY_SECONDS;
      this.#showFailure(error.explain("The history cannot be shown now"));
    } finally {
      if (this.#wanted === wanted) body.removeAttribute("data-waiting");
    }
  }

  #showFailure(message) {
    this.#part(".history-failure").textContent = message;
  }

  #showHistory() {
    const { history, outages, blind, from, to } = this.#loaded;
    for (const button of this.#section.querySelectorAll("[data-range]")) this.#showUptime(button, history.uptime);
    this.#part(".history-body").dataset.state = history.points.length ? "shown" : "empty";
    const inRange = ({ end }) => end === null || end > from;
    const shown = outages.filter((outage) => !outage.blip && inRange(outage));
    this.#part(".history-summary").textContent = history.points.length ? summaryOf(history, shown, to) : "";
    if (!history.points.length) return;
    this.#chart.show({ history, outages: shown, blind: blind.filter(inRange), from, to });
  }

  #showUptime(button, uptime) {
    const percent = uptime[button.dataset.range];
    const { sla_percent: target } = this.#host;
    button.querySelector(".range-uptime").textContent = percent === null ? "–" : formatPercent(percent);
    const isMissed = percent !== null && target !== null && target !== undefined && percent < target;
    button.toggleAttribute("data-missed", isMissed);
    button.querySelector(".range-missed").textContent = isMissed ? `below ${formatPercent(target)}` : "";
  }

  #showOutages() {
    if (!this.#loaded) return;
    const { outages } = this.#loaded;
    this.#list.show({ outages, canChange: this.#canChange, now: this.#now });
    this.#part(".no-outages").hidden = outages.length > 0;
    this.#part(".as-measured").hidden = !outages.some(({ cause, measured }) => cause !== measured);
  }

  #take(outage) {
    this.#loaded.outages = this.#loaded.outages.map((one) => (one.id === outage.id ? outage : one));
    this.#showOutages();
    this.#load();  // the uptime is another now
  }
}

// Of a field over the time that the host was up; what a host that is down loses is no quality of it.
function meanOf(field, points) {
  const measured = points.filter((point) => point[field] !== null && point.up > 0);
  const time = measured.reduce((sum, { up }) => sum + up, 0);
  return time ? measured.reduce((sum, point) => sum + point[field] * point.up, 0) / time : null;
}

// In words what the chart shows, for those who do not see it, and for those who want the figures.
function summaryOf({ range, points, uptime }, outages, now) {
  const worst = points.reduce((most, point) => (point.rtt_max > (most?.rtt_max ?? 0) ? point : most), null);
  const [average, loss] = [meanOf("rtt_avg", points), meanOf("loss", points)];
  const parts = [
    average !== null && `${formatMs(average)} on average`,
    worst && `${formatMs(worst.rtt_max)} at worst (${formatTime(worst.t, now).replace(/:\d\d$/, "")})`,
    loss !== null && `${formatPercent(loss)} lost`,
    uptime[range] !== null && `up ${formatPercent(uptime[range])} of the time`,
    outages.length ? countOf(outages.length, "outage") : "no outage",
  ];
  return `The last ${RANGES[range].words}: ${parts.filter(Boolean).join(", ")}.`;
}
