// The result of what the user did, at the bottom of the screen and for who does not see it: briefly.

const TOAST_MS = 6000;

const toast = document.getElementById("toast");

let timer;

// Beside an open dialog nothing is seen or read out: then the toast goes into it.
export function showToast(text) {
  (document.querySelector("dialog[open]") ?? document.body).append(toast);
  toast.textContent = text;
  toast.toggleAttribute("data-shown", true);
  clearTimeout(timer);
  timer = setTimeout(() => toast.removeAttribute("data-shown"), TOAST_MS);
}
