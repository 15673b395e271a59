// What people were told, and what still waits to be delivered. Follows the refreshes while it is open.

import { countOf, formatTime } from "../words/format.js";
import { elsewhere } from "../words/installation_time.js";

const CHANNELS = { smtp: "E-mail", telegram: "Telegram", slack: "Slack", webhook: "Webhook", log: "Log only" };

const template = document.getElementById("message");

export class AlertLog {
  element = document.getElementById("alerts-dialog");

  constructor() {
    this.element.addEventListener("click", ({ target }) => {
      if (target === this.element || target.closest("[data-action=close]")) this.element.close();
    });
  }

  get isOpen() {
    return this.element.open;
  }

  open() {
    this.element.showModal();
    this.element.scrollTop = 0;
  }

  // `alerts` is the answer of /api/alerts; `canSetUp`: whether this user may change settings.
  show(alerts, { now, canSetUp }) {
    this.showFailure("");
    this.#list(".waiting", alerts.outbox.map((message) => makeRow(waitingRow(message, now))));
    this.#list(".sent", alerts.sent.map((message) => makeRow(sentRow(message, now))));
    this.#part(".whose-times").textContent = alerts.outbox.length + alerts.sent.length ? elsewhere(now) : "";
    this.#part(".no-alerts").hidden = alerts.outbox.length + alerts.sent.length > 0;
    this.#part(".no-alerts-text").textContent = emptyText(alerts.channels, canSetUp);
    this.#part(".no-alerts a").hidden = !canSetUp || alerts.channels.length > 0;
  }

  showFailure(message) {
    this.#part(".alerts-failure").textContent = message;
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }

  #list(section, rows) {
    this.#part(section).hidden = rows.length === 0;
    this.#part(`${section} ul`).replaceChildren(...rows);
  }
}

function emptyText(channels, canSetUp) {
  if (channels.length) {
    const names = channels.map((channel) => CHANNELS[channel]).join(", ");
    return `When a line goes down, it is told by ${names}, and stands here.`;
  }
  return canSetUp ? "And no channel is set up: nobody would be told." :
                    "And no channel is set up. Somebody who may change settings has to do that.";
}

function waitingRow({ channel, subject, queued, attempts, next, error }, now) {
  const facts = [CHANNELS[channel] ?? channel, `since ${formatTime(queued, now)}`];
  if (attempts) facts.push(countOf(attempts, "attempt"));
  if (next) facts.push(next > now ? `next at ${formatTime(next, now)}` : "next one now");
  return { channel, subject, facts, error, result: "waiting", outcome: attempts ? "late" : "new" };
}

// "given up: 550 no such user": the first words are what became of it, the rest is why.
function sentRow({ t, channel, subject, result }, now) {
  const [what, ...why] = result.split(": ");
  const facts = [CHANNELS[channel] ?? channel, formatTime(t, now)];
  if (channel === "log") {
    return { channel, subject, facts, error: "", result: "no channel was set up", outcome: "other" };
  }
  const outcome = { sent: "sent", "given up": "lost", expired: "lost" }[what] ?? "other";
  return { channel, subject, facts, error: why.join(": "), result: what, outcome };
}

function makeRow({ channel, subject, facts, error, result, outcome }) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.outcome = outcome;
  row.querySelector("use").setAttribute("href", `#icon-${channel in CHANNELS ? channel : "alerts"}`);
  row.querySelector(".message-subject").textContent = subject;
  row.querySelector(".message-facts").textContent = facts.join(" · ");
  row.querySelector(".message-error").textContent = error;
  row.querySelector(".message-result").textContent = result;
  return row;
}
