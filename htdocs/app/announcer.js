// Says to people who do not see the screen which hosts went down and which came back; the steps between are left out.

import { statusOf } from "../words/status.js";

const MOST_NAMES = 3;

const region = document.getElementById("announcements");

let statusById = null;  // of the last refresh; null before the first, which changes nothing

export function announceChanges(hosts) {
  const before = statusById;
  statusById = new Map(hosts.map((host) => [host.id, statusOf(host)]));
  if (!before) return;
  const changed = hosts.filter((host) => before.has(host.id) && before.get(host.id) !== statusOf(host));
  const isUp = (status) => status === "up" || status === "degraded";
  const sentences = [
    sentenceOf(changed.filter((host) => host.status === "down"), "down"),
    sentenceOf(changed.filter((host) => before.get(host.id) === "down" && isUp(host.status)), "up again"),
  ].filter(Boolean);
  if (sentences.length) region.textContent = sentences.join(" ");
}

function sentenceOf(hosts, what) {
  if (!hosts.length) return "";
  if (hosts.length > MOST_NAMES) return `${hosts.length} hosts are ${what}.`;
  return `${hosts.map((host) => host.name).join(", ")} ${hosts.length === 1 ? "is" : "are"} ${what}.`;
}
