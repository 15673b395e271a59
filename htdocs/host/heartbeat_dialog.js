// Shows the token of a heartbeat, this once, with commands ready to be copied; and makes another one, once that is confirmed.

import { ApiError, makeToken } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { failureOf } from "../words/failures.js";

const CALL = "curl -fsS -m 10";

// By the action of the button that copies it.
const lines = (url) => ({
  cron: `* * * * * ${CALL} '${url}?status=up' >/dev/null`,
  done: `your-job && ${CALL} '${url}?status=up' >/dev/null`,
  failed: `your-job || ${CALL} '${url}?status=down' >/dev/null`,
});

export class HeartbeatDialog {
  #dialog = document.getElementById("heartbeat-dialog");
  #onMade;
  #host = null;

  // `onMade` is called when the host has another token, and with it another revision.
  constructor({ onMade }) {
    this.#onMade = onMade;
    this.#dialog.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button?.dataset.action === "close") this.#dialog.close();
      if (button?.dataset.action === "make") this.#make();
      if (button?.dataset.copy) this.#copy(button.dataset.copy);
    });
    // What was shown once is not left in the page.
    this.#dialog.addEventListener("close", () => this.#fill(""));
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }

  // Before another token is made: the old one stops.
  ask(host) {
    this.#open(host, "question", `A new token for ${host.name}?`);
  }

  async #make() {
    try {
      this.show(this.#host, await whileBusy(this.#dialog, () => makeToken(this.#host.id)));
      this.#onMade();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#say(failureOf(error, { done: "changed", next: "Make another token." }));
    }
  }

  show(host, token) {
    this.#fill(token);
    this.#open(host, "token", `${host.name} waits for its heartbeat`);
    this.#part("[data-copy=cron]").focus();
  }

  #open(host, state, title) {
    this.#host = host;
    this.#say("");
    this.#part(".copied").textContent = "";
    this.#part("h2").textContent = title;
    for (const part of this.#dialog.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #fill(token) {
    const url = new URL(`/api/push/${token}`, location.href).href;
    for (const [name, line] of Object.entries(lines(url))) this.#part(`[name=${name}]`).value = token ? line : "";
  }

  #say(message) {
    this.#part(".form-errors").textContent = message;
  }

  // Without HTTPS a browser offers no clipboard, but copies what is selected.
  async #copy(name) {
    const line = this.#part(`[name=${name}]`);
    line.select();
    const copied = navigator.clipboard ? navigator.clipboard.writeText(line.value).then(() => true, () => false) :
                                         document.execCommand("copy");
    this.#part(".copied").textContent = (await copied) ? "Copied." : "Not copied: press Ctrl+C.";
  }
}
