// The headers that go with a request of HTTP, in a form. The value of one that is set is never shown: it stays, is
// replaced, or is taken away.

import { appendRow, removeRow } from "./form_rows.js";
import { SecretField } from "./secret_field.js";

export class HeaderFields {
  #list;
  #addButton;
  #connect;
  #field;            // "headers"
  #set = new Map();  // name -> SecretField
  #added = [];       // {element, name, value}

  // `connect` gets each element with fields.
  constructor(root, connect) {
    this.#list = root.querySelector(".header-list");
    this.#connect = connect;
    this.#field = root.dataset.field;
    this.#addButton = root.querySelector("[data-action=add-header]");
    this.#addButton.addEventListener("click", () => this.#add().name.focus());
  }

  // As the server shows them: {"X-Key": {"set": true}}, or null.
  write(shown) {
    this.#list.replaceChildren();
    this.#set.clear();
    this.#added = [];
    for (const name of Object.keys(shown ?? {})) this.#show(name);
  }

  #show(name) {
    const field = appendRow(this.#list, "header-set");
    field.dataset.field = `${this.#field}.${name}`;
    field.querySelector("label").textContent = name;
    this.#connect(field.parentElement);
    const secret = new SecretField(field, () => {});
    secret.write({ set: true });
    this.#set.set(name, secret);
  }

  #add() {
    const element = appendRow(this.#list, "header-new");
    const [name, value] = element.querySelectorAll("input");
    this.#connect(element);
    const row = { element, name, value };
    // What the server says of a header finds it by its name.
    name.addEventListener("input", () => {
      value.closest("[data-field]").dataset.field = `${this.#field}.${name.value.trim()}`;
    });
    element.querySelector("[data-remove]").addEventListener("click", () => {
      this.#added = this.#added.filter((other) => other !== row);
      removeRow(element, this.#addButton);
    });
    this.#added.push(row);
    return row;
  }

  // The values by name, null for what is taken away; undefined when all stays as it is.
  get change() {
    const changes = {};
    for (const [name, secret] of this.#set) {
      if (secret.change !== undefined) changes[name] = secret.change;
    }
    for (const { name, value } of this.#added) {
      if (name.value.trim()) changes[name.value.trim()] = value.value;
    }
    return Object.keys(changes).length ? changes : undefined;
  }

  get errors() {
    const isNameless = this.#added.some(({ name, value }) => value.value && !name.value.trim());
    return isNameless ? [{ field: this.#field, message: "Enter a name for each value." }] : [];
  }
}
