// Lengths of time as people type them: "30 s", "5 min", "1 h 30 min", and plain seconds.

const UNITS = { d: 86_400, h: 3600, min: 60, s: 1 };
const SPELLINGS = [
  ["d", /^d(ays?)?$/], ["h", /^h((ou)?rs?)?$/], ["min", /^m(in(ute)?s?)?$/], ["s", /^(s(ec(ond)?s?)?)?$/],
];
const PART = /(\d+(?:\.\d+)?)\s*([a-z]*)/g;

// Seconds; undefined for what is no length of time.
export function parseDuration(text) {
  const parts = [...text.trim().toLowerCase().matchAll(PART)];
  const rest = text.trim().toLowerCase().replace(PART, "").trim();
  const values = parts.map(([, number, unit]) => {
    const [name] = SPELLINGS.find(([, pattern]) => pattern.test(unit)) ?? [];
    return Number(number) * (UNITS[name] ?? NaN);
  });
  const seconds = values.reduce((sum, value) => sum + value, 0);
  return parts.length && !rest && Number.isFinite(seconds) ? seconds : undefined;
}

// Exactly, so that reading it gives the same seconds again: 5400 is "1 h 30 min", 0.5 is "0.5 s".
export function durationInWords(seconds) {
  if (!Number.isInteger(seconds) || seconds <= 0) return `${seconds} s`;
  let rest = seconds;
  const parts = Object.entries(UNITS).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count && `${count} ${unit}`;
  });
  return parts.filter(Boolean).join(" ");
}
