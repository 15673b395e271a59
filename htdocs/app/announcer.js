// Tells people who do not see the screen, and at the bottom of it those who do, what happened: briefly, and only what
// matters. Hosts that go down and come back are told; the steps between are not.

import { statusOf } from "../words/status.js";

const MOST_NAMES = 3;
const TOAST_MS = 6000;

const region = document.getElementById("announcements");
const toast = document.getElementById("toast");

let statusById = null;  // of the last refresh; null before the first, which is no news
let toastTimer;

export function announceChanges(hosts) {
  const before = statusById;
  statusById = new Map(hosts.map((host) => [host.id, statusOf(host)]));
  if (!before) return;
  const changed = hosts.filter((host) => before.has(host.id) && before.get(host.id) !== statusOf(host));
  const isUp = (status) => status === "up" || status === "degraded";
  const sentences = [
    tell(changed.filter((host) => host.status === "down"), "down"),
    tell(changed.filter((host) => before.get(host.id) === "down" && isUp(host.status)), "up again"),
  ].filter(Boolean);
  if (sentences.length) region.textContent = sentences.join(" ");
}

function tell(hosts, what) {
  if (!hosts.length) return "";
  if (hosts.length > MOST_NAMES) return `${hosts.length} hosts are ${what}.`;
  return `${hosts.map((host) => host.name).join(", ")} ${hosts.length === 1 ? "is" : "are"} ${what}.`;
}

// The result of what the user did. Beside an open dialog nothing is seen or read out: then the toast goes into it.
export function showToast(text) {
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  toast.textContent = text;
  toast.toggleAttribute("data-shown", true);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.removeAttribute("data-shown"), TOAST_MS);
}
