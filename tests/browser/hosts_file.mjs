// Makes the content of hosts.json for states that a real network would have to be broken for.

const STATUSES = ["up", "degraded", "failing", "down", "unreachable", "unknown", "paused", "pending"];

export const now = () => Date.now() / 1000;

// A time zone without summer time in which this hour of the day has begun: whatever the hour of the test, none has to
// wait for midnight, or to fear it.
export function zoneAt(hour) {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;  // written the wrong way round: Etc/GMT-9 is ahead of UTC
}

// The `number`-th host: up, with a full trail, but for what is given.
export function makeHost(number, changes = {}) {
  const at = now() - 2;
  return {
    id: `h${String(number).padStart(9, "0")}`, revision: 1, name: `Branch ${number}`,
    ip: `127.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`, check: "ping", enabled: true,
    group: number % 2 ? "Banks" : "Colleges", tags: [], notes: "", customer: "", parents: [],
    interval: null, timeout: null, retries: null, fail_threshold: null, packets: 1,
    slow_ms: null, max_loss_percent: null, max_jitter_ms: null, sla_percent: null, maintenance: [], acknowledged: null,
    status: "up", statusCurrent: true, fail_count: 0, fail_since: null, last_check: at, last_good: at,
    last_change: at - 90_000, last_alert_time: null, reason: "", rtt_ms: 12.3, loss_percent: 0, jitter_ms: null,
    uptime: 99.98, trail: Array.from({ length: 60 }, (_, i) => 10 + (i % 7)), cert_expires: null, in_maintenance: false,
    ...changes,
  };
}

// What makes a host down since `seconds` ago.
export function down(seconds, changes = {}) {
  const failed = Math.min(60, Math.ceil(seconds / 10));
  return {
    status: "down", statusCurrent: false, fail_count: failed, fail_since: now() - seconds,
    last_change: now() - Math.max(1, seconds - 90), reason: "no answer within 1 s", rtt_ms: null, uptime: 97.2,
    trail: Array.from({ length: 60 }, (_, i) => (i < 60 - failed ? 11 : null)), ...changes,
  };
}

const failed = (status, reason, changes) => ({ ...down(40), status, fail_count: 4, reason, ...changes });

// One host of each other status, as changes to a host that is up.
export const EVERY_TROUBLE = {
  failing: failed("failing", "no answer within 1 s"),
  unreachable: failed("unreachable", "no answer within 1 s"),
  unknown: failed("unknown", ""),
  degraded: { status: "degraded", slow_ms: 50, rtt_ms: 182 },
  paused: { status: "paused", enabled: false },
  pending: { status: "pending", statusCurrent: null, last_check: null, last_good: null, rtt_ms: null, uptime: null,
             trail: [] },
};

export function makeList(hosts, changes = {}) {
  const summary = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const host of hosts) summary[host.status]++;
  return {
    format: 1, updated: now(), interval: 10, revision: 1,
    monitor: { state: "watching", since: now() - 100_000, cycle_ms: 1012, version: "0.1.0", notices: [] },
    summary: { total: hosts.length, ...summary, uptime: 99.2 }, hosts, ...changes,
  };
}

// `number` hosts, of which three are down and one is in each other trouble.
export function makeNetwork(number) {
  const troubles = [down(190), down(7520), down(135), ...Object.values(EVERY_TROUBLE)];
  return Array.from({ length: number }, (_, i) => makeHost(i + 1, troubles[i - 10] ?? {}));
}
