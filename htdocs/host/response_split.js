// Where the time of a website's last answer went: a bar with a part for each step, and the steps in words.

import { formatMs } from "../words/format.js";

const STEPS = [["name_ms", "Name"], ["connect_ms", "Connect"], ["tls_ms", "TLS"], ["first_byte_ms", "First byte"]];

// Only what was measured; what is left of the whole is the rest of the answer.
function partsOf(host) {
  const parts = STEPS.map(([field, label]) => ({ label, ms: host[field] ?? null })).filter(({ ms }) => ms !== null);
  const rest = host.rtt_ms === null ? 0 : host.rtt_ms - parts.reduce((sum, { ms }) => sum + ms, 0);
  if (parts.length && rest > 0) parts.push({ label: "Rest", ms: rest });
  return parts;
}

export function showResponseSplit(element, host) {
  const parts = partsOf(host);
  element.hidden = parts.length === 0;
  element.querySelector(".split-bar").replaceChildren(...parts.map(({ label, ms }) => {
    const part = document.createElement("span");
    part.dataset.step = label;
    part.style.flexGrow = ms;
    return part;
  }));
  element.querySelector(".split-steps").replaceChildren(...parts.map(({ label, ms }) => {
    const step = document.createElement("li");
    step.dataset.step = label;
    step.textContent = `${label} ${formatMs(ms)}`;
    return step;
  }));
}
