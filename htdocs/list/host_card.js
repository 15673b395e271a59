// The card of one host. It is made once and changed only where the host has changed.

import { showAddress, showStatus } from "../ui/host_parts.js";
import { Trail } from "../ui/trail.js";
import { formatMs, formatPercent } from "../words/format.js";
import { ageOf, knownAs, noteOf, pageOf } from "../words/host_text.js";
import { needsAttention, statusOf } from "../words/status.js";

// How long a new outage is marked as new: long enough to be seen by somebody who was away from the wall for a moment.
const FRESH_SECONDS = 60;

// Sixty bars a card are most of the page. Where the browser tells which cards are in view, only theirs are drawn.
const SKIPS_OUT_OF_VIEW = "ContentVisibilityAutoStateChangeEvent" in globalThis;

const PARTS = ["host-open", "ip-address", "known", "status", "rtt", "uptime-percent", "status-note", "status-line"];

const template = document.getElementById("host-card");

export class HostCard {
  #parts;
  #shown = {};  // the text of each part, since comparing is cheaper than writing
  #host = null;
  #trail;
  #skipped = SKIPS_OUT_OF_VIEW;
  #trailIsDue = null;  // draws the trail as of the last update

  // `offers` says which actions there are: {check, change}.
  constructor(offers) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#parts = Object.fromEntries(PARTS.map((part) => [part, this.element.querySelector(`.${part}`)]));
    this.#trail = new Trail(this.#parts["status-line"]);
    for (const button of this.#actions) {
      const offered = button.dataset.action === "check" ? offers.check : offers.change;
      if (!offered) button.remove();
    }
    this.element.addEventListener("contentvisibilityautostatechange", ({ skipped }) => {
      this.#skipped = skipped;
      if (!skipped) this.#drawDueTrail();
    });
  }

  get #actions() {
    return this.element.querySelectorAll(".host-actions button");
  }

  #show(part, text) {
    if (this.#shown[part] === text) return;
    this.#shown[part] = text;
    this.#parts[part].textContent = text;
  }

  update(host, context) {
    if (this.#host?.name !== host.name) this.#name(host);
    if (this.#host !== host) this.#showMeasured(host, context);
    this.#showStatus(host, context.now);
    this.#show("status-note", noteOf(host, context));
    this.#host = host;
  }

  #name(host) {
    this.element.dataset.host = host.id;
    this.#show("host-open", host.name);
    this.#parts["host-open"].href = pageOf(host.id);
    this.#parts["status-line"].setAttribute("aria-label", `Last checks of ${host.name}`);
    for (const button of this.#actions) button.setAttribute("aria-label", `${button.title} ${host.name}`);
  }

  #showMeasured(host, { interval }) {
    if (this.#host?.revision !== host.revision) showAddress(this.#parts["ip-address"], host);
    this.#show("rtt", host.rtt_ms === null ? "" : formatMs(host.rtt_ms));
    this.#show("uptime-percent", host.uptime === null ? "" : formatPercent(host.uptime));
    this.#trailIsDue = () => this.#trail.update(host, interval);
    if (!this.#skipped) this.#drawDueTrail();
  }

  #drawDueTrail() {
    this.#trailIsDue?.();
    this.#trailIsDue = null;
  }

  // Changes with time, too: a host is down for longer and longer.
  #showStatus(host, now) {
    const status = statusOf(host);
    const age = needsAttention(host) ? ageOf(host, now) : "";
    const known = knownAs(host);
    const label = [`${host.name}, ${status} ${age}`.trim(), known?.words].filter(Boolean).join(", ");
    this.element.toggleAttribute("data-fresh", status === "down" && now - host.last_change < FRESH_SECONDS);
    if (this.#shown.status === label) return;
    this.#shown.status = label;
    this.element.dataset.status = status;
    this.#parts["host-open"].setAttribute("aria-label", label);
    showStatus(this.#parts.status, status, age);
    this.#parts.known.hidden = !known;
    this.#show("known", known?.mark ?? "");
  }

  set checking(yes) {
    this.element.toggleAttribute("data-checking", yes);
  }

  // Shows where a host that was just added or changed stands.
  flash() {
    this.element.scrollIntoView({ block: "nearest" });
    this.element.removeAttribute("data-flash");
    requestAnimationFrame(() => this.element.setAttribute("data-flash", ""));
  }
}
