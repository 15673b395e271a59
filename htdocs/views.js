// Links into the page: a dialog is open as long as the address ends in its name, so that it can be linked to, and the
// browser's way back closes it.

export class Views {
  #views;

  // By name: {element, open, isAllowed}. A name that is none, or of what this user may not see, opens nothing.
  constructor(views) {
    this.#views = Object.entries(views);
    for (const [name, { element }] of this.#views) element.addEventListener("close", () => this.#forget(name));
    addEventListener("hashchange", () => this.follow());
  }

  follow() {
    for (const [name, { element }] of this.#views) {
      if (element.open && location.hash !== `#${name}`) element.close();
    }
    for (const [name, { element, open, isAllowed }] of this.#views) {
      if (location.hash !== `#${name}` || element.open) continue;
      if (isAllowed()) open();
      else this.#forget(name);
    }
  }

  #forget(name) {
    if (location.hash === `#${name}`) history.replaceState(null, "", location.pathname + location.search);
  }
}
