// How long a certificate is good, in words.

import { countOf } from "./format.js";

const DAY_SECONDS = 86_400;

// "expires in 23 days (2026-12-15)", by UTC as certificates are dated; `isDue` when it is time to be warned.
export function certificateOf({ cert_expires: expires, warn_days: warnDays }, now) {
  if (!expires) return { text: "", isDue: false };
  const days = Math.floor((expires - now) / DAY_SECONDS);
  const date = new Date(expires * 1000).toISOString().slice(0, 10);
  return { text: `${whenOf(expires - now, days)} (${date})`, isDue: days < Math.max(1, ...(warnDays ?? [])) };
}

function whenOf(seconds, days) {
  if (seconds <= 0) return `expired ${countOf(Math.floor(-seconds / DAY_SECONDS), "day")} ago`;
  return days ? `expires in ${countOf(days, "day")}` : "expires within a day";
}
