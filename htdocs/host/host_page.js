// The page of one host: how it is, what can be done with it, its past, and everything else there is to know about it.

import { showAddress, showStatus } from "../ui/host_parts.js";
import { Trail } from "../ui/trail.js";
import { ageOf, noteOf } from "../words/host_text.js";
import { statusOf } from "../words/status.js";
import { Acknowledging } from "./acknowledging.js";
import { factsOf } from "./host_facts.js";
import { HostHistory, isRange } from "./host_history.js";
import { showResponseSplit } from "./response_split.js";

export class HostPage {
  #section;
  #trail;
  #acknowledging;
  #history;
  #id = null;
  #host = null;
  #range = "24h";   // stays when another host is opened
  #state = null;    // of the last update

  // `onAction` gets "check", "maintenance", "edit", "token" or "delete" and the id of the host; `onAcknowledging` the
  // host and what happened; `keep` the options that belong into the address.
  constructor(section, { onAction, onAcknowledging, keep }) {
    this.#section = section;
    this.#trail = new Trail(this.#part(".status-line"));
    this.#acknowledging = new Acknowledging(section, { onChanged: onAcknowledging });
    this.#history = new HostHistory(this.#part(".history"), {
      onRange: (range) => {
        keep({ range });
        this.#openHistory(range);
        if (this.#state) this.update(this.#state);
      },
    });
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

  open([id], options) {
    if (this.#id !== id) this.#acknowledging.end();
    this.#id = id;
    this.#openHistory(isRange(options.get("range")) ? options.get("range") : this.#range);
  }

  #openHistory(range) {
    this.#range = range;
    this.#history.open(range);
  }

  close() {
    this.#acknowledging.end();
    this.#host = null;
    this.#state = null;
  }

  update(state) {
    this.#state = state;
    const { hostOf, offers, context } = state;
    const host = hostOf(this.#id);
    this.#part(".host-there").hidden = !host;
    this.#part(".host-gone").hidden = Boolean(host);
    if (host) this.#fill(host, offers, context);
    else this.#fillGone();
  }

  #fillGone() {
    this.#part(".ip-address").textContent = "";
    delete this.#part(".ip-address").dataset.kind;
    delete this.#section.dataset.status;
    this.#part("h2").textContent = this.#host ? `${this.#host.name} is no longer there` : "There is no such host";
  }

  #fill(host, offers, context) {
    if (this.#host !== host) showResponseSplit(this.#part(".response-split"), host);
    this.#host = host;
    this.#offer(host, offers);
    this.#section.dataset.status = statusOf(host);
    this.#show("h2", host.name);
    showAddress(this.#part(".ip-address"), host);
    showStatus(this.#part(".status"), statusOf(host), ageOf(host, context.now));
    this.#show(".status-note", host.status === "up" ? host.reason : noteOf(host, context));
    this.#acknowledging.update(host, context.now);
    this.#trail.update(host, context.interval);
    this.#part(".status-line").setAttribute("aria-label", `Last checks of ${host.name}`);
    this.#showFacts(factsOf(host, context));
    this.#history.update(host, { now: context.now, canChange: offers.change });
  }

  #show(selector, text) {
    const part = this.#part(selector);
    if (part.textContent !== text) part.textContent = text;
  }

  #offer(host, { check, change }) {
    const hasToken = host.check === "push";
    const offered = { check: check && host.enabled, maintenance: check, edit: change, delete: change,
                      token: change && hasToken };
    for (const [action, isOffered] of Object.entries(offered)) {
      this.#part(`[data-action=${action}]`).hidden = !isOffered;
    }
    this.#acknowledging.isOffered = check;
  }

  // Only what has changed is made anew: a link among them may have the focus. Their order is always the same.
  #showFacts(facts) {
    const list = this.#part(".facts");
    const terms = new Set(facts.map(({ term }) => term));
    for (const there of [...list.children]) {
      if (!terms.has(there.dataset.term)) there.remove();
    }
    facts.forEach((fact, index) => {
      const there = list.children[index];
      const shown = JSON.stringify(fact);
      if (there?.dataset.shown === shown) return;
      const made = makeFact(fact);
      made.dataset.shown = shown;
      if (there?.dataset.term === fact.term) there.replaceWith(made);
      else list.insertBefore(made, there ?? null);
    });
  }
}

// Longer than this a text gets a row of its own: it would break within words beside others.
const LONG = 16;

function makeFact({ term, text, links, tone }) {
  const fact = document.createElement("div");
  fact.append(document.createElement("dt"), document.createElement("dd"));
  fact.dataset.term = fact.firstChild.textContent = term;
  if (links) fact.lastChild.append(...links.map(makeLink));
  else fact.lastChild.textContent = text;
  fact.toggleAttribute("data-long", fact.lastChild.textContent.length > LONG);
  if (tone) fact.dataset.tone = tone;
  return fact;
}

function makeLink({ text, href }) {
  const link = document.createElement("a");
  link.textContent = text;
  link.href = href;
  return link;
}
