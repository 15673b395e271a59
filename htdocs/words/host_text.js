// What there is to say about a host, in words.

import { countOf, formatAge, formatMs } from "./format.js";
import { needsAttention, sinceOf, statusOf } from "./status.js";

// The address of its page.
export const pageOf = (id) => `#host/${id}`;

// What is watched, beside its name: the address, else where the URL leads, or the topic.
export function addressOf(host) {
  if (host.ip) return host.port ? `${host.ip.includes(":") ? `[${host.ip}]` : host.ip}:${host.port}` : host.ip;
  if (host.url) return shortUrl(host.url);
  return host.topic ?? "";
}

function shortUrl(text) {
  if (!URL.canParse(text)) return text;
  const { host, pathname } = new URL(text);
  return pathname === "/" ? host : host + pathname;
}

// "3 min" beside "down"; nothing where the length of time says nothing.
export function ageOf(host, now) {
  const since = sinceOf(host);
  if (!since || host.status === "pending") return "";
  return formatAge(now - since);
}

// In two words, that somebody knows of the trouble: where there is no room for the sentence below, and for who hears the
// card.
export function knownAs(host) {
  if (!needsAttention(host)) return null;
  if (host.acknowledged) return { mark: "ack", words: "acknowledged" };
  return host.in_maintenance ? { mark: "maint", words: "in maintenance" } : null;
}

// The sentence below the status: why it is so. `nameOf` gives the name of a host by its id.
export function noteOf(host, context) {
  return joined(host.in_maintenance && "in maintenance", host.acknowledged && "acknowledged", reasonOf(host, context));
}

function reasonOf(host, { now, threshold, nameOf }) {
  switch (statusOf(host)) {
    case "failing":
      return joined(failedChecks(host.fail_count, host.fail_threshold ?? threshold), host.reason);
    case "unreachable":
      return host.parents.length ? `upstream ${host.parents.map(nameOf).join(", ")}` : host.reason;
    case "degraded":
      return host.reason || beyondLimits(host);
    case "unknown":
      return host.reason || "could not be checked";
    case "pending":
      return "waiting for its first check";
    case "paused":
      return "not checked";
    case "up":
      return host.last_change ? `for ${formatAge(now - host.last_change)}` : "";
    default:
      return host.reason;
  }
}

const joined = (...parts) => parts.filter(Boolean).join(" · ");

function failedChecks(count, threshold) {
  return threshold ? `${count} of ${threshold} checks failed` : `${countOf(count, "check")} failed`;
}

function beyondLimits({ rtt_ms: rtt, slow_ms: slow, loss_percent: loss, max_loss_percent: maxLoss, jitter_ms: jitter,
                        max_jitter_ms: maxJitter }) {
  const beyond = (value, limit) => value !== null && limit !== null && value > limit;
  return joined(
    beyond(rtt, slow) && `${formatMs(rtt)}, more than ${formatMs(slow)}`,
    beyond(loss, maxLoss) && `${loss}% loss, more than ${maxLoss}%`,
    beyond(jitter, maxJitter) && `${formatMs(jitter)} jitter, more than ${formatMs(maxJitter)}`,
  );
}
