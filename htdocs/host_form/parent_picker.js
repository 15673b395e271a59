// Chooses the parents of a host: names are typed or picked, and stand as chips until removed.

import { addressOf } from "../words/host_text.js";

export class ParentPicker {
  #root;
  #input;
  #chips;
  #options;
  #hosts = new Map();    // id -> label
  #byLabel = new Map();  // label -> id
  #chosen = [];

  constructor(root) {
    this.#root = root;
    this.#input = root.querySelector("input");
    this.#chips = root.querySelector(".chips");
    this.#options = root.querySelector("datalist");
    this.#input.addEventListener("input", () => this.#take(this.#byLabel.get(this.#input.value)));
    this.#input.addEventListener("change", () => this.#take(this.#findTyped()));
    this.#chips.addEventListener("click", ({ target }) => {
      const chip = target.closest("[data-id]");
      if (chip) this.#remove(chip.dataset.id);
    });
  }

  // `hosts` are those that can be chosen.
  offer(hosts) {
    this.#hosts = new Map(hosts.map((host) => [host.id, [host.name, addressOf(host)].filter(Boolean).join(" · ")]));
    this.#byLabel = new Map([...this.#hosts].map(([id, label]) => [label, id]));
    this.#options.replaceChildren(...[...this.#hosts.values()].map((label) => new Option(label, label)));
  }

  get value() {
    return [...this.#chosen];
  }

  set value(ids) {
    this.#chosen = [...ids];
    this.#input.value = "";
    this.#draw();
  }

  // Text that names no host, or more than one.
  get unclear() {
    return this.#input.value.trim();
  }

  #findTyped() {
    const typed = this.#input.value.trim().toLowerCase();
    const meant = [...this.#hosts].filter(([, label]) => label.toLowerCase().split(" · ").includes(typed));
    return meant.length === 1 ? meant[0][0] : undefined;
  }

  #take(id) {
    if (id === undefined) return;
    if (!this.#chosen.includes(id)) this.#chosen.push(id);
    this.#input.value = "";
    this.#draw();
    this.#root.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #remove(id) {
    this.#chosen = this.#chosen.filter((chosen) => chosen !== id);
    this.#draw();
    this.#input.focus();
  }

  #draw() {
    this.#chips.replaceChildren(...this.#chosen.map((id) => this.#makeChip(id)));
  }

  #makeChip(id) {
    const label = this.#hosts.get(id) ?? id;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.dataset.id = id;
    chip.setAttribute("aria-label", `Remove ${label}`);
    chip.append(label, " ×");
    return chip;
  }
}
