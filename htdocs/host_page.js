// The page of one host: everything there is to know about it, and what can be done with it.

import { Acknowledging } from "./acknowledging.js";
import { showStatus } from "./host_card.js";
import { factsOf } from "./host_facts.js";
import { ageOf, noteOf, showAddress } from "./host_text.js";
import { showResponseSplit } from "./response_split.js";
import { statusOf } from "./status.js";
import { Trail } from "./trail.js";

export class HostPage {
  #section;
  #trail;
  #acknowledging;
  #id = null;
  #host = null;

  // `onAction` gets "check", "maintenance", "edit", "token" or "delete" and the id of the host; `onAcknowledging` the host and what
  // happened.
  constructor(section, { onAction, onAcknowledging }) {
    this.#section = section;
    this.#trail = new Trail(this.#part(".status-line"));
    this.#acknowledging = new Acknowledging(section, { onChanged: onAcknowledging });
    section.addEventListener("click", ({ target }) => {
      const action = target.closest("[data-action]")?.dataset.action;
      if (action) onAction(action, this.#id);
    });
  }

  #part(selector) {
    return this.#section.querySelector(selector);
  }

  get title() {
    return this.#host?.name ?? "";
  }

  open([id]) {
    this.#id = id;
  }

  close() {
    this.#acknowledging.end();
    this.#host = null;
  }

  update({ hostOf, offers, context }) {
    const host = hostOf(this.#id);
    if (!host) return;
    this.#host = host;
    for (const action of ["check", "maintenance"]) this.#part(`[data-action=${action}]`).hidden = !offers.check;
    this.#acknowledging.isOffered = offers.check;
    for (const action of ["edit", "delete"]) this.#part(`[data-action=${action}]`).hidden = !offers.change;
    this.#section.dataset.status = statusOf(host);
    this.#part("h2").textContent = host.name;
    showAddress(this.#part(".ip-address"), host);
    showStatus(this.#part(".status"), statusOf(host), ageOf(host, context.now));
    this.#part(".status-note").textContent = host.status === "up" ? host.reason : noteOf(host, context);
    this.#acknowledging.update(host, context.now);
    this.#trail.update(host, context.interval);
    this.#part(".status-line").setAttribute("aria-label", `Last checks of ${host.name}`);
    showResponseSplit(this.#part(".response-split"), host);
    this.#part("dl").replaceChildren(...factsOf(host, context).map((fact) => makeFact(...fact)));
    this.#part("[data-action=token]").hidden = host.check !== "push" || !offers.change;
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
