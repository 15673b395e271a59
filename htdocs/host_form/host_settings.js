// The settings of a host as people edit them, and what changed between two versions of them.

import { usualOfCheck } from "../ui/check_kinds.js";

// What the server takes for a field that every host has, when it is left out.
const COMMON = {
  name: "", check: "ping", enabled: true, group: "", customer: "", tags: [], notes: "", parents: [],
  interval: null, timeout: null, retries: null, fail_threshold: null, sla_percent: null,
  maintenance: [],
};

export const usualSettings = (check) => ({ ...COMMON, ...usualOfCheck(check), check });

// Of a host, or of a new one when there is none.
export function settingsOf(host) {
  const entries = Object.entries(usualSettings(host?.check ?? "ping"));
  return Object.fromEntries(entries.map(([field, usual]) => [field, host?.[field] ?? usual]));
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Of two kinds, what the new one has no use for is taken away.
export function changesBetween(before, after) {
  const usual = usualSettings(after.check);
  const changes = Object.entries(after).filter(([field, value]) => !same(value, before[field] ?? usual[field]));
  const gone = Object.entries(before).filter(([field, value]) => !(field in after) &&
                                                                 !same(value, usualSettings(before.check)[field]));
  return Object.fromEntries([...changes, ...gone.map(([field]) => [field, null])]);
}
