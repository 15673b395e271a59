// How times, lengths of time, milliseconds and percentages are written, and how numbers are read.

// 40 s, 3 min, 2 h 5 min, 3 d 4 h, 18 d: two units at most, since nobody reads a third.
export function formatAge(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return withRest(`${hours} h`, minutes % 60, "min");
  const days = Math.floor(hours / 24);
  return withRest(`${days} d`, days < 10 ? hours % 24 : 0, "h");
}

// 40 s, 3 min 20 s, 2 h 5 min, 3 d 4 h: where every second counts.
export function formatLength(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s >= 60 && s < 3600) return withRest(`${Math.floor(s / 60)} min`, s % 60, "s");
  if (s >= 864_000) return withRest(`${Math.floor(s / 86_400)} d`, Math.floor(s / 3600) % 24, "h");
  return formatAge(s);
}

const withRest = (whole, rest, unit) => (rest ? `${whole} ${rest} ${unit}` : whole);

export function formatMs(ms) {
  if (ms > 0 && ms < 0.005) return "< 0.01 ms";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

// Cut, not rounded: a host that failed once was not up 100 % of the time.
export function formatPercent(percent, places = 2) {
  const scale = 10 ** places;
  return `${Math.floor(percent * scale) / scale}%`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

// 12:03:10, with the day when it is not the day of `now`.
export function formatTime(time, now) {
  const date = new Date(time * 1000);
  const at = clock.format(date);
  return date.toDateString() === new Date(now * 1000).toDateString() ? at : `${day.format(date)}, ${at}`;
}

const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const longDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const DAY_SECONDS = 86_400;

export const formatClock = (time) => clock.format(time * 1000);
export const formatShortClock = (time) => shortClock.format(time * 1000);

const nameDay = (time) => longDay.format(time * 1000).replace(",", "");

// Today, Yesterday, Thu 26 Nov.
export function formatDay(time, now) {
  const day = nameDay(time);
  if (day === nameDay(now)) return "Today";
  const noon = new Date(now * 1000).setHours(12, 0, 0, 0) / 1000;  // not every day has 24 hours
  return day === nameDay(noon - DAY_SECONDS) ? "Yesterday" : day;
}

// Sat 28 Nov, 10:05 – 10:10; or the day alone when it is a whole one.
export function formatSpan(from, to) {
  const [first, last] = [nameDay(from), nameDay(to)];
  if (to - from >= DAY_SECONDS) return first;
  const end = first === last ? "" : `${last}, `;
  return `${first}, ${shortClock.format(from * 1000)} – ${end}${shortClock.format(to * 1000)}`;
}

export const capitalized = (text) => text[0].toUpperCase() + text.slice(1);
export const lowered = (text) => text[0].toLowerCase() + text.slice(1);

export function countOf(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

// What is no number goes to the server as it was typed: it says what it expects there.
export function numberIn(text) {
  const typed = text.trim();
  if (!typed) return null;
  return Number.isFinite(Number(typed)) ? Number(typed) : typed;
}
