// The order of hosts on the page: by status as people need to see them, then by name.

import { needsAttention, sinceOf, statusOf, STATUSES } from "../words/status.js";

// A host that has just been added keeps its place when its first result arrives.
const rankOf = (host) => (host.status === "pending" ? STATUSES.indexOf("up") : STATUSES.indexOf(statusOf(host)));

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// What needs attention first, in it the longest first, so that an outage keeps its place while others come and go. What began in the
// same cycle, and everything else, by name as people count ("Branch 9" before "Branch 10").
export class AttentionOrder {
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
      since: needsAttention(host) ? cycleOf(sinceOf(host)) : 0,
      place: this.#placeByName.get(host.id) ?? 0,
    }));
    keyed.sort((a, b) => a.rank - b.rank || a.since - b.since || a.place - b.place);
    return keyed.map(({ host }) => host);
  }
}
