// The maintenance windows of a host, or of groups, in a form. Those that happen once are typed and shown in the
// installation's time, in which the weekly ones are kept anyway.

import { fromInput, toInput, zoneName } from "../words/installation_time.js";
import { DAYS, isOver, isWeekly } from "../words/maintenance_text.js";
import * as serverClock from "../words/server_clock.js";
import { appendRow, numberRows, removeRow, announceChange } from "./form_rows.js";

const FIVE_MINUTES = 300;

export class MaintenanceWindows {
  #root;
  #list;
  #connect;
  #rows = [];      // {element, isWeekly, from, to}, with the times as they were given
  #read = "[]";    // what `value` was when it was written
  #groups = null;  // of which each window has one; null: the windows of one host

  // `root` is the fieldset, `connect` gets each element with fields, and `groups` answers those to be offered, if each
  // window is that of a group.
  constructor(root, { connect, groups = null }) {
    this.#root = root;
    this.#connect = connect;
    this.#groups = groups;
    this.#list = root.querySelector(".window-list");
    this.#button("add-window", () => this.#begin({ from: startOf(serverClock.now()), to: null, note: "" }));
    this.#button("add-weekly-window", () => this.#begin({ days: [], from: "", to: "", note: "" }));
  }

  #button(action, onClick) {
    this.#root.querySelector(`[data-action=${action}]`).addEventListener("click", onClick);
  }

  write(windows) {
    this.#list.replaceChildren();
    this.#rows = [];
    this.#root.querySelector(".zone").textContent = zoneName();
    for (const window of windows ?? []) this.#add(window);
    this.#read = JSON.stringify(this.value);
  }

  get value() {
    return this.#rows.map((row) => this.#valueOf(row));
  }

  // Undefined when all stays as it was.
  get change() {
    const { value } = this;
    return JSON.stringify(value) === this.#read ? undefined : value;
  }

  get errors() {
    return this.#rows.flatMap((row, place) => {
      const value = this.#valueOf(row);
      const missing = (name) => value[name] === null || value[name] === "";
      const name = this.#root.dataset.field;
      const errors = ["from", "to"].filter(missing)
        .map((end) => ({ field: `${name}[${place}].${end}`, message: `Enter a ${row.isWeekly ? "" : "day and a "}time.` }));
      if (row.isWeekly && !value.days.length) {
        errors.push({ field: `${name}[${place}].days`, message: "Choose at least one day." });
      }
      if (this.#groups && missing("group")) {
        errors.push({ field: `${name}[${place}].group`, message: "Enter the name of a group." });
      }
      return errors;
    });
  }

  #begin(window) {
    const row = this.#add({ ...window, ...(this.#groups ? { group: "" } : {}) });
    row.element.querySelector("input").focus();
    announceChange(this.#root);
  }

  #add(window) {
    const weekly = isWeekly(window);
    const element = appendRow(this.#list, weekly ? "weekly-window" : "window");
    const row = { element, isWeekly: weekly, given: window };
    this.#fill(row, window);
    this.#rows.push(row);
    this.#number();
    this.#connect(element.parentElement);
    element.querySelector("[data-remove]").addEventListener("click", () => this.#remove(row));
    return row;
  }

  #remove(row) {
    this.#rows = this.#rows.filter((other) => other !== row);
    removeRow(row.element, this.#root.querySelector("[data-action=add-window]"));
    this.#number();
    announceChange(this.#root);
  }

  #number() {
    numberRows(this.#rows.map(({ element }) => element), this.#root.dataset.field);
  }

  #fill({ element, isWeekly: weekly }, window) {
    const control = (name) => element.querySelector(`[data-part=${name}]`);
    for (const end of ["from", "to"]) {
      control(end).value = weekly ? window[end] : window[end] === null ? "" : toInput(window[end]);
    }
    control("note").value = window.note ?? "";
    if (weekly) {
      element.querySelector(".days").append(...DAYS.map((day, place) => makeDay(day, window.days.includes(place + 1))));
      const hint = () => (element.querySelector(".crosses").hidden = !crossesMidnight(control("from"), control("to")));
      element.addEventListener("input", hint);
      hint();
    }
    const over = isOver(window, serverClock.now());
    element.toggleAttribute("data-over", over);
    if (over) element.querySelector("legend").textContent = "Once, and over";
    const group = control("group").closest("[data-field]");
    if (!this.#groups) return group.remove();
    control("group").value = window.group;
    group.querySelector("datalist").append(...this.#groups().map((name) => new Option(name, name)));
  }

  // A time that was not touched stays to the second.
  #valueOf({ element, isWeekly: weekly, given }) {
    const text = (name) => element.querySelector(`[data-part=${name}]`)?.value.trim();
    const time = (end) => (given[end] !== null && text(end) === toInput(given[end]) ? given[end] : fromInput(text(end)));
    const days = [...element.querySelectorAll(".days input")].flatMap((box, place) => (box.checked ? [place + 1] : []));
    return {
      ...(this.#groups ? { group: text("group") } : {}),
      ...(weekly ? { days, from: text("from"), to: text("to") } : { from: time("from"), to: time("to") }),
      note: text("note"),
    };
  }
}

const startOf = (now) => Math.ceil(now / FIVE_MINUTES) * FIVE_MINUTES;
const crossesMidnight = (from, to) => from.value !== "" && to.value !== "" && to.value <= from.value;

function makeDay(name, checked) {
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked });
  label.append(box, name);
  return label;
}
