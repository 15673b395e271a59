// What the server has to say of a form's fields: each message at the field it names, the rest on top. A field is an
// element with data-field, in it a label, a control, and what it says of itself.

import { failureOf } from "../words/failures.js";
import { faultIn } from "./form_fields.js";

const CONTROLS = "input, textarea, select";

let fieldsMade = 0;

export class FormMessages {
  #form;

  constructor(form) {
    this.#form = form;
    this.connect(form);
  }

  // The fields in an element that is part of the form, or becomes one. The same form may stand in the page and in a
  // dialog, so that names are no ids.
  connect(element) {
    for (const field of element.querySelectorAll("[data-field]")) {
      const id = `field${++fieldsMade}`;
      const control = field.querySelector(CONTROLS);
      const described = [];
      for (const part of ["field-error", "field-hint"]) {
        const element = field.querySelector(`:scope > .${part}`);
        if (!element) continue;
        element.id = `${id}-${part}`;
        described.push(element.id);
      }
      // A group of controls is labelled and described as a whole.
      const target = field.matches("fieldset") ? field : control;
      target.setAttribute("aria-describedby", described.join(" "));
      if (target === field) continue;
      control.id = id;
      field.querySelector("label").htmlFor = id;
      const list = field.querySelector("datalist");
      if (!list) continue;
      list.id = `${id}-list`;
      control.setAttribute("list", list.id);
    }
  }

  // "parents[0]" belongs to the whole field; "headers.X-Key" may have one of its own.
  #fieldOf(name) {
    for (let part = name ?? ""; part; part = part.replace(/[./[]?[^./[]*$/, "")) {
      const field = this.#form.querySelector(`[data-field="${CSS.escape(part)}"]`);
      if (field) return field;
    }
    return null;
  }

  // An ApiError: what the server says of the fields, else the sentence for it. `how` is what failureOf() takes.
  showFailure(error, how) {
    if (error.errors.length) this.showErrors(error.errors);
    else this.showOnTop([failureOf(error, how)]);
  }

  // The first field with an error gets the focus, whatever fold it lies in.
  showErrors(errors) {
    const elsewhere = [];
    for (const { field, message } of errors) {
      const element = this.#fieldOf(field);
      if (element) this.#showAtField(element, message);
      else elsewhere.push(field ? `${field}: ${message}` : message);
    }
    this.showOnTop(elsewhere);
    const invalid = this.#form.querySelectorAll("[aria-invalid]");
    for (const control of invalid) this.#unfold(control);
    if (invalid.length) this.#focus(invalid[0]);
  }

  // The input of a secret that is set is hidden: its buttons are what can be used.
  #focus(control) {
    if (!control.hidden) return control.focus();
    control.closest("[data-field]").querySelector("button:not([hidden])")?.focus();
  }

  #unfold(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  #showAtField(field, message) {
    const text = field.querySelector(":scope > .field-error");
    const said = faultIn(field) || message;
    text.textContent = text.textContent ? `${text.textContent.replace(/\.$/, "")}; ${said}` : said;
    field.querySelector(CONTROLS)?.setAttribute("aria-invalid", "true");
  }

  showOnTop(messages) {
    const list = this.#form.querySelector(".form-errors");
    list.replaceChildren(...messages.map((message) => {
      const line = document.createElement("p");
      line.textContent = message;
      return line;
    }));
    if (messages.length) list.scrollIntoView({ block: "nearest" });
  }

  clear() {
    this.showOnTop([]);
    for (const text of this.#form.querySelectorAll(".field-error")) text.textContent = "";
    for (const control of this.#form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  }
}
