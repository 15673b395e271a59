// The statuses of a host: the order in which people need to see them, and the order of hosts that follows from it.

// Worst first. A failing host comes before the unreachable ones: it may be the next that is down, while they wait for
// a parent that is already listed.
export const STATUSES = ["down", "failing", "unreachable", "degraded", "unknown", "up", "pending", "paused"];
const NEED_ATTENTION = new Set(["down", "failing", "unreachable", "degraded", "unknown"]);
const FAILED = new Set(["down", "failing", "unreachable"]);

// A status of a later version is shown as unknown rather than not at all.
export const statusOf = (host) => (STATUSES.includes(host.status) ? host.status : "unknown");

export const isTrouble = (host) => NEED_ATTENTION.has(statusOf(host));

// Since when the host is as it is: a host is down since its first failed check, not since the threshold was reached.
export function sinceOf(host) {
  return (FAILED.has(host.status) && host.fail_since) || host.last_change;
}

// A host that has just been added keeps its place when its first result arrives.
const rankOf = (host) => (host.status === "pending" ? STATUSES.indexOf("up") : STATUSES.indexOf(statusOf(host)));

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// Trouble first, in it the longest first, so that an outage keeps its place while others come and go. What began in the
// same cycle, and everything else, by name as people count ("Branch 9" before "Branch 10").
export class TroubleOrder {
  #revision = null;
  #placeByName = new Map();

  // Comparing names costs most, and they change only with the settings.
  #readNames(list) {
    if (list.revision === this.#revision && this.#placeByName.size === list.hosts.length) return;
    const byName = [...list.hosts].sort((a, b) => names.compare(a.name, b.name) || names.compare(a.ip, b.ip));
    this.#placeByName = new Map(byName.map((host, place) => [host.id, place]));
    this.#revision = list.revision;
  }

  sort(list) {
    this.#readNames(list);
    const cycleOf = (time) => (time ? Math.round((time - list.updated) / list.interval) : 0);
    const keyed = list.hosts.map((host) => ({
      host,
      rank: rankOf(host),
      since: isTrouble(host) ? cycleOf(sinceOf(host)) : 0,
      place: this.#placeByName.get(host.id) ?? 0,
    }));
    keyed.sort((a, b) => a.rank - b.rank || a.since - b.since || a.place - b.place);
    return keyed.map(({ host }) => host);
  }
}
