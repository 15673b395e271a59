// While the server is changing something: until it is known what has become of it, nothing is typed in vain there,
// nothing is sent twice, and no key closes the dialog or leaves the page.

const stay = (event) => event.preventDefault();

// Whether keys belong to no part of the page: a dialog is open, or a form lost the focus only while it is sent.
export const areKeysTaken = () => document.querySelector("dialog[open], [aria-busy=true]") !== null;

// Answers what `send` resolves to, or fails as it does. `element` is what was typed or pressed in; with it, all of the
// dialog that it is in. The focus is where it was before.
export async function whileBusy(element, send) {
  const dialog = element.closest("dialog");
  const whole = dialog ?? element;
  const focused = document.activeElement;
  focused.blur();  // an inert element keeps the focus until the next frame
  whole.inert = true;
  whole.setAttribute("aria-busy", "true");
  // A second Escape is not asked for.
  dialog?.setAttribute("closedby", "none");
  dialog?.addEventListener("cancel", stay);
  try {
    return await send();
  } finally {
    dialog?.removeEventListener("cancel", stay);
    dialog?.removeAttribute("closedby");
    whole.removeAttribute("aria-busy");
    whole.inert = false;
    if (document.activeElement === document.body) focused.focus();
  }
}
