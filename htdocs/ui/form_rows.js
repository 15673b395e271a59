// Rows that a form has as many of as there are entries in a list, each made from a template.

// What the server says of an entry names it by its place: a row's element is the field "routes[0]", and what it holds
// with data-part-field "smtp_to" is "routes[0].smtp_to".
export function numberRows(elements, field) {
  for (const [place, element] of elements.entries()) {
    element.dataset.field = `${field}[${place}]`;
    for (const part of element.querySelectorAll("[data-part-field]")) {
      part.dataset.field = `${element.dataset.field}.${part.dataset.partField}`;
    }
  }
}

// A row in a list, from the template of that id.
export function appendRow(list, template) {
  const element = document.getElementById(template).content.firstElementChild.cloneNode(true);
  const item = document.createElement("li");
  item.append(element);
  list.append(item);
  return element;
}

// Takes the row away; what stands after it, or else `fallback`, has the focus then.
export function removeRow(element, fallback) {
  const item = element.parentElement;
  const next = item.nextElementSibling?.querySelector("[data-remove]") ?? fallback;
  item.remove();
  next.focus();
}

// As when something is typed: whoever follows the form hears of it.
export const announceChange = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));
