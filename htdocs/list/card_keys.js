// Moves from card to card by the arrow keys, and by j and k as in vi, while a card has the focus.

export function connectCardKeys(root) {
  root.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (!target.matches(".host-open") || ctrlKey || metaKey || altKey) return;
    const cards = [...root.querySelectorAll(".host-open")];
    const at = cards.indexOf(target);
    const step = { ArrowLeft: -1, k: -1, ArrowRight: 1, j: 1 }[key];
    const next = step ? cards[at + step] : verticalTo(key, target, cards);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest(".host-card").scrollIntoView({ block: "nearest" });
  });
}

// The card above or below. A row that is shorter gives its last one.
function verticalTo(key, from, cards) {
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const placeOf = (card) => card.closest(".host-card").getBoundingClientRect();
  const here = placeOf(from);
  const isBeyond = (place) => (key === "ArrowUp" ? place.bottom <= here.top + 1 : place.top >= here.bottom - 1);
  const beyond = cards.map((card) => ({ card, place: placeOf(card) })).filter(({ place }) => isBeyond(place));
  const distance = ({ place }) => Math.abs(place.top - here.top);
  const least = Math.min(...beyond.map(distance));
  const row = beyond.filter((one) => distance(one) - least < 1);
  const beside = ({ place }) => Math.abs(place.left - here.left);
  return row.sort((a, b) => beside(a) - beside(b))[0]?.card;
}
