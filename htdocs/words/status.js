// The statuses of a host, in the order in which people need to see them, and since when one has its own.

// Worst first. A failing host comes before the unreachable ones: it may be the next that is down, while they wait for
// a parent that is already listed.
export const STATUSES = ["down", "failing", "unreachable", "degraded", "unknown", "up", "pending", "paused"];
const NEED_ATTENTION = new Set(["down", "failing", "unreachable", "degraded", "unknown"]);
const FAILED = new Set(["down", "failing", "unreachable"]);

// A status of a later version is shown as unknown rather than not at all.
export const statusOf = (host) => (STATUSES.includes(host.status) ? host.status : "unknown");

export const needsAttention = (host) => NEED_ATTENTION.has(statusOf(host));

// Since when the host is as it is: a host is down since its first failed check, not since the threshold was reached.
export function sinceOf(host) {
  return (FAILED.has(host.status) && host.fail_since) || host.last_change;
}
