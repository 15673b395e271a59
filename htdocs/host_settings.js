// The settings of a host as people edit them, and what changed between two versions of them.

// What the server takes for a field that is left out.
const DEFAULTS = {
  name: "", ip: "", enabled: true, group: "", customer: "", tags: [], notes: "", parents: [],
  interval: null, timeout: null, retries: null, fail_threshold: null, packets: 1,
  slow_ms: null, max_loss_percent: null, max_jitter_ms: null, sla_percent: null,
};

// Of a host, or of a new one when there is none.
export function settingsOf(host) {
  const entries = Object.entries(DEFAULTS).map(([field, usual]) => [field, host?.[field] ?? usual]);
  return Object.fromEntries(entries);
}

export function changesBetween(before, after) {
  const differs = ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field]);
  return Object.fromEntries(Object.entries(after).filter(differs));
}
