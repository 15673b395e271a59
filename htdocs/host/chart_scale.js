// What the axes of a chart say. Values in, bounds and ticks out.

const LEAST_SPAN_MS = 2;  // the noise of a host within the building is not blown up to a mountain range
const USUAL_SHARE = 0.95; // of the band; the rare answer that took a second would press all others to the ground
const HEADROOM = 1.15;

// The greatest round trip that the axis reaches, in ms, of points with rtt_avg and rtt_max.
export function upperBound(points) {
  const tops = points.map(({ rtt_max: max }) => max).filter((max) => max !== null).sort((a, b) => a - b);
  const usual = tops[Math.floor((tops.length - 1) * USUAL_SHARE)] ?? 0;
  return Math.max(LEAST_SPAN_MS, HEADROOM * Math.max(usual, ...points.map(({ rtt_avg: average }) => average ?? 0)));
}

const labelOf = (ms) => (ms >= 1000 ? `${Number((ms / 1000).toPrecision(4))} s` : `${Number(ms.toPrecision(4))} ms`);

// From 0 to `upper` ms, at most `most` steps of 1, 2 or 5: [{v, label}].
export function valueTicks(upper, most) {
  const least = upper / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
  const ticks = [];
  for (let i = 0; i * step <= upper; i++) ticks.push({ v: i * step, label: i ? labelOf(i * step) : "0" });
  return ticks;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const text = (options) => {
  const format = new Intl.DateTimeFormat("en-GB", options);
  return (date) => format.format(date);
};
const clock = text({ hour: "2-digit", minute: "2-digit" });
const date = text({ day: "numeric", month: "short" });
const weekday = text({ weekday: "short", day: "numeric" });
const month = text({ month: "short" });

const hours = (count) => ({
  seconds: count * HOUR,
  first: (at) => at.setHours(Math.ceil(at.getHours() / count) * count, 0, 0, 0),
  next: (at) => at.setHours(at.getHours() + count),
  label: (at) => (at.getHours() ? clock(at) : date(at)),
});
const days = (count) => ({
  seconds: count * DAY,
  first: (at) => at.setHours(24, 0, 0, 0),
  next: (at) => at.setDate(at.getDate() + count),
  label: count === 1 ? weekday : date,
});
const months = (count) => ({
  seconds: count * 30 * DAY,
  first: (at) => at.setMonth(at.getMonth() + 1, 1) && at.setHours(0, 0, 0, 0),
  next: (at) => at.setMonth(at.getMonth() + count),
  label: (at) => (at.getMonth() ? month(at) : String(at.getFullYear())),
});
const TIME_STEPS = [hours(1), hours(2), hours(3), hours(6), hours(12), days(1), days(2), days(5), days(10), months(1),
                    months(2), months(3)];

// Between two times in Unix seconds, on full hours, days or months of the reader's own: at most `most` of [{v, label}],
// with `v` in ms.
export function timeTicks(from, to, most) {
  const step = TIME_STEPS.find(({ seconds }) => (to - from) / seconds <= most) ?? TIME_STEPS.at(-1);
  const ticks = [];
  const at = new Date(from * 1000);
  for (step.first(at); at.getTime() < to * 1000; step.next(at)) ticks.push({ v: at.getTime(), label: step.label(at) });
  return ticks;
}
