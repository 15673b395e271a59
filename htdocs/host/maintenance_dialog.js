// Planned work on one host, in two clicks: how long it takes, from now. Windows that there are can be ended or taken
// away. Nothing but `maintenance` is changed, which an operator may do, too.

import { ApiError, changeHost, fetchHost } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { FormMessages } from "../ui/form_messages.js";
import { HOST_GONE } from "../words/failures.js";
import { clockAt, dayAt, fromInput, toInput, zoneName } from "../words/installation_time.js";
import { isOpen, isOver, windowInWords } from "../words/maintenance_text.js";
import * as serverClock from "../words/server_clock.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const MORNING = "07:00";

const template = document.getElementById("planned-window");

export class MaintenanceDialog {
  #dialog = document.getElementById("maintenance-dialog");
  #form = this.#dialog.querySelector("form");
  #messages = new FormMessages(this.#form);
  #onSaved;
  #host = null;

  // `onSaved` gets the host as the server answered it, and what it is now, in words.
  constructor({ onSaved }) {
    this.#onSaved = onSaved;
    this.#dialog.addEventListener("click", ({ target }) => {
      const { action, hours } = target.closest("button")?.dataset ?? {};
      if (action === "cancel") this.#dialog.close();
      if (hours) this.#begin(Math.ceil(serverClock.now() + hours * HOUR));
      if (action === "until-morning") this.#begin(this.#morning);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#part("details").open) this.#plan();
      else this.#part("[data-hours]").focus();  // Enter in the note has not said yet for how long
    });
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }

  open(host) {
    const now = serverClock.now();
    this.#form.reset();
    this.#messages.clear();
    this.#show(host);
    this.#part("details").open = false;
    this.#part("[name=from]").value = toInput(now);
    this.#part("[name=to]").value = toInput(now + 2 * HOUR);
    this.#part("[data-action=until-morning]").textContent = `Until ${morningInWords(this.#morning, now)}`;
    for (const zone of this.#dialog.querySelectorAll(".zone")) zone.textContent = zoneName();
    this.#dialog.showModal();
  }

  // Of tomorrow; after midnight, of the day that has just begun.
  get #morning() {
    const now = serverClock.now();
    const today = fromInput(`${toInput(now).slice(0, 10)}T${MORNING}`);
    // From a morning: a day after midnight may be the day after the next, when clocks are put forward in between.
    return today - now > HOUR ? today : fromInput(`${toInput(today + DAY).slice(0, 10)}T${MORNING}`);
  }

  #show(host) {
    this.#host = host;
    this.#part("h2").textContent = `Maintenance of ${host.name}`;
    const now = serverClock.now();
    const rows = host.maintenance.filter((window) => !isOver(window, now)).map((window) => this.#row(window, now));
    this.#part(".planned ul").replaceChildren(...rows);
    this.#part(".planned").hidden = rows.length === 0;
  }

  #row(window, now) {
    const row = template.content.firstElementChild.cloneNode(true);
    const open = isOpen(window, now);
    row.toggleAttribute("data-open", open);
    row.querySelector(".planned-when").textContent = windowInWords(window, now);
    row.querySelector(".planned-note").textContent = window.note;
    const button = row.querySelector("button");
    button.textContent = open ? "End now" : "Remove";
    button.setAttribute("aria-label", `${button.textContent}: ${windowInWords(window, now)}`);
    button.addEventListener("click", () => (open ? this.#end(window) : this.#remove(window)));
    return row;
  }

  #begin(to) {
    const from = Math.floor(serverClock.now());
    this.#change((windows) => [...windows, { from, to, note: this.#part("[name=note]").value.trim() }],
                 `in maintenance until ${timeInWords(to, from)}`);
  }

  #plan() {
    const [from, to] = ["from", "to"].map((name) => fromInput(this.#part(`[name=${name}]`).value));
    const missing = (field) => ({ field, message: "Enter a day and a time." });
    const errors = [...(from === null ? [missing("from")] : []), ...(to === null ? [missing("to")] : [])];
    if (!errors.length && to <= from) errors.push({ field: "to", message: "Choose a time after the beginning." });
    this.#messages.clear();
    if (errors.length) return this.#messages.showErrors(errors);
    const window = { from, to, note: this.#part("[name=note]").value.trim() };
    this.#change((windows) => [...windows, window], `in maintenance: ${windowInWords(window, serverClock.now())}`);
  }

  #end(window) {
    const now = Math.floor(serverClock.now());
    if (now <= window.from) return this.#remove(window);
    this.#change((windows) => windows.map((other) => (same(other, window) ? { ...other, to: now } : other)),
                 "no longer in maintenance");
  }

  #remove(window) {
    this.#change((windows) => windows.filter((other) => !same(other, window)), "without that window");
  }

  // `change` makes the new list of windows from the one that the server has now.
  async #change(change, what) {
    this.#messages.clear();
    try {
      const saved = await whileBusy(this.#dialog, async () => {
        const { revision, maintenance } = await fetchHost(this.#host.id);
        return changeHost(this.#host.id, revision, { maintenance: change(maintenance) });
      });
      this.#dialog.close();
      this.#onSaved(saved, what);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const byStatus = { 404: HOST_GONE, 412: "Somebody else has just changed this host. Try again." };
      this.#messages.showFailure(error, { done: "changed", byStatus });
    }
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const isSameDay = (one, other) => dayAt(one) === dayAt(other);

function morningInWords(morning, now) {
  return `${isSameDay(morning, now) ? "this morning" : "tomorrow"}, ${clockAt(morning)}`;
}

function timeInWords(time, now) {
  return isSameDay(time, now) ? clockAt(time) : `${dayAt(time)}, ${clockAt(time)}`;
}
