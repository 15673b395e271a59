// What becomes of a host that the user has checked or changed: it is shown as the server answered it, and its result is
// said when it comes.

import { showToast } from "../ui/toast.js";
import { formatMs } from "../words/format.js";
import { statusOf } from "../words/status.js";
import { ApiError, checkHost } from "./client.js";

export class HostChanges {
  #state;
  #cardOf;

  // `state` is what the page knows of the server; `cardOf` answers the card of a host by its id, if there is one.
  constructor(state, { cardOf }) {
    this.#state = state;
    this.#cardOf = cardOf;
  }

  async check(host) {
    const { name } = host;
    if (this.#state.isUnwatched) await this.#state.refresh();  // the monitor may be back since
    const { isUnwatched, oldDataWarning } = this.#state;
    if (isUnwatched) return showToast(`${name} cannot be checked now. ${oldDataWarning.title}.`);
    const card = this.#cardOf(host.id);
    if (card) card.checking = true;
    try {
      // The page's own list may be a cycle old: what was measured before does not count.
      const before = await checkHost(host.id);
      await this.#sayResult(host, "being checked", (now) => now.last_check > (before.last_check ?? 0));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showToast(error.explain(`${name} could not be checked`));
    } finally {
      if (card) card.checking = false;
    }
  }

  // The host stands in the list at once, and its first result soon after. `what` is "added" or "saved".
  async saved(host, what) {
    const before = host.last_check ?? 0;
    this.#state.takeIn(host);
    const isSaved = () => this.#state.hostOf(host.id)?.revision >= host.revision;
    this.#state.until(isSaved).then(() => this.#cardOf(host.id)?.flash());
    await this.#sayResult(host, what, (now) => isSaved() && (!now.enabled || now.last_check > before));
  }

  // Without a result to wait for: `what` it is now.
  changed(host, what) {
    this.#state.takeIn(host);
    showToast(`${host.name} is ${what}.`);
    this.#state.until(() => this.#state.hostOf(host.id)?.revision >= host.revision);
  }

  async #sayResult(host, what, isThere) {
    showToast(`${host.name} is ${what}.`);
    const there = await this.#state.until(() => {
      const now = this.#state.hostOf(host.id);
      return Boolean(now) && isThere(now);
    });
    const now = this.#state.hostOf(host.id);
    const why = this.#state.isUnwatched ? `${this.#state.oldDataWarning.title}.` : "Is the monitor running?";
    if (!there) return showToast(`${host.name}: no result yet. ${why}`);
    const rtt = now.rtt_ms === null ? "" : `, ${formatMs(now.rtt_ms)}`;
    showToast(`${now.name} is ${statusOf(now)}${now.enabled ? rtt : ""}.`);
  }
}
