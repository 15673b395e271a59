// Makes an element with properties and children: "className" is one, and texts are never read as HTML.
export function makeElement(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
