// What a key does anywhere in the page, and the list of it that "?" opens. Nothing happens while somebody types, in a
// dialog, or with a key that belongs to the browser.

import { areKeysTaken } from "../ui/busy.js";
import { makeElement } from "../ui/make_element.js";

const NEXT_KEY_MS = 1500;  // of two that are pressed one after the other

const ELSEWHERE = [["?", "This list"], ["← → ↑ ↓", "From host to host"], ["Esc", "Back"]];

export class Keyboard {
  #shortcuts;
  #dialog = document.getElementById("keys-dialog");
  #before = "";  // the first of two keys
  #timer;

  // `shortcuts` are {keys, what, act, isOffered}, with one key or two: "a", "g l".
  constructor(shortcuts) {
    this.#shortcuts = shortcuts;
    document.addEventListener("keydown", (event) => this.#press(event));
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog || target.closest("[data-action=close]")) this.#dialog.close();
    });
  }

  get #offered() {
    return this.#shortcuts.filter(({ isOffered }) => isOffered?.() ?? true);
  }

  #press(event) {
    const { key, target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
    if (ctrlKey || metaKey || altKey || defaultPrevented || key.length !== 1) return;
    if (target.closest("input, textarea, select, [contenteditable]") || areKeysTaken()) return;
    const pressed = this.#before ? `${this.#before} ${key}` : key;
    const found = pressed === "?" ? { act: () => this.#help() } : this.#offered.find(({ keys }) => keys === pressed);
    this.#remember(found || this.#before ? "" : key);
    if (!found) return;
    event.preventDefault();
    found.act();
  }

  // Only a key that begins a shortcut of two.
  #remember(key) {
    clearTimeout(this.#timer);
    this.#before = this.#offered.some(({ keys }) => keys.startsWith(`${key} `)) ? key : "";
    this.#timer = setTimeout(() => (this.#before = ""), NEXT_KEY_MS);
  }

  #help() {
    const rows = [...this.#offered.map(({ keys, what }) => [keys, what]), ...ELSEWHERE].map(([keys, what]) =>
      makeElement("div", {},
        makeElement("dt", {}, ...keys.split(" ").map((key) => makeElement("kbd", { textContent: key }))),
        makeElement("dd", { textContent: what })));
    this.#dialog.querySelector("dl").replaceChildren(...rows);
    this.#dialog.showModal();
  }
}
