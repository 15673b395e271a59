// The headings of groups in the list, each with how its whole group is: also those of its hosts that stand above, among
// what needs attention.

import { STATUSES, statusOf } from "../words/status.js";

const NONE = "Without a group";

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// The groups of `all` by name, each {name, counts, calm}: how many of its hosts are in each status, and those of `calm`.
export function inGroups(calm, all) {
  const groups = new Map();
  for (const host of all) {
    if (!groups.has(host.group)) groups.set(host.group, { name: host.group, counts: {}, calm: [] });
    const { counts } = groups.get(host.group);
    counts[statusOf(host)] = (counts[statusOf(host)] ?? 0) + 1;
  }
  for (const host of calm) groups.get(host.group).calm.push(host);
  return [...groups.values()].sort((a, b) => (a.name === "") - (b.name === "") || names.compare(a.name, b.name));
}

export class GroupHeads {
  #heads = new Map();  // by the name of the group

  // The headings, each followed by what `elementsOf` gives for its hosts.
  between(groups, elementsOf) {
    const left = new Set(this.#heads.keys());
    const elements = [];
    for (const group of groups) {
      left.delete(group.name);
      if (!this.#heads.has(group.name)) this.#heads.set(group.name, makeHead(group.name));
      const head = this.#heads.get(group.name);
      showCounts(head, group.counts);
      elements.push(head, ...elementsOf(group.calm));
    }
    for (const name of left) this.#remove(name);
    return elements;
  }

  remove() {
    for (const name of [...this.#heads.keys()]) this.#remove(name);
  }

  #remove(name) {
    this.#heads.get(name).remove();
    this.#heads.delete(name);
  }
}

function makeHead(name) {
  const head = document.getElementById("group-head").content.firstElementChild.cloneNode(true);
  head.querySelector(".group-name").textContent = name || NONE;
  return head;
}

function showCounts(head, counts) {
  const known = STATUSES.filter((status) => counts[status]);
  const key = JSON.stringify(counts);
  if (head.dataset.counts === key) return;
  head.dataset.counts = key;
  head.querySelector(".group-counts").replaceChildren(...known.map((status) => {
    const count = document.getElementById("group-count").content.firstElementChild.cloneNode(true);
    count.classList.add(status);
    count.querySelector("use").setAttribute("href", `#status-${status}`);
    count.querySelector(".group-count-text").textContent = `${counts[status]} ${status}`;
    return count;
  }));
}
