// The part of a host's page in which somebody says that he knows of the trouble, and takes it back.

import { acknowledge, ApiError, unacknowledge } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { FormMessages } from "../ui/form_messages.js";
import { showToast } from "../ui/toast.js";
import { formatTime } from "../words/format.js";

const ACKNOWLEDGEABLE = new Set(["failing", "down", "degraded", "unreachable"]);

// The server's own rule: an unknown host may have failed before it could no longer be measured.
const isAcknowledgeable = (host) =>
  ACKNOWLEDGEABLE.has(host.status) || (host.status === "unknown" && host.fail_count > 0);

export class Acknowledging {
  #page;
  #form;
  #messages;
  #onChanged;
  #host = null;
  #now = 0;
  isOffered = false;

  // `onChanged` gets the host as it is now, and what happened to it.
  constructor(page, { onChanged }) {
    this.#page = page;
    this.#form = page.querySelector("form.acknowledge");
    this.#messages = new FormMessages(this.#form);
    this.#onChanged = onChanged;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const note = this.#form.elements.note.value.trim();
      this.#change(this.#form, (host) => acknowledge(host.id, note), "acknowledged");
    });
    page.addEventListener("click", ({ target }) => {
      const step = target.closest("[data-acknowledging]")?.dataset.acknowledging;
      if (step === "begin") this.#begin();
      if (step === "cancel") this.end();
      if (step === "take-back") this.#change(page.querySelector(".acknowledged"), takeBack, "no longer acknowledged");
    });
  }

  update(host, now) {
    this.#host = host;
    this.#now = now;
    const { acknowledged } = host;
    const part = (selector) => this.#page.querySelector(selector);
    const canBegin = this.isOffered && !acknowledged && isAcknowledgeable(host);
    if (!canBegin) this.#form.hidden = true;
    part("[data-acknowledging=begin]").hidden = !canBegin || !this.#form.hidden;
    part("[data-acknowledging=take-back]").hidden = !this.isOffered;
    part(".acknowledged").hidden = !acknowledged;
    if (!acknowledged) return;
    part(".acknowledged-by").textContent = acknowledged.by ? `Acknowledged by ${acknowledged.by}` : "Acknowledged";
    part(".acknowledged-at").textContent = acknowledged.at ? formatTime(acknowledged.at, now) : "";
    part(".acknowledged-note").textContent = acknowledged.note ?? "";
  }

  #begin() {
    this.#form.hidden = false;
    this.#form.elements.note.value = "";
    this.#messages.clear();
    this.#page.querySelector("[data-acknowledging=begin]").hidden = true;
    this.#form.elements.note.focus();
  }

  end() {
    this.#form.hidden = true;
    if (!this.#host) return;
    this.update(this.#host, this.#now);
    this.#page.querySelector("[data-acknowledging=begin]").focus();
  }

  // The page may show another host by the time that the server answers.
  #isHere(host) {
    return this.#host?.id === host.id;
  }

  async #change(element, send, what) {
    const host = this.#host;
    this.#messages.clear();
    try {
      const changed = await whileBusy(element, () => send(host));
      if (this.#isHere(host)) this.#form.hidden = true;
      const hadFocus = element.contains(document.activeElement);
      this.#onChanged(changed, what);
      if (!this.#isHere(host) || !hadFocus) return;
      this.#page.querySelector(`[data-acknowledging=${changed.acknowledged ? "take-back" : "begin"}]`).focus();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!this.#isHere(host) || this.#form.hidden) {
        return showToast(error.kind === "timeout" ?
          `The server did not answer in time. It may have changed the acknowledgement of ${host.name} or not.` :
          error.explain(`The acknowledgement of ${host.name} could not be changed`));
      }
      this.#messages.showFailure(error, { done: "changed" });
    }
  }
}

// The server answers nothing but that it is done.
async function takeBack(host) {
  await unacknowledge(host.id);
  return { ...host, acknowledged: null };
}
