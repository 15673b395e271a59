// The settings of a host as people edit them, and what changed between two versions of them.

// What the server takes for a field that is left out.
const COMMON = {
  name: "", check: "ping", enabled: true, group: "", customer: "", tags: [], notes: "", parents: [],
  interval: null, timeout: null, retries: null, fail_threshold: null, sla_percent: null,
  maintenance: [],
};
const CERTIFICATE = { verify_tls: true, warn_days: [30, 14, 7, 1] };
const BY_KIND = {
  ping: { ip: "", packets: 1, slow_ms: null, max_loss_percent: null, max_jitter_ms: null },
  http: { url: "", keyword: null, keyword_absent: false, slow_ms: null, method: "GET", expect_status: "200-399",
          follow_redirects: true, ip_version: null, ip: "", username: "", ...CERTIFICATE },
  tls: { ip: "", port: null, server_name: "", slow_ms: null, ...CERTIFICATE },
  tcp: { ip: "", port: null, expect: null, slow_ms: null },
  dns: { ip: "", port: null, query: "", record: "A", expect: null, slow_ms: null },
  mqtt: { topic: "", max_age: 60, expect: null, min: null, max: null },
  push: { max_age: 60 },
};

export const usualSettings = (check) => ({ ...COMMON, ...BY_KIND[check], check });

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
