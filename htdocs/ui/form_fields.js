// How a field of a form is read and written. A field is an element with data-field, in it a control; data-kind says
// what the text in the control stands for, where that is no text.

import { durationInWords, parseDuration } from "../words/durations.js";
import { numberIn } from "../words/format.js";

const NONE = "none";  // typed where an empty field means the default and a list of nothing is something else

const partsOf = (text, separator) => text.split(separator).map((part) => part.trim()).filter(Boolean);
const isNumeric = ({ inputMode }) => inputMode === "decimal" || inputMode === "numeric";

const KINDS = {
  lines: { read: ({ value }) => partsOf(value, "\n"), write: (control, list) => (control.value = list.join("\n")) },
  words: { read: ({ value }) => partsOf(value, ","), write: (control, list) => (control.value = list.join(", ")) },
  numbers: {
    read: ({ value }) => {
      const parts = partsOf(value, ",");
      if (!parts.length) return null;
      return parts.length === 1 && parts[0].toLowerCase() === NONE ? [] : parts.map(numberIn);
    },
    write: (control, list) => (control.value = list.join(", ") || NONE),
  },
  // What is no length of time goes to the server as it was typed, as what is no number does: all faults are shown at once.
  duration: {
    read: ({ value }) => (value.trim() ? parseDuration(value) ?? value.trim() : null),
    write: (control, seconds) => (control.value = durationInWords(seconds)),
  },
  json: { read: ({ value }) => JSON.parse(value), write: (control, value) => (control.value = JSON.stringify(value)) },
  checkbox: { read: ({ checked }) => checked, write: (control, value) => (control.checked = value) },
  text: {
    read: (control) => (isNumeric(control) ? numberIn(control.value) : control.value.trim() || null),
    write: (control, value) => (control.value = value),
  },
};

const controlOf = (field) => field.querySelector("input, textarea, select");

function kindOf(field, control) {
  if (field.dataset.kind in KINDS) return KINDS[field.dataset.kind];
  return control.type === "checkbox" ? KINDS.checkbox : KINDS.text;
}

// Null is what an empty control says: the default.
export function readField(field) {
  if (field.dataset.kind === "choices") return [...field.querySelectorAll("input:checked")].map((box) => box.value);
  const control = controlOf(field);
  return kindOf(field, control).read(control);
}

// What the page itself can say is wrong with what stands in the field, once it is refused; empty where it cannot.
// data-missing is the sentence for a field that must not be empty.
export function faultIn(field) {
  const { kind, missing } = field.dataset;
  const typed = kind === "duration" || missing ? controlOf(field).value.trim() : "";
  if (kind === "duration" && typed && parseDuration(typed) === undefined) {
    return "Enter a length of time, such as 30 s, 5 min or 1 h.";
  }
  return missing && !typed ? missing : "";
}

// Shows what counts while the field is empty.
export function offerUsual(field, value) {
  const control = controlOf(field);
  control.placeholder = value === undefined ? "" : field.dataset.kind === "duration" ? durationInWords(value) : value;
}

// What equals `usual` is left to the placeholder of a text, which says so.
export function writeField(field, value, usual = null) {
  if (field.dataset.kind === "choices") {
    for (const box of field.querySelectorAll("input")) box.checked = value?.includes(box.value) ?? false;
    return;
  }
  const control = controlOf(field);
  const isTyped = !control.matches("select, [type=checkbox]");
  if (isTyped && (value === null || value === undefined || JSON.stringify(value) === JSON.stringify(usual))) {
    control.value = "";
  } else {
    kindOf(field, control).write(control, value ?? usual);
  }
}
