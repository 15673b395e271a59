// The headers that a website is asked with, in a form. The value of one that is set is never shown: it stays, is
// replaced, or is taken away.

import { SecretField } from "./secret_field.js";

const setTemplate = document.getElementById("header-set");
const newTemplate = document.getElementById("header-new");

export class HeaderFields {
  #list;
  #connect;
  #set = new Map();  // name -> SecretField
  #added = [];       // {element, name, value}

  // `connect` gets each element with fields.
  constructor(root, connect) {
    this.#list = root.querySelector(".header-list");
    this.#connect = connect;
    root.querySelector("[data-action=add-header]").addEventListener("click", () => this.#add().name.focus());
  }

  // As the server shows them: {"X-Key": {"set": true}}, or null.
  write(shown) {
    this.#list.replaceChildren();
    this.#set.clear();
    this.#added = [];
    for (const name of Object.keys(shown ?? {})) this.#show(name);
  }

  #append(template) {
    const element = template.content.firstElementChild.cloneNode(true);
    const item = document.createElement("li");
    item.append(element);
    this.#list.append(item);
    return element;
  }

  #show(name) {
    const field = this.#append(setTemplate);
    field.dataset.field = `headers.${name}`;
    field.querySelector("label").textContent = name;
    this.#connect(field.parentElement);
    const secret = new SecretField(field, () => {});
    secret.write({ set: true });
    this.#set.set(name, secret);
  }

  #add() {
    const element = this.#append(newTemplate);
    const [name, value] = element.querySelectorAll("input");
    this.#connect(element);
    const row = { element, name, value };
    // What the server says of a header finds it by its name.
    name.addEventListener("input", () => {
      value.closest("[data-field]").dataset.field = `headers.${name.value.trim()}`;
    });
    element.querySelector("[data-action=remove-header]").addEventListener("click", () => {
      this.#added = this.#added.filter((other) => other !== row);
      element.parentElement.remove();
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
    return isNameless ? [{ field: "headers", message: "expected a name with each value" }] : [];
  }
}
