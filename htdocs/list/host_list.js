// The page with the list of hosts: those that are searched for, what needs attention first, as cards; and on the wall all of them.

import { connectCardKeys } from "./card_keys.js";
import { Filter, groupsOf } from "./filter.js";
import { GroupSwitch } from "./group_switch.js";
import { HostGrid } from "./host_grid.js";
import { AttentionOrder } from "./host_order.js";
import { Summary } from "./summary.js";

export class HostList {
  #root = document.getElementById("hosts");
  #order = new AttentionOrder();
  #filter;
  #groupSwitch;
  #summary;
  #grid = new HostGrid(this.#root);
  #isOnWall = false;
  #onOpened;

  // `onChange` is called when something else is to be shown, `onOpened` when the address has been followed; `onAction`
  // gets "open", "check", "edit" or "delete" and the id of the host.
  constructor({ onChange, onOpened, onAction }) {
    this.#filter = new Filter(onChange);
    this.#groupSwitch = new GroupSwitch(onChange);
    this.#summary = new Summary((status) => this.#filter.toggleStatus(status));
    this.#onOpened = onOpened;
    document.getElementById("clear-filter").addEventListener("click", () => this.showAll());
    this.#root.addEventListener("click", ({ target }) => {
      const id = target.closest(".host-card")?.dataset.host;
      if (id && !target.closest("a")) onAction(target.closest("[data-action]")?.dataset.action ?? "open", id);
    });
    connectCardKeys(this.#root);
  }

  // The options have done their work: the user may choose otherwise.
  open(args, options) {
    this.#filter.choose(options);
    this.#onOpened();
  }

  close() {}

  update({ list, context, asOf }) {
    this.#filter.offerGroups(list.hosts);
    const sorted = this.#order.sort(list);
    const shown = this.#isOnWall ? sorted : this.#filter.apply(sorted);
    this.#groupSwitch.isOffered = groupsOf(list.hosts).length > 0;
    this.#summary.update(list.summary, this.#filter.status, asOf);
    document.getElementById("nothing-found").hidden = shown.length > 0 || list.hosts.length === 0;
    document.getElementById("toolbar").hidden = list.hosts.length < 2;
    this.#grid.update(shown, context, { byGroup: this.#groupSwitch.isOn && !this.#isOnWall });
  }

  set offers(offers) {
    this.#grid.offers = offers;
  }

  set isOnWall(yes) {
    this.#isOnWall = yes;
    this.#grid.isOnWall = yes;
  }

  showAll() {
    this.#filter.clear();
  }

  search() {
    this.#filter.reach();
  }

  card(id) {
    return this.#grid.card(id);
  }
}
