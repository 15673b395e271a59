// How large the cards are: as roomy as all hosts in view allow, and denser by themselves when there are more of them.

// In px at the usual font size of 16: the gap, and for each of the two parts of the list the least width and the least
// and greatest height of a card. The greatest keeps three hosts from becoming three posters.
const FORMS = {
  roomy: { gap: 14, trouble: [330, 164, 220], calm: [330, 132, 180] },
  snug: { gap: 10, trouble: [250, 112, 150], calm: [250, 84, 120] },
  dense: { gap: 6, trouble: [216, 62, 84], calm: [216, 46, 72] },
  line: { gap: 3, trouble: [270, 34, 40], calm: [230, 23, 30] },
};
export const GREATEST_WIDTH = 620;
const COMFORT = 1.2;  // times the least width: long names stand there in full
const BETWEEN = 16;   // from trouble to the rest
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

// `width` and `height` are the room for cards, `trouble` and `calm` the numbers of hosts, `scale` the user's font size
// relative to 16 px. Answers {trouble, calm}, each {form, columns, height, gap}.
export function chooseForms({ width, height, trouble, calm, scale = 1, touch = false }) {
  const room = { width: width / scale, height: height / scale };
  const measure = (part, form, count, comfort = 1) => measurePart(part, form, count, room.width / comfort, touch);
  for (const [troubleForm, calmForm] of PAIRS) {
    for (const comfort of [COMFORT, 1]) {
      const parts = [measure("trouble", troubleForm, trouble, comfort), measure("calm", calmForm, calm, comfort)];
      const spare = room.height - parts[0].least - parts[1].least - (trouble && calm ? BETWEEN : 0);
      if (spare >= 0) return scaled(stretch(parts, spare), scale);
    }
  }
  const narrow = room.width < NARROW;
  const forms = SCROLLING.map((form) => measure("trouble", form, trouble));
  const share = room.height * (narrow ? NARROW_SHARE : WIDE_SHARE);
  const troublePart = forms.find((part) => part.least <= share) ?? forms.at(-1);
  return scaled([troublePart, measure("calm", narrow ? "dense" : "line", calm, narrow ? 1 : COMFORT)], scale);
}

function measurePart(part, form, count, width, touch) {
  const { gap, [part]: [leastWidth, low, high] } = FORMS[form];
  const least = touch ? Math.max(low, FINGER) : low;
  const most = Math.max(1, Math.floor((width + gap) / (leastWidth + gap)));
  const rows = Math.ceil(count / most);
  const columns = rows ? Math.ceil(count / rows) : 1;  // no last row with a single card in it
  return { form, columns, rows, gap, height: least, high, least: rows * (least + gap) };
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
