// What is said about an outage in words.

const CAUSES = { line: "line", upstream: "upstream", blind: "monitor blind", maintenance: "maintenance",
                 power: "customer’s power" };

export const causeInWords = (cause) => CAUSES[cause] ?? cause;
