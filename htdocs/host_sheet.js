// Everything there is to know about one host, and what can be done with it. Follows the refreshes while it is open.

import { Acknowledging } from "./acknowledging.js";
import { formatMs, formatPercent, formatTime } from "./format.js";
import { showStatus } from "./host_card.js";
import { ageOf, noteOf } from "./host_text.js";
import { statusOf } from "./status.js";
import { Trail } from "./trail.js";

export class HostSheet {
  #dialog = document.getElementById("host-sheet");
  #trail = new Trail(this.#dialog.querySelector(".status-line"));
  #acknowledging;
  #id = null;

  // `onAction` gets "check", "edit" or "delete" and the id of the host; `onAcknowledging` the host and what happened.
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
    this.#part(".ip-address").textContent = host.ip;
    showStatus(this.#part(".status"), statusOf(host), ageOf(host, context.now));
    this.#part(".status-note").textContent = host.status === "up" ? "" : noteOf(host, context);
    this.#acknowledging.update(host, context.now);
    this.#trail.update(host, context.interval);
    this.#part(".status-line").setAttribute("aria-label", `Last checks of ${host.name}`);
    this.#part("dl").replaceChildren(...factsOf(host, context).map(([term, text]) => makeFact(term, text)));
  }
}

function makeFact(term, text) {
  const fact = document.createElement("div");
  fact.append(document.createElement("dt"), document.createElement("dd"));
  fact.firstChild.textContent = term;
  fact.lastChild.textContent = text;
  return fact;
}

// Only what is known.
function factsOf(host, { now, interval, nameOf }) {
  const time = (at) => at && formatTime(at, now);
  const ms = (value) => value !== null && formatMs(value);
  const facts = [
    ["Uptime, 24 h", host.uptime !== null && formatPercent(host.uptime)],
    ["Agreed uptime", host.sla_percent !== null && formatPercent(host.sla_percent)],
    ["Round trip", ms(host.rtt_ms)],
    ["Loss", host.loss_percent !== null && host.packets > 1 && formatPercent(host.loss_percent)],
    ["Jitter", ms(host.jitter_ms)],
    ["Maintenance", host.in_maintenance && "now: nobody is told"],
    ["Last check", time(host.last_check)],
    ["Last answer", host.last_good !== host.last_check && time(host.last_good)],
    ["Checked every", `${host.interval ?? interval} s`],
    ["Group", host.group],
    ["Customer", host.customer],
    ["Tags", host.tags.join(", ")],
    ["Reached through", host.parents.map(nameOf).join(", ")],
    ["Notes", host.notes],
  ];
  return facts.filter(([, text]) => text);
}
