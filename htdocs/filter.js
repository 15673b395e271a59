// Which hosts are in view: search words, one status, one group.

import { statusOf } from "./status.js";

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
      if (event.key === "Escape") this.clear();
    });
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
    if (![...this.#group.options].some(({ value }) => value === group)) this.#group.add(new Option(group, group));
    this.#group.value = group;
  }

  // As a link to the list says: {group} or {search}. Without either, all stays as the user left it.
  choose(options) {
    if (options.size) this.#set({ search: options.get("search") ?? "", group: options.get("group") ?? "" });
  }

  // Offers the groups there are; the choice stays even when its last host has gone, so that nothing jumps.
  offerGroups(hosts) {
    const groups = groupsOf(hosts);
    if (this.#group.value && !groups.includes(this.#group.value)) groups.push(this.#group.value);
    groups.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    const key = JSON.stringify(groups);
    if (key === this.#groups) return;
    this.#groups = key;
    const chosen = this.#group.value;
    this.#group.replaceChildren(new Option("All groups", ""), ...groups.map((group) => new Option(group, group)));
    this.#group.value = chosen;
    this.#group.hidden = groups.length === 0;
  }

  apply(hosts) {
    if (!this.isSet) return hosts;
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const group = this.#group.value;
    return hosts.filter((host) => (!this.#status || statusOf(host) === this.#status) &&
                                  (!group || host.group === group) &&
                                  words.every((word) => textOf(host).includes(word)));
  }
}

const textOf = ({ name, ip, url, topic, group, customer, tags }) =>
  [name, ip, url, topic, group, customer, ...tags].join("\n").toLowerCase();

export const groupsOf = (hosts) => [...new Set(hosts.map((host) => host.group).filter(Boolean))];
