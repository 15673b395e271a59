// A list of outages, newest first, in parts. Rows are kept by the id of their outage, so that an open form, the focus
// and the place survive when it is loaded again.

import { formatAge, formatClock, formatDay } from "../words/format.js";
import { OutageRow } from "./outage_row.js";

const PORTION = 100;  // rows at a time: a bad month of a thousand hosts has more than anybody reads

export class OutageList {
  #list;
  #more;
  #onChanged;
  #byDay;
  #rows = new Map();
  #limit = PORTION;
  #shown = null;      // the last {outages, blind, canChange}
  #now = 0;
  #order = "";        // of what stands in the list

  // `root` holds a list and a button for more. `byDay`: rows have the name of their host, days have headings, and the
  // times in which the monitor was blind stand between. `onChanged` gets an outage that has been reclassified.
  constructor(root, { byDay, onChanged }) {
    this.#list = root.querySelector(".outage-list");
    this.#more = root.querySelector("[data-outages=more]");
    this.#byDay = byDay;
    this.#onChanged = onChanged;
    this.#more.addEventListener("click", () => {
      this.#limit += PORTION;
      this.#draw();
    });
  }

  // Another list, of which nothing is kept.
  clear() {
    this.#rows.clear();
    this.#list.replaceChildren();
    this.#limit = PORTION;
    this.#shown = null;
    this.#order = "";
    this.#more.hidden = true;
  }

  show({ outages, blind = [], canChange, now }) {
    this.#shown = { outages, blind, canChange };
    this.#now = now;
    this.#draw();
  }

  // What goes on takes longer and longer.
  tick(now) {
    if (!this.#shown || this.#now === now) return;
    this.#now = now;
    this.#draw();
  }

  #draw() {
    const { outages, blind, canChange } = this.#shown;
    const ongoing = outages.filter(({ end }) => end === null);
    const over = outages.filter(({ end }) => end !== null);
    const all = [...ongoing, ...over].slice(0, this.#limit);
    this.#more.hidden = all.length === outages.length;
    const entries = this.#byDay ? this.#withDays(all, blind) : all.map((outage) => ({ outage }));
    const how = { now: this.#now, canChange, withName: this.#byDay, withDay: !this.#byDay };
    for (const { outage } of entries) {
      if (!outage) continue;
      if (!this.#rows.has(outage.id)) this.#rows.set(outage.id, new OutageRow({ onChanged: this.#onChanged }));
      this.#rows.get(outage.id).update(outage, how);
    }
    const order = JSON.stringify(entries.map(({ outage, ...other }) => outage?.id ?? other));
    if (order === this.#order) return;
    this.#order = order;
    this.#place(entries);
  }

  // Days and blind times as entries between the outages.
  #withDays(outages, blind) {
    const oldest = outages.at(-1)?.start ?? -Infinity;
    const dayOf = ({ end, start }) => (end === null ? "Now" : formatDay(start, this.#now));
    const items = [
      ...outages.map((outage) => ({ outage, at: outage.start, day: dayOf(outage) })),
      ...blind.filter(({ start }) => start >= oldest).map((time) =>
        ({ blind: time, at: time.start, day: dayOf(time) })),
    ];
    items.sort((a, b) => (b.day === "Now") - (a.day === "Now") || b.at - a.at);
    return items.flatMap(({ day, at, ...item }, index) =>
      (day === items[index - 1]?.day ? [item] : [{ day }, item]));
  }

  // Only what is not in its place is moved: a row that stays keeps its focus.
  #place(entries) {
    const wanted = entries.map(({ outage, day, blind }) =>
      (outage ? this.#rows.get(outage.id).element : day ? makeDay(day) : makeBlind(blind, this.#now)));
    const kept = new Set(wanted);
    for (const element of [...this.#list.children]) {
      if (!kept.has(element)) element.remove();
    }
    wanted.forEach((element, index) => {
      const there = this.#list.children[index];
      if (there !== element) this.#list.insertBefore(element, there ?? null);
    });
    const ids = new Set(entries.map(({ outage }) => outage?.id));
    for (const id of this.#rows.keys()) {
      if (!ids.has(id)) this.#rows.delete(id);
    }
  }
}

function makeDay(day) {
  const item = document.createElement("li");
  item.className = "outage-day";
  const heading = document.createElement("h3");
  heading.textContent = day;
  item.append(heading);
  return item;
}

function makeBlind({ start, end }, now) {
  const item = document.createElement("li");
  item.className = "outage-blind";
  const until = end === null ? "now" : formatClock(end);
  const length = formatAge((end ?? now) - start);
  item.textContent = `The monitor was blind ${formatClock(start)} – ${until}, ${length}: no host is blamed for that time.`;
  return item;
}
