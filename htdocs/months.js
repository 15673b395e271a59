// Calendar months by their names, "2026-10".

import { toInput } from "./installation_time.js";

const PATTERN = /^[1-9]\d{3}-(0[1-9]|1[0-2])$/;

export const isMonth = (text) => PATTERN.test(text);

export function addMonths(month, number) {
  const [year, index] = month.split("-").map(Number);
  return new Date(Date.UTC(year, index - 1 + number)).toISOString().slice(0, 7);
}

// The month that a moment lies in, in the installation's time.
export const monthOf = (seconds) => toInput(seconds).slice(0, 7);

const words = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

// "October 2026"
export const monthInWords = (month) => words.format(Date.parse(`${month}-01T00:00Z`));
