// One outage in a list of them, and the form in which its cause is changed. It is made once and changed only where
// the outage has changed, so that a form stays as it is typed in.

import { ApiError, reclassify } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { FormMessages } from "../ui/form_messages.js";
import { CAUSE_NAMES, causeOf } from "../words/causes.js";
import { formatAge, formatClock, formatDay } from "../words/format.js";
import { pageOf } from "../words/host_text.js";

const template = document.getElementById("outage");

export class OutageRow {
  #form;
  #messages;
  #onChanged;
  #outage = null;
  #shown = "";   // the outage as it stands in the row

  // `onChanged` gets the outage as the server answered it.
  constructor({ onChanged }) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#onChanged = onChanged;
    this.#form = this.#part("form");
    this.#messages = new FormMessages(this.#form);
    this.#form.elements.cause.append(...causeOptions());
    this.#part("[data-outage=change]").addEventListener("click", () => this.#begin());
    this.#part("[data-outage=cancel]").addEventListener("click", () => this.#end());
    this.#part("[data-outage=measured]").addEventListener("click", () => this.#send(null, ""));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { cause, note } = this.#form.elements;
      this.#send(cause.value, note.value.trim());
    });
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }

  // `canChange`: whether this user may change the cause.
  update(outage, { now, canChange, withName, withDay }) {
    this.#outage = outage;
    this.#part(".outage-length").textContent = formatAge((outage.end ?? now) - outage.start);
    this.#part("[data-outage=change]").hidden = !canChange || !this.#form.hidden;
    const shown = JSON.stringify([outage, withName, withDay && formatDay(outage.start, now)]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { words, status } = causeOf(outage.cause);
    this.element.dataset.status = status;
    this.element.toggleAttribute("data-ongoing", outage.end === null);
    this.element.toggleAttribute("data-blip", outage.blip);
    this.#part("use").setAttribute("href", `#status-${status}`);
    this.#part(".cause-words").textContent = words;
    const name = this.#part(".outage-name");
    name.hidden = !withName;
    name.textContent = outage.name;
    name.href = pageOf(outage.host);
    const day = withDay ? `${formatDay(outage.start, now)}, ` : "";
    this.#part(".outage-times").textContent = `${day}${timesOf(outage)}`;
    this.#part(".outage-reason").textContent = outage.reason;
    this.#part(".outage-note").textContent = noteOf(outage);
    this.#part("[data-outage=change]").setAttribute("aria-label", `Reclassify: ${outage.name}, ${timesOf(outage)}`);
    this.#part("[data-outage=measured]").hidden = outage.cause === outage.measured;
  }

  #begin() {
    this.#messages.clear();
    this.#form.elements.cause.value = this.#outage.cause;
    this.#form.elements.note.value = this.#outage.note;
    this.#form.hidden = false;
    this.#part("[data-outage=change]").hidden = true;
    this.#form.elements.cause.focus();
  }

  #end() {
    this.#form.hidden = true;
    this.#part("[data-outage=change]").hidden = false;
    this.#part("[data-outage=change]").focus();
  }

  async #send(cause, note) {
    this.#messages.clear();
    try {
      const outage = await whileBusy(this.#form, () => reclassify(this.#outage.id, cause, note));
      this.#end();
      this.#onChanged(outage);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#messages.showFailure(error);
    }
  }
}

// To choose a cause from.
export const causeOptions = () => CAUSE_NAMES.map((name) => new Option(causeOf(name).words, name));

const timesOf = ({ start, end, blip }) =>
  `${formatClock(start)} – ${end === null ? "now" : formatClock(end)}${blip ? " · short outage" : ""}`;

// Who has set another cause than the one measured, and why.
function noteOf({ cause, measured, note, user }) {
  if (cause === measured && !note) return "";
  const what = `measured as ${causeOf(measured).words}, set to ${causeOf(cause).words}`;
  return `${what}${user ? ` by ${user}` : ""}${note ? `: ${note}` : ""}`;
}
