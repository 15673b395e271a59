// Measures what a page costs its own thread.

import { browser } from "./visit.mjs";

const SCRIPT = ["RunMicrotasks", "FunctionCall", "EvaluateScript", "v8.callFunction", "v8.run"];
const LAYOUT = ["Layout", "UpdateLayoutTree"];

// Milliseconds of processor time while `act` runs and until the next frame is drawn.
export async function mainThread(page, act) {
  await browser.startTracing(page, { categories: ["devtools.timeline", "v8", "v8.execute"] });
  await act();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const events = traceEvents.filter(({ ph }) => ph === "X").sort((a, b) => a.ts - b.ts);
  const script = events.filter(({ name }) => SCRIPT.includes(name));
  const layout = events.filter(({ name }) => LAYOUT.includes(name));
  const forced = layout.filter((event) => script.some((outer) => contains(outer, event)));
  return { script: total(script) - total(forced), layout: total(layout) };
}

const contains = (outer, inner) =>
  outer.tid === inner.tid && outer.ts <= inner.ts && inner.ts + inner.dur <= outer.ts + outer.dur;

// Of events in the order of time; those within another are in it already.
function total(events) {
  let end = 0;
  const outermost = events.filter(({ ts, dur }) => ts >= end && (end = ts + dur));
  return outermost.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000;
}
