// The recipients and channels of a group of hosts, in the settings.

import { offerChannels } from "../ui/channels.js";
import { readField, writeField } from "../ui/form_fields.js";
import { appendRow, numberRows, removeRow, announceChange } from "../ui/form_rows.js";

export class RouteFields {
  #root;
  #list;
  #connect;
  #groups;
  #rows = [];
  #read = "[]";

  // `groups` answers the names that are offered, `connect` gets each element with fields.
  constructor(root, { connect, groups }) {
    this.#root = root;
    this.#list = root.querySelector(".row-list");
    this.#connect = connect;
    this.#groups = groups;
    root.querySelector("[data-action=add-route]").addEventListener("click", () => {
      this.#add({ group: "", smtp_to: [], channels: [] }).querySelector("input").focus();
      announceChange(root);
    });
  }

  write(routes) {
    this.#list.replaceChildren();
    this.#rows = [];
    for (const route of routes ?? []) this.#add(route);
    this.#read = JSON.stringify(this.#value);
  }

  get #value() {
    return this.#rows.map((row) => ({
      group: this.#field(row, "group").querySelector("input").value.trim(),
      smtp_to: readField(this.#field(row, "smtp_to")),
      channels: readField(this.#field(row, "channels")),
    }));
  }

  // Undefined when all stays as it was.
  get change() {
    const value = this.#value;
    return JSON.stringify(value) === this.#read ? undefined : value;
  }

  get errors() {
    return this.#value.flatMap(({ group }, place) =>
      (group ? [] : [{ field: `routes[${place}].group`, message: "Enter the name of a group." }]));
  }

  #field(row, name) {
    return row.querySelector(`[data-part-field=${name}]`);
  }

  #add(route) {
    const row = appendRow(this.#list, "route");
    this.#field(row, "group").querySelector("input").value = route.group;
    this.#field(row, "group").querySelector("datalist").append(...this.#groups().map((name) => new Option(name, name)));
    writeField(this.#field(row, "smtp_to"), route.smtp_to ?? []);
    offerChannels(this.#field(row, "channels"));
    writeField(this.#field(row, "channels"), route.channels ?? []);
    this.#rows.push(row);
    numberRows(this.#rows, this.#root.dataset.field);
    this.#connect(row.parentElement);
    row.querySelector("[data-remove]").addEventListener("click", () => {
      this.#rows = this.#rows.filter((other) => other !== row);
      removeRow(row, this.#root.querySelector("[data-action=add-route]"));
      numberRows(this.#rows, this.#root.dataset.field);
      announceChange(this.#root);
    });
    return row;
  }
}
