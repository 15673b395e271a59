// What is known of one host, as terms and texts.

import { kindOf, nameOfTime } from "../ui/check_kinds.js";
import { certificateOf } from "../words/certificate.js";
import { durationInWords } from "../words/durations.js";
import { formatMs, formatPercent, formatTime } from "../words/format.js";
import { pageOf } from "../words/host_text.js";
import { isOpen, isWeekly, windowInWords } from "../words/maintenance_text.js";

// Only what is known: {term, text, tone} with a tone where the text is a warning, or {term, links} with [{text, href}].
export function factsOf(host, context) {
  const texts = [...measured(host), ...certificate(host, context), ...wanted(host), ...general(host, context)];
  const known = ([, text]) => text;
  const [before, after] = [texts, notes(host)].map((facts) => facts.filter(known).map(toFact));
  return [...before, ...linked(host, context), ...after];
}

const toFact = ([term, text, tone]) => ({ term, text, ...(tone && { tone }) });

const given = (value) => value !== null && value !== undefined;
const percent = (value) => given(value) && formatPercent(value);

const measured = (host) => [
  ["Agreed uptime", percent(host.sla_percent)],
  [nameOfTime(host.check), given(host.rtt_ms) && formatMs(host.rtt_ms)],
  ["Loss", host.packets > 1 && percent(host.loss_percent)],
  ["Jitter", given(host.jitter_ms) && formatMs(host.jitter_ms)],
];

function certificate(host, { now }) {
  const { text, isDue } = certificateOf(host, now);
  return [
    ["Certificate", text, isDue && "warning"],
    ["Issued for", host.cert_subject],
    ["Issued by", host.cert_issuer],
  ];
}

const wanted = (host) => [
  ["Check", kindOf(host)],
  ["Answered by", host.address !== host.ip && host.address],
  ["URL", host.url],
  [host.keyword_absent ? "Must not contain" : "Must contain", host.keyword],
  ["Topic", host.check === "mqtt" && host.topic],
  ["Query", host.query && `${host.query} (${host.record})`],
  ["Field", host.field],
  ["Expected", host.expect],
  ["Within", boundsOf(host)],
  ["At least every", !host.cron && given(host.max_age) && durationInWords(host.max_age)],
  ["Schedule", host.cron && `${host.cron}, late after ${durationInWords(host.grace)}`],
];

function boundsOf({ min, max }) {
  if (given(min) && given(max)) return `${min} to ${max}`;
  if (given(min)) return `at least ${min}`;
  return given(max) && `at most ${max}`;
}

// Now, or the next one that happens once.
function maintenanceOf({ maintenance, in_maintenance: isNow }, now) {
  const open = maintenance.find((window) => isOpen(window, now));
  if (isNow) return `now${open ? `, ${windowInWords(open, now)}` : ""}: no alert is sent`;
  const next = maintenance.filter((window) => !isWeekly(window) && window.from > now).sort((a, b) => a.from - b.from)[0];
  return next ? windowInWords(next, now) : "";
}

function general(host, { now, interval }) {
  const time = (at) => at && formatTime(at, now);
  return [
    ["Maintenance", maintenanceOf(host, now)],
    ["Last check", time(host.last_check)],
    ["Last answer", host.last_good !== host.last_check && time(host.last_good)],
    ["Checked every", durationInWords(host.interval ?? interval)],
  ];
}

const notes = (host) => [["Tags", host.tags.join(", ")], ["Notes", host.notes]];

// To the list of those that share it, and to the parents.
function linked({ group, customer, parents }, { nameOf }) {
  const listed = (option, text) => [{ text, href: `#?${new URLSearchParams({ [option]: text })}` }];
  return [
    group && { term: "Group", links: listed("group", group) },
    customer && { term: "Customer", links: listed("search", customer) },
    parents.length && { term: "Parents", links: parents.map((id) => ({ text: nameOf(id), href: pageOf(id) })) },
  ].filter(Boolean);
}
