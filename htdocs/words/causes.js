// The causes of an outage, named by what failed.

// By name: the words, and the status whose shape and colour stand for it.
const CAUSES = {
  line: { words: "no answer", status: "down" },
  upstream: { words: "upstream", status: "unreachable" },
  blind: { words: "monitor blind", status: "unknown" },
  maintenance: { words: "maintenance", status: "paused" },
  power: { words: "power", status: "degraded" },
};

// In the order in which they are offered.
export const CAUSE_NAMES = Object.keys(CAUSES);

// One of a later version is shown by its name rather than not at all.
export const causeOf = (name) => CAUSES[name] ?? { words: name, status: "unknown" };
