// Calendar months by their names, "2026-10"; they begin and end by the installation's clock, as in reports.

import { fromInput, toInput } from "./installation_time.js";

const PATTERN = /^[1-9]\d{3}-(0[1-9]|1[0-2])$/;

export const isMonth = (text) => PATTERN.test(text);

export function addMonths(month, number) {
  const [year, index] = month.split("-").map(Number);
  return new Date(Date.UTC(year, index - 1 + number)).toISOString().slice(0, 7);
}

// The month that a moment lies in.
export const monthOf = (seconds) => toInput(seconds).slice(0, 7);

// In Unix seconds.
export const beginOfMonth = (month) => fromInput(`${month}-01T00:00`);

const words = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

// "October 2026"
export const monthInWords = (month) => words.format(Date.parse(`${month}-01T00:00Z`));
