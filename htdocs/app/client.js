// Talks to the API: every request of the page is made here, with a deadline, and fails as an ApiError.

import { explained, UNANSWERED } from "../words/failures.js";
import { observe } from "../words/server_clock.js";

const DEADLINE_MS = 8000;  // below the refresh interval, so that two refreshes never overlap
const REPORT_MS = 30_000;  // a month of a thousand hosts on a small computer
const IMPORT_MS = 30_000;  // of thousands of hosts
const TRIAL_MS = 60_000;   // of a channel: the server waits for 45 s, and says so

// kind: "network" (nobody answered), "timeout" (not in time: a write may still have happened), "answer" (the server
// answered, but not what was asked for; then `status`, and `errors` with what is wrong with each field). The message is
// for people, whatever the kind.
export class ApiError extends Error {
  constructor(kind, { status = 0, title = "", detail = "", errors = [] } = {}) {
    super(detail || title || UNANSWERED[kind]);
    this.kind = kind;
    this.status = status;
    this.errors = errors;
  }

  // A sentence: `what` did not come about, and why.
  explain(what) {
    return explained(what, this.message);
  }
}

// `body` is sent as JSON; one that is `written` goes as it is, and `headers` say what it is. `taken` are the statuses
// that are an answer all the same.
async function send(method, path, { body, written, headers = {}, deadline = DEADLINE_MS, taken = [] } = {}) {
  const options = { method, headers: { Accept: "application/json", ...headers }, cache: "no-store", body: written };
  options.signal = AbortSignal.timeout(deadline);
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let response, text;
  try {
    response = await fetch(path, options);
    text = await response.text();
  } catch (error) {
    throw new ApiError(error.name === "TimeoutError" ? "timeout" : "network");
  }
  observe(response.headers.get("Date"));
  if (response.ok || [304, ...taken].includes(response.status)) return { response, text };
  throw new ApiError("answer", { ...problemIn(response, text), status: response.status });
}

// lighttpd's own answers (401, 413, 503) are no problem+json; their status must do.
function problemIn(response, text) {
  const title = `${response.status} ${response.statusText}`.trim();
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return { title };
  try {
    const { detail, errors, title: given } = JSON.parse(text);
    return { title: given || title, detail, errors: Array.isArray(errors) ? errors : [] };
  } catch {
    return { title };
  }
}

function parse({ response, text }) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("answer", { status: response.status, title: "The answer is not JSON" });
  }
}

// A list of hosts goes as it is typed: JSON, a table or lines of text.
async function sendList(text, query) {
  const type = /^\s*[[{]/.test(text) ? "application/json" : "text/csv";
  const answer = await send("POST", `/api/hosts/import${query}`, {
    written: text, headers: { "Content-Type": type }, deadline: IMPORT_MS,
  });
  return parse(answer);
}

const hostPath = (id) => `/api/hosts/${encodeURIComponent(id)}`;
const ifMatch = (revision) => ({ "If-Match": `"${revision}"` });

// With the settings comes their tag, by which a change finds out whether they are still the same.
const parseConfig = (answer) => ({ config: parse(answer), tag: answer.response.headers.get("ETag") });

let latest = { etag: null, list: null };

// The whole list; the same object as before when nothing has changed on the server.
export async function fetchHosts() {
  const headers = latest.etag ? { "If-None-Match": latest.etag } : {};
  const answer = await send("GET", "/api/hosts", { headers });
  if (answer.response.status === 304) return latest.list;
  const list = parse(answer);
  if (!Array.isArray(list?.hosts)) throw new ApiError("answer", { title: "The answer is not a list of hosts" });
  latest = { etag: answer.response.headers.get("ETag"), list };
  return list;
}

// What keeps hosts from being watched, [{code, message, since}]: 503 says that there is something.
export async function fetchProblems() {
  const { problems } = parse(await send("GET", "/api/health", { taken: [503] }));
  if (!Array.isArray(problems)) throw new ApiError("answer", { title: "The answer is no state of health" });
  return problems;
}

export const fetchMe = async () => parse(await send("GET", "/api/me"));
export const fetchConfig = async () => parseConfig(await send("GET", "/api/config"));
export const fetchHost = async (id) => parse(await send("GET", hostPath(id)));
export const addHost = async (settings) => parse(await send("POST", "/api/hosts", { body: settings }));
export const checkHost = async (id) => parse(await send("POST", `${hostPath(id)}/check`));

// Both answer {add, change, same, refuse}. The first only tries it; the second does all of it, or nothing.
export const tryImport = (text) => sendList(text, "?dry_run=1");
export const importHosts = (text) => sendList(text, "");

// `changes` is a merge patch: only what is to change. `revision` is that of the host as it was shown.
export const changeHost = async (id, revision, changes) =>
  parse(await send("PATCH", hostPath(id), { body: changes, headers: ifMatch(revision) }));

export const deleteHost = (id, revision) => send("DELETE", hostPath(id), { headers: ifMatch(revision) });

// Of a heartbeat; the one before is worth nothing any more.
export const makeToken = async (id) => parse(await send("POST", `${hostPath(id)}/token`)).token;

export const acknowledge = async (id, note) =>
  parse(await send("POST", `${hostPath(id)}/acknowledge`, { body: note ? { note } : {} }));
export const unacknowledge = (id) => send("DELETE", `${hostPath(id)}/acknowledge`);

// `changes` is a merge patch of config.json; `tag` is that of the settings as they were read.
export const changeConfig = async (tag, changes) =>
  parseConfig(await send("PATCH", "/api/config", { body: changes, headers: { "If-Match": tag } }));

// Without what was sent it costs the server next to nothing. It also says which time zone the server is in.
export const fetchAlerts = async ({ sent }) => parse(await send("GET", `/api/alerts?sent=${sent ? 1 : 0}`));

// What the channel's server said; an ApiError has it in its message when it refused.
export async function tryChannel(channel) {
  const { answer } = parse(await send("POST", "/api/alerts/test", { body: { channel }, deadline: TRIAL_MS }));
  return answer;
}

// Of a month, "2026-10".
const reportPath = (month, format) => `/api/report?month=${month}&format=${format}`;

export async function fetchReport(month) {
  const report = parse(await send("GET", reportPath(month, "json"), { deadline: REPORT_MS }));
  if (!Array.isArray(report?.rows)) throw new ApiError("answer", { title: "The answer is not a report" });
  return report;
}

// What a link leads to.
export const reportFile = (month) => reportPath(month, "csv");

// `range` is 24h, 7d, 30d or 1y.
export const fetchHistory = async (id, range) => parse(await send("GET", `${hostPath(id)}/history?range=${range}`));

// Of one host or of all; `from` and `to` in Unix seconds. What is left out is the server's to choose.
export async function fetchOutages({ host, from, to, blips }) {
  const asked = Object.entries({ host, from: from && Math.floor(from), to: to && Math.ceil(to), blips: blips && 1 });
  const query = new URLSearchParams(asked.filter(([, value]) => value));
  return parse(await send("GET", `/api/outages?${query}`));
}

// Sets another cause than the one measured, or that one again with null. Answers the outage as it stands then.
export const reclassify = async (id, cause, note) =>
  parse(await send("PATCH", `/api/outages/${encodeURIComponent(id)}`, { body: { cause, note } }));
