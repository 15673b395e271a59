// Many hosts at once: what is typed, pasted or dropped is tried by the server as it is, and shown line by line before
// anything is done. Whatever goes wrong, the text stays.

import { ApiError, importHosts, tryImport } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { nameOfCheck } from "../ui/check_kinds.js";
import { makeElement } from "../ui/make_element.js";
import { failureOf } from "../words/failures.js";
import { capitalized, countOf } from "../words/format.js";
import { readTextFile } from "./text_file.js";

const PAUSE_MS = 500;               // after the last key
const MOST_BYTES = 8 * 1024 * 1024;  // what the server takes
const MOST_SHOWN = 500;             // lines of each kind: enough to see what is meant

const template = document.getElementById("import-form");

export class ImportForm {
  #form;
  #text;
  #onImported;
  #plan = null;   // of the text as it is; null while it is not known
  #timer;
  #tries = 0;     // only the last one's answer is shown

  // `onImported` gets the numbers of hosts that were added and changed.
  constructor(container, { onImported }) {
    container.append(template.content.cloneNode(true));
    this.#form = container.querySelector("form");
    this.#text = this.#form.querySelector("textarea");
    this.#onImported = onImported;
    this.#text.addEventListener("input", () => {
      this.#say(".import-file", "");
      this.#tryLater(PAUSE_MS);
    });
    const chooser = this.#form.querySelector("[type=file]");
    chooser.addEventListener("change", async () => {
      if (chooser.files.length) await this.#take(chooser.files[0]);
      chooser.value = "";  // the same file may be chosen again once it is corrected
    });
    // Around the form: while it is busy it hears of nothing, and the browser would show a file in place of the page.
    container.addEventListener("dragover", (event) => this.#hover(event, true));
    container.addEventListener("dragleave", (event) => this.#hover(event, false));
    container.addEventListener("drop", (event) => {
      this.#hover(event, false);
      const [file] = event.dataTransfer.files;
      if (file && !this.#form.inert) this.#take(file);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#import();
    });
    this.#show(null);
  }

  #part(selector) {
    return this.#form.querySelector(selector);
  }

  #say(selector, text) {
    this.#part(selector).textContent = text;
  }

  // Only files: text that is dropped goes into the field by itself.
  #hover(event, isAbove) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.#form.toggleAttribute("data-drop", isAbove);
  }

  async #take(file) {
    if (file.size > MOST_BYTES) return this.#say(".form-errors", `${file.name} is larger than 8 MiB. Split it.`);
    let text, encoding;
    try {
      ({ text, encoding } = await readTextFile(file));
    } catch {
      return this.#say(".form-errors", `${file.name} cannot be read. Is it a folder, or was it changed just now?`);
    }
    this.#text.value = text;
    const guess = encoding === "Windows-1252" ? " It is not UTF-8 and was read as Windows-1252: look at its accents." : "";
    this.#say(".import-file", `${file.name}, ${countOf(linesOf(text).length, "line")}.${guess}`);
    this.#part(".import-file").toggleAttribute("data-warning", guess !== "");
    this.#tryLater(0);
  }

  #tryLater(delay) {
    clearTimeout(this.#timer);
    this.#tries++;
    this.#show(null);
    if (this.#text.value.trim()) this.#timer = setTimeout(() => this.#try(), delay);
  }

  async #try() {
    const tried = this.#tries;
    this.#form.toggleAttribute("data-trying", true);
    try {
      const plan = await tryImport(this.#text.value);
      if (tried === this.#tries) this.#show(plan);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (tried === this.#tries) this.#fail(error);
    } finally {
      if (tried === this.#tries) this.#form.removeAttribute("data-trying");
    }
  }

  async #import() {
    if (!isReady(this.#plan)) return;
    try {
      const done = await whileBusy(this.#form, () => importHosts(this.#text.value));
      this.#text.value = "";
      this.#say(".import-file", "");
      this.#show(null);
      this.#onImported({ added: done.add.length, changed: done.change.length });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#fail(error);
      // Somebody else may have changed the list since it was tried.
      if (error.status === 422) this.#try();
    }
  }

  #fail(error) {
    this.#say(".form-errors", failureOf(error, { done: "imported", isTyped: true, next: "See the list first." }));
  }

  // Null: nothing is known of this text yet.
  #show(plan) {
    this.#plan = plan;
    this.#say(".form-errors", "");
    const submit = this.#part("[type=submit]");
    submit.disabled = !isReady(plan);
    submit.textContent = plan ? buttonText(plan) : "Add";
    this.#part(".plan").hidden = plan === null;
    if (!plan) return;
    this.#part(".plan-counts").replaceChildren(...countsOf(plan));
    this.#say(".plan-verdict", verdictOn(plan));
    const lines = linesOf(this.#text.value);
    const isTable = !/^\s*[[{]/.test(this.#text.value);
    const typed = (line) => (isTable ? lines[line - 1] ?? "" : "");
    this.#fill(".plan-refused", plan.refuse, ({ line, field, message }) =>
      [lineCell(line), cell("td", "refused-what", `${field ? `${field}: ` : ""}${message}`), cell("td", "typed", typed(line))]);
    this.#fill(".plan-added", plan.add, ({ line, name, ip, check }) =>
      [lineCell(line), cell("td", "plan-name", name), cell("td", "", ip), cell("td", "", nameOfCheck(check))]);
    this.#fill(".plan-changed", plan.change, ({ line, name, ip, changed }) =>
      [lineCell(line), cell("td", "plan-name", name), cell("td", "", ip), cell("td", "", changed.join(", "))]);
  }

  #fill(selector, entries, cellsOf) {
    const section = this.#part(selector);
    section.hidden = entries.length === 0;
    section.querySelector("tbody").replaceChildren(...entries.slice(0, MOST_SHOWN).map((entry) =>
      makeElement("tr", {}, ...cellsOf(entry))));
    const hidden = entries.length - MOST_SHOWN;
    section.querySelector(".plan-more").textContent = hidden > 0 ? `and ${hidden} more` : "";
  }
}

const linesOf = (text) => text.replace(/\n$/, "").split("\n");
const cell = (tag, className, textContent) => makeElement(tag, { className, textContent });
const lineCell = (line) => makeElement("th", { scope: "row", textContent: line });

const isReady = (plan) => plan !== null && !plan.refuse.length && plan.add.length + plan.change.length > 0;

function buttonText({ add, change }) {
  const parts = [add.length && `add ${add.length}`, change.length && `change ${change.length}`].filter(Boolean);
  return capitalized(parts.join(", ") || "add");
}

function countsOf({ add, change, same, refuse }) {
  const counts = [["refused", refuse.length], ["to add", add.length], ["to change", change.length], ["as they are", same]];
  return counts.map(([word, count]) => {
    const item = makeElement("li", {}, makeElement("strong", { textContent: count }), ` ${word}`);
    item.dataset.count = word;
    item.toggleAttribute("data-none", count === 0);
    return item;
  });
}

function verdictOn({ add, change, refuse }) {
  if (refuse.length) return "Nothing is imported while a line is refused. Correct it above or in the file.";
  if (add.length + change.length === 0) return "All of this is there already.";
  return "Nothing is done yet.";
}
