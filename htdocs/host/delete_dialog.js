// Asks before a host is deleted, by its name.

import { ApiError, deleteHost, fetchHost } from "../app/client.js";
import { whileBusy } from "../ui/busy.js";
import { showAddress } from "../ui/host_parts.js";
import { failureOf, HOST_GONE } from "../words/failures.js";

export class DeleteDialog {
  #dialog = document.getElementById("delete-dialog");
  #onDeleted;
  #host = null;

  constructor({ onDeleted }) {
    this.#onDeleted = onDeleted;
    this.#part("[data-action=cancel]").addEventListener("click", () => this.#dialog.close());
    this.#part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#delete();
    });
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }

  open(host) {
    this.#show(host);
    this.#say("");
    this.#dialog.showModal();
  }

  #show(host) {
    this.#host = host;
    this.#part("h2").textContent = `Delete ${host.name}?`;
    showAddress(this.#part(".delete-address"), host);
    this.#part("[type=submit]").textContent = `Delete ${host.name}`;
  }

  #say(message) {
    this.#part(".form-errors").textContent = message;
  }

  async #delete() {
    try {
      await whileBusy(this.#dialog, () => deleteHost(this.#host.id, this.#host.revision));
      this.#dialog.close();
      this.#onDeleted(this.#host);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await this.#showFailure(error);
    }
  }

  async #showFailure(error) {
    if (error.status === 412) return this.#askAgain();
    this.#say(failureOf(error, { done: "deleted", byStatus: { 404: HOST_GONE } }));
  }

  async #askAgain() {
    try {
      this.#show(await whileBusy(this.#dialog, () => fetchHost(this.#host.id)));
      this.#say("Somebody else has just changed this host. Delete it all the same?");
    } catch (error) {
      await this.#showFailure(error);
    }
  }
}
