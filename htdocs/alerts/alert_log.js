// The alerts that were sent, and those that wait to be delivered. Follows the refreshes while it is open.

import { iconOfChannel, nameOfChannel } from "../ui/channels.js";
import { countOf, formatTime } from "../words/format.js";
import { elsewhere } from "../words/installation_time.js";

// What became of a message, by the outcome that the server has noted: the words, and how the row looks.
const OUTCOMES = {
  logged: { words: "no channel was set up", look: "other" },
  sent: { words: "sent", look: "sent" },
  partly_sent: { words: "sent, but not to all", look: "sent" },
  given_up: { words: "given up", look: "lost" },
  expired: { words: "expired", look: "lost" },
  superseded: { words: "part of a later message", look: "other" },
  test_failed: { words: "test failed", look: "lost" },
};

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
    return `When a host goes down, the alert is sent by ${channels.map(nameOfChannel).join(", ")} and listed here.`;
  }
  return canSetUp ? "And no channel is set up: nobody would be notified." :
                    "And no channel is set up. Somebody who may change settings has to do that.";
}

function waitingRow({ channel, subject, queued, attempts, next, error }, now) {
  const facts = [nameOfChannel(channel), `since ${formatTime(queued, now)}`];
  if (attempts) facts.push(countOf(attempts, "attempt"));
  if (next) facts.push(next > now ? `next at ${formatTime(next, now)}` : "next one now");
  return { channel, subject, facts, error, result: "waiting", look: attempts ? "late" : "new" };
}

// An outcome that this page does not know is shown in the server's words.
function sentRow({ t, channel, subject, outcome, detail }, now) {
  const facts = [nameOfChannel(channel), formatTime(t, now)];
  const { words, look } = OUTCOMES[outcome] ?? { words: detail, look: "other" };
  return { channel, subject, facts, error: outcome in OUTCOMES ? detail : "", result: words, look };
}

function makeRow({ channel, subject, facts, error, result, look }) {
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.outcome = look;
  row.querySelector("use").setAttribute("href", iconOfChannel(channel));
  row.querySelector(".message-subject").textContent = subject;
  row.querySelector(".message-facts").textContent = facts.join(" · ");
  row.querySelector(".message-error").textContent = error;
  row.querySelector(".message-result").textContent = result;
  return row;
}
