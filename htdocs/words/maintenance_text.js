// A maintenance window in words, and where it stands in time.

import { spanAt } from "./installation_time.js";

// By their numbers, from 1.
export const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export const isWeekly = (window) => Array.isArray(window.days);
export const isOver = (window, now) => !isWeekly(window) && window.to !== null && window.to <= now;
export const isOpen = (window, now) => !isWeekly(window) && window.from <= now && now < window.to;

// "Sat 28 Nov, 14:00 – 18:00" or "Mon, Tue, 23:00 – 02:00 the next day"
export function windowInWords(window, now) {
  if (!isWeekly(window)) return spanAt(window.from, window.to, now);
  const days = window.days.length === DAYS.length ? "Every day" : window.days.map((day) => DAYS[day - 1]).join(", ");
  return `${days}, ${window.from} – ${window.to}${window.to <= window.from ? " the next day" : ""}`;
}
