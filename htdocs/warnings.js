// What people must know about the data on the screen before they believe it. Values in, warnings out.

import { formatAge, formatTime } from "./format.js";

const MISSED_CYCLES = 3;
const DEFAULT_TIMEOUT = 1;

// monitord said that it stops, or should have finished a cycle and has not.
const hasStopped = ({ updated, interval, monitor }, timeout, now) =>
  monitor?.state === "stopped" || now - updated > MISSED_CYCLES * interval + (timeout ?? DEFAULT_TIMEOUT);

// `failure` is the error of the last refresh, or null; `list` the last good answer, or null; `timeout` that of
// config.json, or null; `unsent` are the problems of the outbox. Answers [{code, level, title, text}]: level "old"
// means that the screen shows the past.
export function warningsFor({ list, failure, timeout, unsent, now }) {
  const warnings = failure ? [unreached(failure, list, now)] : [];
  if (!list) return warnings;
  const { state, since, notices = [] } = list.monitor ?? {};
  if (!list.updated) warnings.push(neverRan(state));
  else if (!failure && hasStopped(list, timeout, now)) warnings.push(stopped(list, now));
  if (state === "blind") warnings.push(blind(since, now));
  return warnings.concat([...notices, ...unsent].map((notice) => told(notice, now)));
}

const asOf = (list, now) => `What you see is from ${formatTime(list.updated, now)}.`;

function unreached(failure, list, now) {
  const what = {
    network: "The server does not answer",
    timeout: "The server does not answer in time",
    answer: "The server answers with an error",
  }[failure.kind];
  const reason = failure.kind === "answer" ? ` (${failure.message})` : "";
  const from = list?.updated ? asOf(list, now) : "There is nothing to show yet.";
  return { code: "server", level: "old", title: what + reason, text: `${from} Trying again every 10 seconds.` };
}

function neverRan(state) {
  const text = state === "watching" ? "The first results are on their way." :
                                      "If this stays, the monitor (monitord) is not running.";
  return { code: "never", level: "notice", title: "Nothing has been checked yet", text };
}

function stopped(list, now) {
  const age = formatAge(now - list.updated);
  return {
    code: "stale",
    level: "old",
    title: `The monitor has stopped: no check for ${age}`,
    text: `${asOf(list, now)} Start monitord, or look into its log.`,
  };
}

function blind(since, now) {
  const from = since ? ` since ${formatTime(since, now)}` : "";
  return {
    code: "blind",
    level: "blind",
    title: `The monitor is blind${from}`,
    text: "It has lost its own connection. Hosts that do not answer are shown as unknown; none of them is blamed.",
  };
}

const told = ({ code, message, since }, now) => ({
  code: `notice-${code}`,
  level: "notice",
  title: message,
  text: since ? `Since ${formatTime(since, now)}.` : "",
});
