// Times as they are at the installation, whatever the browser's own time zone is: maintenance and reports are kept in
// that one. Without knowing it the browser's counts, and is named wherever it does.

let zone;  // undefined: the browser's

// `name` is one of the time zone database; empty, or one that this browser does not know, is none.
export function useTimeZone(name) {
  zone = isKnown(name) ? name : undefined;
  formats.clear();
}

function isKnown(name) {
  try {
    return Boolean(name && new Intl.DateTimeFormat("en-GB", { timeZone: name }));
  } catch {
    return false;
  }
}

export const zoneName = () => zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;

const HALF_A_YEAR = 182 * 86_400;

// What to say where times are the reader's, who is in another zone; empty where it makes no difference.
export function elsewhere(now) {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const differs = (seconds) => clockAt(seconds) !== formatWith(CLOCK, own).format(seconds * 1000);
  if (!zone || ![now, now - HALF_A_YEAR].some(differs)) return "";
  return `Times are yours, in ${own}; the installation keeps those of ${zone}.`;
}

const formats = new Map();

function formatWith(options, name = zone) {
  const key = JSON.stringify([options, name]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: name }));
  return formats.get(key);
}

const WHOLE = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
                hourCycle: "h23" };

// What the clock on the wall shows at a moment, as Unix seconds of a wall that stands in UTC.
function wallOf(seconds) {
  const parts = formatWith(WHOLE).formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

// "2026-11-28T14:05", as an input of the type datetime-local takes it.
export const toInput = (seconds) => new Date(wallOf(Math.floor(seconds)) * 1000).toISOString().slice(0, 16);

// Unix seconds; null for what is no time. A time that the change to summer time skips is the one an hour later; of two
// that bear the same name in autumn it is the first.
export function fromInput(text) {
  const wall = Date.parse(`${text}Z`) / 1000;
  if (!Number.isFinite(wall)) return null;
  const guesses = [wall - 86_400, wall + 86_400].map((moment) => wall - (wallOf(moment) - moment));
  const right = guesses.filter((moment) => wallOf(moment) === wall);
  return right.length ? Math.min(...right) : Math.max(...guesses);
}

// "14:05"
const CLOCK = { hour: "2-digit", minute: "2-digit" };
export const clockAt = (seconds) => formatWith(CLOCK).format(seconds * 1000);

// "Sat 28 Nov"
export function dayAt(seconds) {
  return formatWith({ weekday: "short", day: "numeric", month: "short" }).format(seconds * 1000).replace(",", "");
}

const yearOf = (seconds) => formatWith({ year: "numeric" }).format(seconds * 1000);

// "Sat 28 Nov, 14:05 – 18:00", with the second day where it is another one, and the year where it is not that of `now`.
export function spanAt(from, to, now) {
  const dayOf = (time) => dayAt(time) + (yearOf(time) === yearOf(now) ? "" : ` ${yearOf(time)}`);
  const end = dayAt(from) === dayAt(to) && to - from < 86_400 ? "" : `${dayOf(to)}, `;
  return `${dayOf(from)}, ${clockAt(from)} – ${end}${clockAt(to)}`;
}
