// The chart of a host's past: the round trips as a band from the least to the greatest with the average in it, outages
// and what the monitor did not see behind it, and below it a strip with the loss and the time down of each step. It is
// drawn by dygraphs, which is loaded when the first chart is shown, in the colours that stand in latency_chart.css.

import { causeOf } from "../words/causes.js";
import { formatLength, formatMs, formatPercent, formatSpan } from "../words/format.js";
import { timeTicks, upperBound, valueTicks } from "./chart_scale.js";

const LABEL_WIDTH = 52;   // "100 ms", in px
const LABEL_HEIGHT = 24;
const TIME_SPACE = 84;    // a label of the time wants so many px, a value so many of height
const VALUE_SPACE = 44;
const STRIP_HEIGHT = 14;
const HATCH = 6;          // px between two of its lines

// Upper bounds of loss in percent, and the colour below each. More is the last.
const LOSSES = [
  [0, "--chart-loss-none"], [2, "--chart-loss-little"], [10, "--chart-loss-some"], [Infinity, "--chart-loss-much"],
];

let dygraphs;  // a promise of the library

function loadDygraphs() {
  dygraphs ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "dygraphs.js";
    script.addEventListener("load", () => resolve(withoutLegend(globalThis.Dygraph)));
    script.addEventListener("error", () => {
      dygraphs = null;
      script.remove();
      reject(new Error("dygraphs cannot be loaded"));
    });
    document.head.append(script);
  });
  return dygraphs;
}

// It measures its dashes with a style that the Content-Security-Policy refuses.
function withoutLegend(Dygraph) {
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
  return Dygraph;
}

export class LatencyChart {
  #element;
  #plot;
  #strip;
  #cursor;
  #tip;
  #graph = null;
  #data = null;
  #rows = [];       // the points, with null for each gap between them
  #selected = null; // the index in #rows that the tip is about

  // `element` holds .chart-plot, .chart-strip, .chart-cursor and .chart-tip.
  constructor(element) {
    this.#element = element;
    [this.#plot, this.#strip, this.#cursor, this.#tip] =
      ["plot", "strip", "cursor", "tip"].map((part) => element.querySelector(`.chart-${part}`));
    new MutationObserver(() => this.#draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    element.addEventListener("pointermove", (event) => this.#point(event));
    element.addEventListener("pointerdown", (event) => this.#point(event));
    element.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.#select(null));
    element.addEventListener("focus", () => element.matches(":focus-visible") && this.#select(this.#lastPoint()));
    element.addEventListener("blur", () => this.#select(null));
    element.addEventListener("keydown", (event) => this.#step(event));
  }

  // `history` as the API answers it, `outages` and `blind` of the same time, {from, to} what the axis spans.
  async show(data) {
    this.#data = data;
    this.#rows = withGaps(data.history);
    this.#element.setAttribute("aria-valuemax", data.history.points.length);
    this.#element.toggleAttribute("data-flat", data.history.points.every(({ rtt_avg: average }) => average === null));
    const Dygraph = await loadDygraphs();
    if (this.#data !== data) return;
    if (this.#graph) this.#draw();
    else if (this.#rows.length) this.#graph = new Dygraph(this.#plot, this.#file(), this.#options());
  }

  #color(name) {
    return getComputedStyle(this.#element).getPropertyValue(name).trim();
  }

  // Of 1.
  #share(name) {
    return parseFloat(this.#color(name)) / 100;
  }

  #options() {
    const { history, from, to } = this.#data;
    const upper = upperBound(history.points);
    const isFlat = this.#element.hasAttribute("data-flat");
    return {
      labels: ["time", "round trip"], customBars: true, showLabelsOnHighlight: false,
      highlightCircleSize: 0, interactionModel: {}, colors: [this.#color("--chart-line")], strokeWidth: 1.8,
      fillAlpha: this.#share("--chart-band-share"), dateWindow: [from * 1000, to * 1000], valueRange: [0, upper],
      rightGap: 0, xAxisHeight: STRIP_HEIGHT + LABEL_HEIGHT,
      gridLineColor: this.#color("--chart-grid"), gridLineWidth: 1,
      axisLineColor: this.#color("--chart-grid"),
      axes: {
        x: { drawGrid: false, axisTickSize: STRIP_HEIGHT + 5, axisLineColor: "transparent",
             ticker: (a, b, width) => timeTicks(from, to, width / TIME_SPACE) },
        y: { axisLabelWidth: LABEL_WIDTH, axisLineColor: "transparent", drawGrid: !isFlat,
             ticker: (a, b, height) => (isFlat ? [] : valueTicks(upper, Math.max(2, height / VALUE_SPACE))) },
      },
      underlayCallback: (context, area, graph) => this.#drawBehind(context, area, graph, upper),
      drawCallback: (graph) => this.#drawStrip(graph),
    };
  }

  #draw() {
    if (!this.#graph || !this.#data.history.points.length) return;
    this.#graph.updateOptions({ ...this.#options(), file: this.#file() });
    this.#graph.resize();
    if (this.#selected !== null) this.#select(null);
  }

  // What is measured in a step stands in its middle.
  #file() {
    const half = this.#data.history.step / 2;
    return this.#rows.map(({ t, point }) => {
      const measured = point && point.rtt_avg !== null;
      return [new Date((t + half) * 1000), measured ? [point.rtt_min, point.rtt_avg, point.rtt_max] : null];
    });
  }

  // What was wrong, in the colour of its cause with a line on top; what the monitor did not see is hatched.
  #drawBehind(context, area, graph, upper) {
    const { history, outages, blind, to } = this.#data;
    const x = (time) => Math.min(Math.max(graph.toDomXCoord(time * 1000), area.x), area.x + area.w);
    const span = ({ start, end }) => [x(start), Math.max(2, x(end ?? to) - x(start))];
    for (const outage of outages) {
      const [left, width] = span(outage);
      context.fillStyle = this.#color(`--${causeOf(outage.cause).status}-fill`);
      context.globalAlpha = this.#share("--chart-outage-share");
      context.fillRect(left, area.y, width, area.h);
      context.globalAlpha = 1;
      context.fillRect(left, area.y, width, 3);
    }
    for (const time of blind) hatch(context, ...span(time), area.y, area.h, this.#color("--chart-blind"));
    context.fillStyle = this.#color("--chart-line");
    for (const { t, rtt_max: max } of history.points) {
      if (max > upper) markBeyond(context, x(t + history.step / 2), area.y);
    }
  }

  // A step without loss is a low bar, so that loss stands out by height as well as by colour.
  #drawStrip(graph) {
    const { history, blind, to } = this.#data;
    const { x: left, y: top, w: width, h: height } = graph.getArea();
    const scale = devicePixelRatio;
    Object.assign(this.#strip.style, { left: `${left}px`, top: `${top + height + 4}px`, width: `${width}px`,
                                       height: `${STRIP_HEIGHT}px` });
    this.#strip.width = Math.round(width * scale);
    this.#strip.height = Math.round(STRIP_HEIGHT * scale);
    const context = this.#strip.getContext("2d");
    context.scale(scale, scale);
    context.fillStyle = this.#color("--chart-strip");
    context.fillRect(0, 0, width, STRIP_HEIGHT);
    const x = (time) => Math.min(Math.max(graph.toDomXCoord(time * 1000) - left, 0), width);
    for (const { t, up, down, loss } of history.points) {
      const [color, share] = stepLook(up, down, loss);
      if (!color) continue;
      const begin = x(t);
      const tall = Math.max(3, share * STRIP_HEIGHT);
      context.fillStyle = this.#color(color);
      context.fillRect(begin, STRIP_HEIGHT - tall, Math.max(1, x(t + history.step) - begin - 0.4), tall);
    }
    for (const { start, end } of blind) {
      hatch(context, x(start), Math.max(2, x(end ?? to) - x(start)), 0, STRIP_HEIGHT, this.#color("--chart-blind"));
    }
  }

  // What is nearest to the pointer, or to the finger.
  #point({ clientX }) {
    if (!this.#graph || !this.#data.history.points.length) return;
    const { left } = this.#plot.getBoundingClientRect();
    const time = this.#graph.toDataXCoord(clientX - left) / 1000 - this.#data.history.step / 2;
    let nearest = 0;
    this.#rows.forEach(({ t, point }, index) => {
      const better = Math.abs(t - time) < Math.abs(this.#rows[nearest].t - time);
      if (point && (better || !this.#rows[nearest].point)) nearest = index;
    });
    this.#select(nearest);
  }

  #lastPoint() {
    return this.#rows.length ? this.#rows.length - 1 : null;
  }

  #step(event) {
    const { key } = event;
    if (key === "Escape" && this.#selected !== null) {
      event.preventDefault();
      return this.#select(null);
    }
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -Infinity, End: Infinity }[key];
    const last = this.#lastPoint();
    if (!by || last === null) return;
    event.preventDefault();
    let to = Math.min(Math.max(0, (this.#selected ?? last + 1) + by), last);
    if (!this.#rows[to].point) to += Math.sign(by);  // a gap always lies between two points
    this.#select(to);
  }

  #select(index) {
    this.#selected = this.#graph ? index : null;
    const isShown = this.#selected !== null;
    this.#cursor.hidden = this.#tip.hidden = !isShown;
    if (!isShown) return;
    const { t, point } = this.#rows[index];
    const { x: left, y: top, w: width, h: height } = this.#graph.getArea();
    const at = this.#graph.toDomXCoord((t + this.#data.history.step / 2) * 1000);
    const lines = describe(t, point, this.#data);
    this.#tip.replaceChildren(...lines.map((line) => {
      const element = document.createElement("div");
      element.textContent = line;
      return element;
    }));
    Object.assign(this.#cursor.style, { left: `${at}px`, top: `${top}px`, height: `${height + 4 + STRIP_HEIGHT}px` });
    const room = left + width - this.#tip.offsetWidth;
    const beside = at + 14 > room ? at - this.#tip.offsetWidth - 14 : at + 14;
    Object.assign(this.#tip.style, { left: `${Math.max(0, Math.min(beside, room))}px`, top: `${top + 8}px` });
    this.#element.setAttribute("aria-valuenow", this.#rows.slice(0, index + 1).filter((row) => row.point).length);
    this.#element.setAttribute("aria-valuetext", lines.join(", "));
  }
}

function withGaps({ step, points }) {
  const rows = [];
  for (const point of points) {
    const last = rows.at(-1);
    if (last && point.t - last.t > 1.5 * step) rows.push({ t: last.t + step, point: null });
    rows.push({ t: point.t, point });
  }
  return rows;
}

// The colour of a step and the share of the strip's height that it fills.
function stepLook(up, down, loss) {
  if (down) return ["--chart-down", Math.max(0.6, down / (up + down))];
  if (!up && loss === null) return [null, 0];
  const lost = loss ?? 0;
  const [, color] = LOSSES.find(([bound]) => lost <= bound);
  return [color, lost ? 0.35 + 0.65 * Math.min(1, lost / 20) : 0];
}

function hatch(context, left, width, top, height, color) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.globalAlpha = 0.14;
  context.fillStyle = color;
  context.fillRect(left, top, width, height);
  context.globalAlpha = 0.75;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height - ((left - height) % HATCH); x < left + width; x += HATCH) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

// A small arrow: the band goes on above the chart.
function markBeyond(context, x, top) {
  context.beginPath();
  context.moveTo(x, top + 1);
  context.lineTo(x + 4, top + 8);
  context.lineTo(x - 4, top + 8);
  context.fill();
}

// The lines of the tip.
function describe(t, point, { history: { step }, outages, blind, to }) {
  const during = ({ start, end }) => start < t + step && (end ?? to) > t;
  const { rtt_min: min, rtt_avg: average, rtt_max: max, loss, up, down } = point;
  const causes = new Set(outages.filter(during).map(({ cause }) => causeOf(cause).words));
  return [
    formatSpan(t, t + step),
    average !== null && `${formatMs(average)} on average`,
    average !== null && `${formatMs(min)} to ${formatMs(max)}`,
    loss !== null && `${formatPercent(loss)} lost`,
    down > 0 && `down ${formatLength(Math.round(down))} of ${formatLength(Math.round(up + down))}`,
    causes.size > 0 && `Outage: ${[...causes].join(", ")}`,
    blind.some(during) && "The monitor was blind",
  ].filter(Boolean);
}
