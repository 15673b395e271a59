// How a field of a form is read and written. A field is an element with data-field, in it a control; data-kind says
// what the text in the control stands for, where that is no text.

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
  json: { read: ({ value }) => JSON.parse(value), write: (control, value) => (control.value = String(value)) },
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
