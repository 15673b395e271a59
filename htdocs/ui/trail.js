// The dot trail of a host: one bar a check, oldest first. Height is the round trip on a scale that is the same for all
// hosts, so that two hosts can be compared; a failed check has full height, so that it shows without colour too.

import { formatMs, formatTime } from "../words/format.js";
import * as serverClock from "../words/server_clock.js";

// Upper bounds in ms of the heights l1 to l5; beyond is l6. A factor of three each, from a switch to a satellite.
const LEVELS = [2, 6, 20, 60, 180];

// Checks between two refreshes: rarely more than one; a tab that was hidden for longer gets its trail rewritten.
const MOST_ADDED = 12;

const trails = new WeakMap();  // element -> Trail, for the pointer and the keyboard below

export class Trail {
  #element;
  #values = [];
  #slowMs = null;
  #lastCheck = 0;
  #interval = 10;

  constructor(element) {
    this.#element = element;
    trails.set(element, this);
  }

  update(host, interval) {
    this.#lastCheck = host.last_check;
    this.#interval = host.interval ?? interval;
    const added = host.slow_ms === this.#slowMs ? addedTo(this.#values, host.trail) : null;
    this.#slowMs = host.slow_ms;
    if (added) this.#append(added, host.trail.length);
    else this.#rewrite(host.trail);
    this.#values = host.trail;
    if (added?.length !== 0) this.#measure(host.trail.length);
    if (shown.trail === this) this.show(shown.index);
  }

  // For the keyboard a trail is a slider that is only read.
  #measure(length) {
    if (Number(this.#element.getAttribute("aria-valuemax")) === length) return;
    this.#element.setAttribute("aria-valuemax", length);
    this.#element.tabIndex = length ? 0 : -1;
  }

  #append(added, length) {
    for (const value of added) {
      const full = this.#element.childElementCount >= length;
      const dot = full ? this.#element.firstElementChild : document.createElement("div");
      dot.className = this.#classOf(value);
      this.#element.append(dot);
    }
  }

  #rewrite(values) {
    const dots = values.map((value) => {
      const dot = document.createElement("div");
      dot.className = this.#classOf(value);
      return dot;
    });
    this.#element.replaceChildren(...dots);
  }

  #classOf(ms) {
    if (ms === null) return "dot down";
    const level = LEVELS.findIndex((bound) => ms < bound);
    const slow = this.#slowMs !== null && ms > this.#slowMs ? " slow" : "";
    return `dot up l${level < 0 ? LEVELS.length + 1 : level + 1}${slow}`;
  }

  get length() {
    return this.#values.length;
  }

  // Only the last check has a time of its own; the ones before lie an interval apart, unless somebody checked by hand.
  #describe(index) {
    const value = this.#values[index];
    const back = this.#values.length - 1 - index;
    const time = formatTime(this.#lastCheck - back * this.#interval, serverClock.now());
    const result = value === null ? "no answer" : formatMs(value);
    return { value, text: `${back ? "about " : ""}${time} · ${result}` };
  }

  show(index) {
    const dot = this.#element.children[index];
    if (!dot) return hide();
    const { value, text } = this.#describe(index);
    this.#element.setAttribute("aria-valuenow", index + 1);
    this.#element.setAttribute("aria-valuetext", text);
    shown = { trail: this, index };
    placeTip(dot, text, value === null);
  }
}

// What `now` has at its end beyond what `before` had, or null when the two do not continue each other.
function addedTo(before, now) {
  for (let dropped = 0; dropped <= Math.min(MOST_ADDED, before.length); dropped++) {
    const kept = before.length - dropped;
    if (kept > now.length) continue;
    let same = 0;
    while (same < kept && before[dropped + same] === now[same]) same++;
    if (same === kept && dropped <= now.length - kept) return now.slice(kept);
  }
  return null;
}

// One tip for the page.
let shown = { trail: null, index: 0 };
const tip = document.createElement("div");
tip.className = "trail-tip";
tip.setAttribute("role", "tooltip");
tip.popover = "manual";  // above a dialog, too

function placeTip(dot, text, failed) {
  tip.textContent = text;
  tip.classList.toggle("failed", failed);
  if (!tip.isConnected) document.querySelector("main").append(tip);  // whatever is shown lies in a landmark
  if (!tip.matches(":popover-open")) tip.showPopover();
  const at = dot.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(4, at.left + at.width / 2 - width / 2), innerWidth - width - 4);
  const below = at.bottom + 10;  // above it stands how long the host has been down
  tip.style.left = `${left}px`;
  tip.style.top = `${below + height < innerHeight ? below : at.top - height - 10}px`;
}

function hide() {
  shown = { trail: null, index: 0 };
  if (tip.matches(":popover-open")) tip.hidePopover();
}

const indexOf = (dot) => Array.prototype.indexOf.call(dot.parentElement.children, dot);
const trailOf = (target) => (target instanceof Element ? trails.get(target.closest(".status-line")) : undefined);

// Between two bars the last one counts, so that the tip does not flicker on the way along a trail.
document.addEventListener("pointerover", ({ target }) => {
  const trail = trailOf(target);
  if (!trail) hide();
  else if (target.classList.contains("dot")) trail.show(indexOf(target));
});

document.addEventListener("focusin", ({ target }) => {
  const trail = trailOf(target);
  if (trail?.length && target.matches(":focus-visible")) trail.show(trail.length - 1);
});
document.addEventListener("focusout", ({ target }) => trailOf(target) && hide());
document.addEventListener("scroll", hide, { passive: true });

document.addEventListener("keydown", (event) => {
  const trail = trailOf(event.target);
  if (!trail) return;
  if (event.key === "Escape" && shown.trail) {
    event.preventDefault();
    return hide();
  }
  const from = shown.trail === trail ? shown.index : trail.length;
  const last = trail.length - 1;
  const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  trail.show(Math.min(Math.max(0, to), last));
});
