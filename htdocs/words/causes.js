// The causes of an outage, as they are told.

// By name: the words, and the status whose shape and colour stand for it.
const CAUSES = {
  line: { words: "line", status: "down" },
  upstream: { words: "upstream", status: "unreachable" },
  blind: { words: "monitor blind", status: "unknown" },
  maintenance: { words: "maintenance", status: "paused" },
  power: { words: "customer's power", status: "degraded" },
};

// One of a later version is shown by its name rather than not at all.
export const causeOf = (name) => CAUSES[name] ?? { words: name, status: "unknown" };
