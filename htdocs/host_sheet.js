// Everything there is to know about one host, and what can be done with it. Follows the refreshes while it is open.

import { Acknowledging } from "./acknowledging.js";
import { showStatus } from "./host_card.js";
import { factsOf } from "./host_facts.js";
import { ageOf, noteOf, showAddress } from "./host_text.js";
import { showResponseSplit } from "./response_split.js";
import { statusOf } from "./status.js";
import { Trail } from "./trail.js";

export class HostSheet {
  #dialog = document.getElementById("host-sheet");
  #trail = new Trail(this.#dialog.querySelector(".status-line"));
  #acknowledging;
  #id = null;
  #mayChange = false;

  // `onAction` gets "check", "edit", "token" or "delete" and the id of the host; `onAcknowledging` the host and what happened.
  constructor({ onAction, onAcknowledging }) {
    this.#acknowledging = new Acknowledging(this.#dialog, { onChanged: onAcknowledging });
    this.#dialog.addEventListener("click", ({ target }) => {
      const action = target.closest("[data-action]")?.dataset.action;
      if (target === this.#dialog || action === "close") return this.#dialog.close();
      if (!action) return;
      if (action !== "check") this.#dialog.close();
      onAction(action, this.#id);
    });
    this.#dialog.addEventListener("close", () => {
      this.#id = null;
      this.#acknowledging.end();
    });
  }

  set offers({ check, change }) {
    this.#part("[data-action=check]").hidden = !check;
    this.#acknowledging.isOffered = check;
    this.#mayChange = change;
    for (const action of ["edit", "delete"]) this.#part(`[data-action=${action}]`).hidden = !change;
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }

  open(host, context) {
    this.#id = host.id;
    this.#fill(host, context);
    this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
  }

  // `hostOf` gives a host by its id. One that somebody has deleted meanwhile is closed.
  update(hostOf, context) {
    if (this.#id === null) return;
    const host = hostOf(this.#id);
    if (host) this.#fill(host, context);
    else this.#dialog.close();
  }

  #fill(host, context) {
    this.#dialog.dataset.status = statusOf(host);
    this.#part("h2").textContent = host.name;
    showAddress(this.#part(".ip-address"), host);
    showStatus(this.#part(".status"), statusOf(host), ageOf(host, context.now));
    this.#part(".status-note").textContent = host.status === "up" ? host.reason : noteOf(host, context);
    this.#acknowledging.update(host, context.now);
    this.#trail.update(host, context.interval);
    this.#part(".status-line").setAttribute("aria-label", `Last checks of ${host.name}`);
    showResponseSplit(this.#part(".response-split"), host);
    this.#part("dl").replaceChildren(...factsOf(host, context).map((fact) => makeFact(...fact)));
    this.#part("[data-action=token]").hidden = host.check !== "push" || !this.#mayChange;
  }
}

// Longer than this a text gets a row of its own: it would break within words beside others.
const LONG = 18;

function makeFact(term, text, tone) {
  const fact = document.createElement("div");
  fact.append(document.createElement("dt"), document.createElement("dd"));
  fact.firstChild.textContent = term;
  fact.lastChild.textContent = text;
  fact.toggleAttribute("data-long", text.length > LONG);
  if (tone) fact.dataset.tone = tone;
  return fact;
}
