// What the server has to say of a form's fields: each message at the field it names, the rest on top. A field is an
// element with data-field, in it a label, a control, and what it says of itself.

const CONTROLS = "input, textarea, select";

let formsMade = 0;

export class FormMessages {
  #form;

  constructor(form) {
    this.#form = form;
    this.#connectLabels(`form${++formsMade}`);
  }

  // Ids are needed twice when the same form stands in the page and in a dialog.
  #connectLabels(prefix) {
    for (const field of this.#form.querySelectorAll("[data-field]")) {
      const id = `${prefix}-${field.dataset.field.replace(".", "-")}`;
      const control = field.querySelector(CONTROLS);
      const described = [];
      for (const part of ["field-error", "field-hint"]) {
        const element = field.querySelector(`.${part}`);
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

  #fieldOf(name) {
    return this.#form.querySelector(`[data-field="${name}"]`);
  }

  // The first field with an error gets the focus, whatever fold it lies in.
  showErrors(errors) {
    const elsewhere = [];
    for (const { field, message } of errors) {
      const name = /^[\w.]+/.exec(field ?? "")?.[0];  // "parents/0" or "tags[1]" belong to the whole field
      const element = name && this.#fieldOf(name);
      if (element) this.#showAtField(element, message);
      else elsewhere.push(field ? `${field}: ${message}` : message);
    }
    this.showOnTop(elsewhere);
    const invalid = this.#form.querySelectorAll("[aria-invalid]");
    for (const control of invalid) this.#unfold(control);
    invalid[0]?.focus();
  }

  #unfold(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  #showAtField(field, message) {
    const text = field.querySelector(".field-error");
    text.textContent = text.textContent ? `${text.textContent}; ${message}` : message;
    field.querySelector(CONTROLS).setAttribute("aria-invalid", "true");
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
