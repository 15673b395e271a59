// Which hosts are in view: search words, one status, and one group, customer or tag.

import { statusOf } from "../words/status.js";

export class Filter {
  #onChange;
  #search = document.getElementById("search");
  #group = document.getElementById("group-filter");
  #status = null;
  #groups = "";

  constructor(onChange) {
    this.#onChange = onChange;
    this.#search.addEventListener("input", onChange);
    this.#group.addEventListener("change", onChange);
    this.#search.addEventListener("keydown", (event) => {
      const { key, isComposing } = event;
      if (isComposing) return;
      if (key === "Escape" && this.isSet) this.clear();
      else if (key === "Escape") this.#search.blur();
      if (key === "Enter" || key === "ArrowDown") this.#toFirst(event);
    });
  }

  // Then the arrow keys lead on from there.
  #toFirst(event) {
    const first = document.querySelector(".host-card .host-open");
    if (!first) return;
    event.preventDefault();
    first.focus();
  }

  // Wherever the user is: the list that is searched is shown first.
  reach() {
    if (this.#search.checkVisibility()) return this.#search.select();
    addEventListener("hashchange", () => this.#search.select(), { once: true });
    location.hash = "";
  }

  get status() {
    return this.#status;
  }

  // The same status again lifts the filter.
  toggleStatus(status) {
    this.#status = status === this.#status ? null : status;
    this.#onChange();
  }

  get isSet() {
    return this.#status !== null || this.#group.value !== "" || this.#search.value.trim() !== "";
  }

  clear() {
    this.#set({ search: "", group: "" });
    this.#onChange();
  }

  #set({ search, group }) {
    this.#status = null;
    this.#search.value = search;
    const value = group && valueOf("group", group);
    if (![...this.#group.options].some((option) => option.value === value)) this.#group.add(new Option(group, value));
    this.#group.value = value;
  }

  // As a link to the list says: {group} or {search}. Without either, all stays as the user left it.
  choose(options) {
    if (options.size) this.#set({ search: options.get("search") ?? "", group: options.get("group") ?? "" });
  }

  // Offers the groups, customers and tags there are; the choice stays even when its last host has gone, so that nothing
  // jumps.
  offerGroups(hosts) {
    const offered = Object.entries(KINDS).map(([kind, { title, namesOf }]) =>
      ({ kind, title, names: [...new Set(hosts.flatMap(namesOf).filter(Boolean))] }));
    const [kind, name] = partsOf(this.#group.value);
    const own = offered.find((one) => one.kind === kind);
    if (own && !own.names.includes(name)) own.names.push(name);
    for (const { names } of offered) names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const key = JSON.stringify(offered);
    if (key === this.#groups) return;
    this.#groups = key;
    const chosen = this.#group.value;
    const some = offered.filter(({ names }) => names.length);
    this.#group.replaceChildren(new Option("All hosts", ""), ...some.map(makeOptions));
    this.#group.value = chosen;
    this.#group.hidden = some.length === 0;
  }

  apply(hosts) {
    if (!this.isSet) return hosts;
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [kind, name] = partsOf(this.#group.value);
    return hosts.filter((host) => (!this.#status || statusOf(host) === this.#status) &&
                                  (!kind || KINDS[kind].namesOf(host).includes(name)) &&
                                  words.every((word) => textOf(host).includes(word)));
  }
}

// What hosts are chosen by in one list, whose values are such as "group:Banks".
const KINDS = {
  group: { title: "Groups", namesOf: ({ group }) => [group] },
  customer: { title: "Customers", namesOf: ({ customer }) => [customer] },
  tag: { title: "Tags", namesOf: ({ tags }) => tags },
};

const valueOf = (kind, name) => `${kind}:${name}`;

function partsOf(value) {
  const end = value.indexOf(":");
  return end < 0 ? ["", ""] : [value.slice(0, end), value.slice(end + 1)];
}

function makeOptions({ kind, title, names }) {
  const group = document.createElement("optgroup");
  group.label = title;
  group.append(...names.map((name) => new Option(name, valueOf(kind, name))));
  return group;
}

const textOf = ({ name, ip, url, topic, group, customer, tags }) =>
  [name, ip, url, topic, group, customer, ...tags].join("\n").toLowerCase();

export const groupsOf = (hosts) => [...new Set(hosts.map((host) => host.group).filter(Boolean))];
