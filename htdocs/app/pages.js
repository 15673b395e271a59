// What the address names is what is shown: a page in the place of the list of hosts, or a dialog above either. So all
// of it can be linked to, and the browser's ways back and forward work. An address is "#name/argument?option=value":
// name and arguments say what is shown, the options how. The list has no name, and is shown for a name that is none or
// that is not for this user.

import { areKeysTaken } from "../ui/busy.js";
import { showToast } from "../ui/toast.js";
import { explained, UNANSWERED } from "../words/failures.js";

export class Pages {
  #entries;
  #onShown;
  #shown = null;       // the page, as parse() says it; null before the first
  #left = new Map();   // by path: {scroll, focused} as the user left it

  // `entries` by name. A dialog is {element, isAllowed, open}. A page is {element, isAllowed, styles, load}: a section
  // with a heading, its stylesheets, and what resolves, once it is wanted, to {open(args, options), update(state),
  // close()}; `page` is the latter where it is there already. `onShown` is called when another page is there, to have
  // it updated.
  constructor(entries, { onShown }) {
    this.#entries = new Map(Object.entries(entries));
    this.#onShown = onShown;
    history.scrollRestoration = "manual";  // the browser would scroll before there is anything to scroll to
    for (const [name, { element }] of this.#dialogs) {
      element.addEventListener("close", () => parse(location.hash).name === name && this.#writeAddress());
    }
    addEventListener("hashchange", () => this.follow());
    document.addEventListener("keydown", (event) => this.#leaveByKey(event));
  }

  get #dialogs() {
    return [...this.#entries].filter(([, entry]) => isDialog(entry));
  }

  get #entry() {
    return this.#entries.get(this.#shown?.name);
  }

  // The name of the page that is shown; empty for the list.
  get name() {
    return this.#shown?.name ?? "";
  }

  // What the page is about, for the tab.
  get title() {
    return this.#entry?.page?.title ?? "";
  }

  // Hands the page what is new. What that is, the dashboard says.
  update(state) {
    this.#entry?.page?.update(state);
  }

  // Shows what the address names. To be called once it is known what this user may see.
  follow() {
    const wanted = parse(location.hash);
    for (const [name, { element }] of this.#dialogs) {
      if (element.open && name !== wanted.name) element.close();
    }
    const entry = this.#entries.get(wanted.name);
    const isAllowed = entry?.isAllowed() ?? false;
    if (isDialog(entry)) {
      if (!this.#shown) this.#show(parse(""));
      if (!isAllowed) this.#writeAddress();
      else if (!entry.element.open) entry.open();
      return;
    }
    this.#show(isAllowed ? wanted : parse(""));
    if (!isAllowed) this.#writeAddress();
  }

  // Makes a link to the page as it is shown now: with these options.
  keep(options) {
    this.#shown.options = new URLSearchParams(options);
    this.#writeAddress();
  }

  // To where the user came from, or to the list if that was no page of ours.
  back() {
    if (history.state?.isInside) history.back();
    else this.leave();
  }

  leave() {
    location.hash = "";
    this.follow();
  }

  // For who jumps over the masthead, and for who must hear that this is another page.
  focus() {
    this.#entry.element.querySelector("h2[tabindex], .hosts").focus({ preventScroll: true });
  }

  #writeAddress() {
    const { path, options } = this.#shown;
    const hash = path || options.size ? `#${path}${options.size ? `?${options}` : ""}` : "";
    history.replaceState(history.state, "", location.pathname + location.search + hash);
  }

  #show(wanted) {
    const before = this.#shown;
    const isNew = history.state === null;  // and none that the user came back to
    if (isNew) history.replaceState({ isInside: before !== null }, "");
    this.#shown = wanted;
    if (before?.path === wanted.path) return this.#reopen(before);
    if (before) this.#leave(before);
    document.documentElement.dataset.page = wanted.name;
    for (const entry of this.#entries.values()) {
      if (!isDialog(entry)) entry.element.hidden = true;
    }
    for (const link of document.querySelectorAll("[data-page-link]")) {
      link.removeAttribute("aria-current");
      if (parse(link.hash).name === wanted.name) link.setAttribute("aria-current", "page");
    }
    const left = isNew && wanted.name ? undefined : this.#left.get(wanted.path);
    if (this.#entry.page) this.#open(left);
    else this.#load(wanted).then((isWanted) => isWanted && this.#open(left));
  }

  // The same page, which may be to show it otherwise.
  #reopen({ options: before }) {
    const { args, options } = this.#shown;
    if (String(options) === String(before) || !this.#entry.page) return;
    this.#entry.page.open(args, options);
    this.#onShown();
  }

  #leave({ name, path }) {
    const { element, page } = this.#entries.get(name);
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    this.#left.set(path, { scroll: scrollY, focused });
    page?.close();
  }

  // Answers whether it is still wanted when it is there.
  async #load(wanted) {
    const entry = this.#entry;
    try {
      const [page] = await Promise.all([entry.load(), ...entry.styles.map(loadStyle)]);
      entry.page ??= page;
    } catch (error) {
      if (this.#shown === wanted) this.leave();
      showToast(explained("That page cannot be shown now", UNANSWERED.network));
      throw error;
    }
    return this.#shown === wanted;
  }

  #open(left) {
    const { element, page } = this.#entry;
    page.open(this.#shown.args, this.#shown.options);
    element.hidden = false;
    this.#onShown();
    scrollTo(0, left?.scroll ?? 0);
    if (document.querySelector("dialog[open]")) return;
    if (left?.focused?.isConnected) left.focused.focus({ preventScroll: true });
    else if (this.#shown.name) this.focus();
  }

  #leaveByKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.name) return;
    if (areKeysTaken() || event.target.closest("input, textarea, select")) return;
    this.back();
  }
}

const isDialog = (entry) => entry?.element instanceof HTMLDialogElement;

function parse(hash) {
  const [path, options = ""] = hash.slice(1).split("?", 2);
  const [name, ...args] = path.split("/");
  return { path, name, args, options: new URLSearchParams(options) };
}

const styles = new Map();  // href -> a promise of it

function loadStyle(href) {
  if (styles.has(href)) return styles.get(href);
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      styles.delete(href);
      link.remove();
      reject(new Error(`${href} cannot be loaded`));
    });
  });
  styles.set(href, loaded);
  document.head.append(link);
  return loaded;
}
