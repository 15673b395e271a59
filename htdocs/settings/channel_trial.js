// Sends a test message through one channel and shows what its server says to it, good or bad.

import { ApiError, tryChannel } from "../app/client.js";
import { trialFailureOf } from "../words/failures.js";

export class ChannelTrial {
  #button;
  #result;
  #begun = null;  // while it waits

  // `prepare` saves what is not saved yet, and answers whether it could. `onWaiting` gets whether this one waits: one
  // test at a time is all that the server takes.
  constructor(element, { channel, prepare, onWaiting }) {
    this.#button = element.querySelector("[data-action=try]");
    this.#result = element.querySelector(".trial-result");
    this.#button.addEventListener("click", () => {
      if (this.#button.getAttribute("aria-disabled") !== "true") this.#run(channel, prepare, onWaiting);
    });
  }

  // `hasChanges`: there is something to be saved first; `isBlocked`: another test waits.
  update({ hasChanges, isBlocked }) {
    this.#button.setAttribute("aria-disabled", String(isBlocked || this.#begun !== null));
    if (this.#begun !== null) return;
    this.#button.textContent = hasChanges ? "Save and send test message" : "Send test message";
  }

  clear() {
    if (this.#begun === null) this.#show("", "", "");
  }

  async #run(channel, prepare, onWaiting) {
    if (!(await prepare())) return this.#show("bad", "Not sent:", "the settings could not be saved.");
    this.#begun = performance.now();
    onWaiting(true);
    this.#show("", "Sent to the server.", "Waiting for its answer, 45 s at most…");
    this.#count();
    const counting = setInterval(() => this.#count(), 1000);
    try {
      this.#show("good", "Delivered.", await tryChannel(channel));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#show("bad", "Not delivered:", trialFailureOf(error));
    } finally {
      clearInterval(counting);
      this.#begun = null;
      onWaiting(false);
    }
  }

  #count() {
    const seconds = Math.floor((performance.now() - this.#begun) / 1000);
    this.#button.textContent = seconds ? `Waiting… ${seconds} s` : "Waiting…";
  }

  #show(outcome, title, text) {
    this.#result.dataset.outcome = outcome;
    const strong = document.createElement("strong");
    const said = document.createElement("span");
    strong.textContent = title;
    said.textContent = text;
    this.#result.replaceChildren(...(title ? [strong, " ", said] : []));
  }
}
