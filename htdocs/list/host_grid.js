// The cards of all hosts in view, in two lists: trouble and the rest. Cards are kept by the id of their host and moved
// as little as possible, so that focus, hover and scroll position survive a refresh.

import { needsAttention } from "../words/status.js";
import { chooseForms, chooseWall, GREATEST_WIDTH } from "./density.js";
import { GroupHeads, inGroups } from "./group_heads.js";
import { HostCard } from "./host_card.js";

// Each gives the cards less room than the one before.
const MOST_TRIES = 4;

export class HostGrid {
  #root;
  #trouble;
  #calm;
  #offers = {};
  #cards = new Map();
  #counts = { trouble: 0, calm: 0 };
  #isOnWall = false;
  #settled = "";   // what the wall was last measured for
  #heads = new GroupHeads();

  constructor(root) {
    this.#root = root;
    this.#trouble = root.querySelector("#trouble");
    this.#calm = root.querySelector("#calm");
    addEventListener("resize", () => this.arrange());
  }

  // Other actions are offered: the cards are made anew.
  set offers(offers) {
    this.#offers = offers;
    for (const card of this.#cards.values()) card.element.remove();
    this.#cards.clear();
  }

  // `hosts` in the order of the screen; `byGroup`: those in order stand below the headings of their groups, which say how
  // the whole group is. Trouble is on top all the same.
  update(hosts, context, { byGroup = false } = {}) {
    const left = new Set(this.#cards.keys());
    for (const host of hosts) {
      if (!left.delete(host.id)) this.#cards.set(host.id, new HostCard(this.#offers));
      this.#cards.get(host.id).update(host, context);
    }
    const elements = (chosen) => chosen.map((host) => this.#cards.get(host.id).element);
    const trouble = hosts.filter(needsAttention);
    const calm = hosts.filter((host) => !needsAttention(host));
    const focused = document.activeElement;
    place(this.#trouble, elements(trouble));
    const groups = byGroup ? inGroups(calm, hosts) : null;
    this.#calm.toggleAttribute("data-grouped", byGroup);
    place(this.#calm, groups ? this.#heads.between(groups, elements) : elements(calm));
    if (!groups) this.#heads.remove();
    for (const id of left) this.#remove(id);
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
    this.#counts = { trouble: trouble.length, calm: groups ? groups.map(({ calm: own }) => own.length) : calm.length };
    this.arrange();
  }

  #remove(id) {
    this.#cards.get(id).element.remove();
    this.#cards.delete(id);
  }

  card(id) {
    return this.#cards.get(id);
  }

  // On a wall there are no controls and nothing is scrolled: everything is as large as leaves all hosts in view.
  set isOnWall(yes) {
    this.#isOnWall = yes;
    this.#settled = "";
    document.documentElement.style.fontSize = "";
    this.arrange();
  }

  // The size of the cards follows from their number and the room left by what is above them.
  arrange() {
    const forms = this.#isOnWall ? this.#fillWall() : this.#fillPage();
    if (!forms) return;
    apply(this.#trouble, forms.trouble, this.#counts.trouble);
    apply(this.#calm, forms.calm, this.#counts.calm);
  }

  // In px: the width for cards, and the heights that they do not get. `scale` is that of the letters.
  #measure() {
    const top = this.#root.getBoundingClientRect().top + scrollY;
    const { paddingLeft, paddingRight, paddingBottom } = getComputedStyle(this.#root);
    const width = this.#root.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    return { width, scale, taken: top + parseFloat(paddingBottom) };
  }

  #fillPage() {
    const { width, scale, taken } = this.#measure();
    const touch = matchMedia("(pointer: coarse)").matches;
    return chooseForms({ ...this.#counts, width, height: innerHeight - taken, scale, touch });
  }

  // In larger letters the head may need another row, and leave less room than was thought. Answers null when all is as
  // it was.
  #fillWall() {
    const keyOf = ({ width, taken }) => JSON.stringify([this.#counts, width, innerHeight, taken]);
    let measured = this.#measure();
    if (this.#settled === keyOf(measured)) return null;
    let head = 0;
    let forms;
    for (let tries = 0; tries < MOST_TRIES && measured.taken / measured.scale > head + 1; tries++) {
      head = measured.taken / measured.scale;
      forms = chooseWall({ ...this.#counts, width: measured.width, height: innerHeight, head });
      document.documentElement.style.fontSize = `${forms.scale * 100}%`;
      measured = this.#measure();
    }
    this.#settled = keyOf(measured);
    return forms;
  }
}

function apply(list, { form, columns, height, gap }, count) {
  list.hidden = Array.isArray(count) ? count.length === 0 : count === 0;
  list.dataset.form = form;
  list.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${GREATEST_WIDTH}px))`;
  list.style.gridAutoRows = list.hasAttribute("data-grouped") ? "auto" : `${height}px`;
  list.style.setProperty("--row", `${height}px`);
  list.style.gap = `${gap}px`;
}

// Makes `elements` the children of `list`, in their order. A child that merely goes further back is lifted out, not
// everything behind it.
function place(list, elements) {
  const wanted = new Set(elements);
  let next = list.firstElementChild;
  const skipForeign = () => {
    while (next && !wanted.has(next)) next = next.nextElementSibling;
  };
  for (const element of elements) {
    skipForeign();
    if (element === next) {
      next = next.nextElementSibling;
    } else if (next && next.nextElementSibling === element) {
      next = element.nextElementSibling;
    } else {
      move(list, element, next);
    }
  }
}

// moveBefore keeps focus and running animations; older browsers lose them for a moment.
function move(list, element, before) {
  if (element.isConnected && list.moveBefore) list.moveBefore(element, before);
  else list.insertBefore(element, before);
}
