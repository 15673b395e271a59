// A password or token in a form: what is set is never shown. It stays, is replaced, or is taken away. The field has an
// input, and gets the buttons.

const STATES = {
  none: { text: "", controls: ["input"] },
  set: { text: "set", controls: ["change", "remove"] },
  changing: { text: "", controls: ["input", "keep"] },
  removing: { text: "removed when you save", controls: ["keep"] },
};

const template = document.getElementById("secret");

export class SecretField {
  #field;
  #input;
  #isSet = false;
  #state = "none";

  // `onChange` is called when a button has changed what `change` says.
  constructor(field, onChange) {
    this.#field = field;
    this.#input = field.querySelector("input");
    const controls = template.content.firstElementChild.cloneNode(true);
    this.#input.replaceWith(controls);
    controls.querySelector("[data-secret=keep]").before(this.#input);
    const name = field.querySelector("label").textContent;
    for (const button of field.querySelectorAll("[data-secret]")) {
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
      button.addEventListener("click", () => {
        this.#enter({ change: "changing", remove: "removing", keep: "set" }[button.dataset.secret]);
        this.#focus();
        onChange();
      });
    }
  }

  // As the server shows it: {"set": true}, or null.
  write(shown) {
    this.#isSet = Boolean(shown?.set);
    this.#enter(this.#isSet ? "set" : "none");
  }

  // The new value; null to take the old one away; undefined to leave it.
  get change() {
    if (this.#state === "removing") return null;
    return this.#input.value || undefined;
  }

  #enter(state) {
    this.#state = state;
    this.#input.value = "";
    this.#field.querySelector(".secret-state").textContent = STATES[state].text;
    this.#input.hidden = !STATES[state].controls.includes("input");
    for (const button of this.#field.querySelectorAll("[data-secret]")) {
      button.hidden = !STATES[state].controls.includes(button.dataset.secret);
    }
  }

  #focus() {
    if (this.#input.hidden) this.#field.querySelector("[data-secret]:not([hidden])").focus();
    else this.#input.focus();
  }
}
