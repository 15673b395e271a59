// How large the cards are: as roomy as all hosts in view allow, and denser by themselves when there are more of them.

// In px at the usual font size of 16: the gap, and for each of the two parts of the list the least width and the least
// and greatest height of a card. The greatest keeps three hosts from becoming three posters.
const FORMS = {
  roomy: { gap: 14, trouble: [330, 164, 220], calm: [330, 132, 180] },
  snug: { gap: 10, trouble: [250, 112, 150], calm: [250, 84, 120] },
  dense: { gap: 6, trouble: [216, 62, 84], calm: [216, 46, 72] },
  line: { gap: 3, trouble: [270, 34, 40], calm: [230, 23, 30] },
  tile: { gap: 3, calm: [34, 26, 64] },  // on a wall alone: one shape each, where there are too many for their names
};
export const GREATEST_WIDTH = 620;
const COMFORT = 1.2;  // times the least width: long names stand there in full
const BETWEEN = 16;   // from trouble to the rest
const HEADING = 30;   // of a group
const FINGER = 44;    // the least height that a finger hits

// Trouble keeps its size longest. The first pair in which everything is in view is taken.
const PAIRS = [
  ["roomy", "roomy"], ["roomy", "snug"], ["snug", "snug"], ["roomy", "dense"], ["snug", "dense"], ["dense", "dense"],
  ["snug", "line"], ["dense", "line"], ["line", "line"],
];

// When the list must scroll anyway: trouble as large as leaves half of the screen to the rest. On a phone everything
// is scrolled, and trouble may fill the screen.
const SCROLLING = ["snug", "dense", "line"];
const NARROW = 460;
const WIDE_SHARE = 0.5;
const NARROW_SHARE = 1.5;

// `width` and `height` are the room for cards, `trouble` and `calm` the numbers of hosts (or, if they stand in groups,
// the list of the numbers of each), `scale` the user's font size relative to 16 px. Answers {trouble, calm}, each
// {form, columns, height, gap}.
export function chooseForms({ width, height, trouble, calm, scale = 1, touch = false }) {
  const room = { width: width / scale, height: height / scale };
  const measure = (part, form, count, comfort = 1) => measurePart(part, form, count, room.width / comfort, touch);
  const fitting = firstFitting(PAIRS, { room, trouble, calm, touch });
  if (fitting) return scaled(fitting, scale);
  const narrow = room.width < NARROW;
  const forms = SCROLLING.map((form) => measure("trouble", form, trouble));
  const share = room.height * (narrow ? NARROW_SHARE : WIDE_SHARE);
  const troublePart = forms.find((part) => part.least <= share) ?? forms.at(-1);
  return scaled([troublePart, measure("calm", narrow ? "dense" : "line", calm, narrow ? 1 : COMFORT)], scale);
}

// The first of the pairs of forms in which everything is in view, or undefined.
function firstFitting(pairs, { room, trouble, calm, touch = false, comforts = [COMFORT, 1] }) {
  for (const [troubleForm, calmForm] of pairs) {
    for (const comfort of comforts) {
      const parts = [measurePart("trouble", troubleForm, trouble, room.width / comfort, touch),
                     measurePart("calm", calmForm, calm, room.width / comfort, touch)];
      const spare = room.height - parts[0].least - parts[1].least - (trouble && calm ? BETWEEN : 0);
      if (spare >= 0) return stretch(parts, spare);
    }
  }
  return undefined;
}

// How well a form is read from afar: of trouble, how large "down 3 min" is in its narrowest card; of the rest, the
// name, and how much stands beside it.
const LEGIBLE = {
  trouble: { roomy: 1, snug: .77, dense: .65, line: .5 },
  calm: { roomy: 1, snug: .9, dense: .8, line: .7, tile: .1 },
};
const TILES = ["snug", "dense", "line"].map((trouble) => [trouble, "tile"]);
const STEPS = 24;

// For a wall: how large everything can be drawn with every host in view, and in which forms. `head` is the height of
// what stands above the cards, at the scale of 1. A screen of 1920 px is drawn at most twice as large as a desk needs
// it, and a finer one accordingly. Answers {scale, trouble, calm}. When not even tiles have room, the calm ones do not
// all show.
export function chooseWall({ width, height, head, trouble, calm }) {
  const usual = Math.max(1, width / 1920);
  const least = .75 * usual;
  let best = null;
  for (let step = 0; step <= STEPS; step++) {
    const scale = least + ((2 * usual - least) * step) / STEPS;
    const room = { width: width / scale, height: height / scale - head };
    for (const pair of [...PAIRS, ...TILES]) {
      const parts = firstFitting([pair], { room, trouble, calm, comforts: [COMFORT] });
      if (!parts) continue;
      const worth = scale * ((trouble && LEGIBLE.trouble[pair[0]]) + (calm && LEGIBLE.calm[pair[1]]));
      if (!best || worth > best.worth) best = { worth, scale, parts };
    }
  }
  if (best) return { scale: best.scale, ...scaled(best.parts, best.scale) };
  const parts = [measurePart("trouble", "line", trouble, width / least, false),
                 measurePart("calm", "tile", calm, width / least, false)];
  return { scale: least, ...scaled(parts, least) };
}

// `count` is a number of hosts, or the list of those of each group: then each group begins a row, below its heading.
function measurePart(part, form, count, width, touch) {
  const { gap, [part]: [leastWidth, low, high] } = FORMS[form];
  const least = touch ? Math.max(low, FINGER) : low;
  const most = Math.max(1, Math.floor((width + gap) / (leastWidth + gap)));
  const isGrouped = Array.isArray(count);
  const rowsOf = (hosts) => Math.ceil(hosts / most);
  const rows = isGrouped ? count.reduce((sum, hosts) => sum + rowsOf(hosts), 0) : rowsOf(count);
  // No last row with a single card in it.
  const columns = isGrouped ? most : rows ? Math.ceil(count / rows) : 1;
  const heads = isGrouped ? count.length * (HEADING + gap) : 0;
  return { form, columns, rows, gap, height: least, high, least: rows * (least + gap) + heads };
}

// Gives the spare height to the rows, the calm ones first: they are the dense ones.
function stretch([trouble, calm], spare) {
  let left = spare;
  for (const part of [calm, trouble]) {
    if (!part.rows) continue;
    const more = Math.min(part.high - part.height, Math.floor(left / part.rows));
    if (more <= 0) continue;
    part.height += more;
    left -= more * part.rows;
  }
  return [trouble, calm];
}

function scaled([trouble, calm], scale) {
  const inPixels = ({ form, columns, height, gap }) => ({ form, columns, height: height * scale, gap: gap * scale });
  return { trouble: inPixels(trouble), calm: inPixels(calm) };
}
