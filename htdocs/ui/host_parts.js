// What the card of a host and its page show alike: its status and its address.

import { addressOf } from "../words/host_text.js";
import { kindOf } from "./check_kinds.js";

// The word and the shape of a status, in the element that carries the class `status`.
export function showStatus(element, status, age) {
  element.className = `status ${status}-status`;
  element.querySelector("use").setAttribute("href", `#status-${status}`);
  element.querySelector(".status-word").textContent = status;
  element.querySelector(".status-age").textContent = age;
}

// The address with the kind of check, in an element of the class `ip-address`. A heartbeat has no address: its kind says
// all there is.
export function showAddress(element, host) {
  element.textContent = addressOf(host);
  element.dataset.kind = kindOf(host);
}
