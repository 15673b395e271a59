// The summary on top: one sentence for the far side of the room, the line that shows the share of each status, and a
// count of each that filters when it is pressed.

import { formatPercent, lowered } from "../words/format.js";
import { STATUSES } from "../words/status.js";

// Always shown, so that they stay in their place; the others come when there is one.
const ALWAYS = new Set(["down", "failing", "degraded", "up"]);

const section = document.getElementById("summary");
const sentence = document.getElementById("sentence");
const uptime = document.getElementById("overall-uptime");
const line = document.getElementById("share-line");
const counts = document.getElementById("counts");

export class Summary {
  #buttons = new Map();
  #segments = new Map();

  constructor(onChoose) {
    for (const status of ["all", ...STATUSES]) {
      const button = makeCount(status);
      button.addEventListener("click", () => onChoose(status === "all" ? null : status));
      this.#buttons.set(status, button);
      counts.append(button);
      if (status === "all") continue;
      const segment = document.createElement("span");
      segment.className = `share ${status}`;
      this.#segments.set(status, segment);
      line.append(segment);
    }
  }

  // `asOf` is the time that it is of, in words; empty where that is now.
  update(summary, chosen, asOf) {
    section.hidden = summary.total === 0;
    sentence.textContent = asOf ? `At ${asOf}: ${lowered(sentenceOf(summary))}` : sentenceOf(summary);
    sentence.dataset.worst = worstOf(summary);
    uptime.textContent = summary.uptime === null ? "" : `${formatPercent(summary.uptime)} uptime`;
    for (const [status, button] of this.#buttons) {
      const count = status === "all" ? summary.total : summary[status];
      button.querySelector(".count").textContent = count;
      button.setAttribute("aria-pressed", String(status === (chosen ?? "all")));
      button.toggleAttribute("data-none", count === 0);
      button.hidden = count === 0 && status !== "all" && status !== chosen && !ALWAYS.has(status);
    }
    for (const [status, segment] of this.#segments) {
      segment.style.flexGrow = summary[status];
      segment.hidden = summary[status] === 0;
    }
  }
}

function makeCount(status) {
  const button = document.getElementById("count").content.firstElementChild.cloneNode(true);
  button.classList.add(status);
  button.querySelector(".count-word").textContent = status;
  if (status === "all") button.querySelector("svg").remove();
  else button.querySelector("use").setAttribute("href", `#status-${status}`);
  return button;
}

const worstOf = (summary) => STATUSES.find((status) => summary[status] > 0) ?? "none";

function sentenceOf(summary) {
  const watched = summary.total - summary.paused;
  if (watched === 0) return "All paused";
  if (summary.down) return `${summary.down} down`;
  if (summary.failing) return `${summary.failing} failing`;
  if (summary.unreachable) return `${summary.unreachable} unreachable`;
  if (summary.unknown) return `${summary.unknown} unknown`;
  if (summary.degraded) return `${summary.degraded} degraded`;
  if (summary.pending === watched) return "Waiting for the first check";
  return watched === 1 ? "1 host up" : `All ${watched} hosts up`;
}
