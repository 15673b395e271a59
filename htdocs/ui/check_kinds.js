// The kinds of check, as their blocks in index.html describe them, in their order: <template data-check="http"
// data-name="Website" data-word="website" data-hint="…">, in it the fields of the kind. A field says by data-usual, as
// JSON, what the server takes when it is left out, where that is neither null nor what the control says by itself.

import { readField } from "./form_fields.js";

const blocks = new Map(
  [...document.querySelectorAll("template[data-check]")].map((block) => [block.dataset.check, block]));
const usual = new Map();

// In a sentence. One of a later version is called by its name in the API rather than not at all.
export const nameOfCheck = (check) => blocks.get(check)?.dataset.word ?? check;

// The kind of check where it is not ping, which is what most are.
export const kindOf = ({ check }) => (check === "ping" ? "" : blocks.get(check)?.dataset.word ?? "");

// What the time that a check takes is called: as its limit is in the form.
export function nameOfTime(check) {
  const limit = blocks.get(check)?.content.querySelector("[data-field=slow_ms] label");
  return limit?.firstChild.data.trim() ?? "Time";
}

// For the choice of a kind, each with its hint.
export function makeCheckOptions() {
  return [...blocks].map(([check, { dataset: { name, hint } }]) => {
    const option = new Option(name, check);
    option.dataset.hint = hint;
    return option;
  });
}

export const makeCheckFields = (check) => blocks.get(check).content.cloneNode(true);

// The settings of the kind that are no secrets, each with what the server takes when it is left out.
export function usualOfCheck(check) {
  if (!usual.has(check)) {
    const fields = blocks.get(check)?.content.querySelectorAll("[data-field]:not([data-kind=secret], .headers)") ?? [];
    usual.set(check, Object.fromEntries([...fields].map((field) => [field.dataset.field, usualIn(field)])));
  }
  return usual.get(check);
}

const usualIn = (field) => (field.dataset.usual ? JSON.parse(field.dataset.usual) : readField(field));
