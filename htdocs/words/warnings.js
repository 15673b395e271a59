// What people must know about the data on the screen before they believe it. Values in, warnings out.

import { UNANSWERED } from "./failures.js";
import { capitalized, formatAge, formatTime } from "./format.js";

const MISSED_CYCLES = 3;  // as /api/health has it: store/host_list.h
const DEFAULT_TIMEOUT = 1;

// monitord said that it stops, or should have finished a cycle and has not.
export const isLate = ({ updated, interval, monitor }, timeout, now) => Boolean(updated) &&
  (monitor?.state === "stopped" || now - updated > MISSED_CYCLES * interval + (timeout ?? DEFAULT_TIMEOUT));

// Where nothing can be written, monitord may well run: what it sees does not get here.
const UNWRITTEN = new Set(["disk_full", "write_failed"]);

// `failure` is the error of the last refresh, or null; `list` the last good answer, or null; `timeout` that of
// config.json, or null; `problems` what /api/health knows; `unsent` are the problems of the outbox. Answers [{code,
// level, title, text}]: level "old" means that the screen shows the past.
export function warningsFor({ list, failure, timeout, problems, unsent, now }) {
  const warnings = failure ? [unreached(failure, list, now)] : [];
  if (!list) return warnings;
  const { state, since, notices = [] } = list.monitor ?? {};
  const unwritten = problems.filter(({ code }) => UNWRITTEN.has(code));
  const isOld = !failure && isLate(list, timeout, now);
  const isHeldUp = isOld && state !== "stopped" && unwritten.length > 0;
  if (!list.updated) warnings.push(neverRan(state));
  else if (isOld) warnings.push(isHeldUp ? heldUp(list, unwritten, now) : stopped(list, now));
  if (state === "blind") warnings.push(blind(since, now));
  const isSaid = ({ code }) => isHeldUp && UNWRITTEN.has(code);
  const isNoticed = ({ code }) => notices.some((notice) => notice.code === code);
  const others = [...notices, ...unwritten.filter((problem) => !isNoticed(problem))].filter((one) => !isSaid(one));
  return warnings.concat([...others, ...unsent].map((notice) => noticeOf(notice, now)));
}

const asOf = (list, now) => `What you see is from ${formatTime(list.updated, now)}.`;

function unreached(failure, list, now) {
  const title = failure.kind === "answer" ? `The server answers with an error (${failure.message})` :
                                            capitalized(UNANSWERED[failure.kind]);
  const from = list?.updated ? asOf(list, now) : "There is nothing to show yet.";
  return { code: "server", level: "old", title, text: `${from} Trying again every 10 seconds.` };
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
    text: `${asOf(list, now)} Start monitord, or read its log.`,
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

function heldUp(list, unwritten, now) {
  const age = formatAge(now - list.updated);
  const isFull = unwritten.some(({ code }) => code === "disk_full");
  return {
    code: "unwritten",
    level: "old",
    title: `${isFull ? "The disk is full" : "The data folder cannot be written to"}: nothing has been recorded for ${age}`,
    text: `${asOf(list, now)} ${unwritten.map(({ message }) => message).join(" ")} ` +
          `${isFull ? "Free space there" : "Make it writable"}: a monitor that still runs then continues by itself.`,
  };
}

const ADVICE = { disk_full: "Free space there." };

const noticeOf = ({ code, message, since }, now) => ({
  code: `notice-${code}`,
  level: "notice",
  title: message,
  text: [since && `Since ${formatTime(since, now)}.`, ADVICE[code]].filter(Boolean).join(" "),
});
