import { type Html, markup } from "./_html.ts";
import { type Box, markColour, Plane, type PlaneAxis, type Point } from "./_plane.ts";

/** A line of a chart. */
export interface Curve {
  /** Written beside its end. */
  readonly name: string;
  /** By increasing x, both finite. */
  readonly points: readonly Point[];
  /** Colour; curves of one mark share it. */
  readonly mark: number;
  /** Drawn thin and pale, without its name: what a smoother curve is of. */
  readonly faint?: boolean;
}

/** A chart of curves over a common horizontal axis. */
export interface CurveChart {
  readonly title: string;
  /** What the axes show, with units. */
  readonly x: string;
  readonly y: string;
  /** At least one, each with at least one point. */
  readonly curves: readonly Curve[];
  /** Ends of the vertical axis; by default those of the values. */
  readonly range?: readonly [low: number, high: number];
}

const BOX: Omit<Box, "width"> = { left: 56, top: 14, height: 240 };
const [WIDTH, HEIGHT] = [720, 300];
/** Of a letter of a name, at the size that phones are given. */
const LETTER = 9.5;
const NAME_GAP = 8;
/** What names leave of the drawing: alike on charts of short names, and something in any case. */
const [NARROWEST, WIDEST] = [280, 532];
/** Names closer than this would overlap. */
const LINE = 16;
/** A curve of more points is drawn by the means of so many parts: more than pixels show nothing. */
const MOST_POINTS = 400;

/**
 * Draws curves as SVG, which needs no script and prints as it is. The figures must stand in text or a table beside it.
 *
 * @param chart The chart.
 * @returns The figure.
 */
export function curveFigure({ title, x, y, curves, range }: CurveChart): Html {
  const drawn = curves.map((curve) => ({ ...curve, points: thinned(curve.points) }));
  const points = drawn.flatMap((curve) => curve.points);
  const named = drawn.filter(({ faint }) => !faint);
  const box = { ...BOX, width: widthBeside(named.map(({ name }) => name)) };
  const plane = new Plane(
    box,
    roundAxis(x, ends(points.map(([at]) => at))),
    roundAxis(y, range ?? ends(points.map(([, value]) => value))),
  );
  return markup`<figure class="chart">
<figcaption>${title}</figcaption>
<svg class="curves" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${y} over ${x}. The text beside it holds its figures.">
${plane.axes()}${
    drawn.map(({ points, mark, faint }) =>
      points.length === 1 ? plane.dots(points, mark) : plane.line(points, mark, faint)
    )
  }${
    placeNames(named, plane).map(({ name, mark, at }) =>
      markup`<text x="${box.left + box.width + NAME_GAP}" y="${at.toFixed(1)}" style="fill:${
        markColour(mark)
      }">${name}</text>\n`
    )
  }</svg>
<p class="quiet">Vertical axis: ${y}.</p>
</figure>
`;
}

/** What names to the right of the drawing leave of its width. */
function widthBeside(names: readonly string[]): number {
  const longest = Math.max(...names.map(({ length }) => length));
  const left = Math.round(WIDTH - BOX.left - NAME_GAP - LETTER * longest);
  return Math.min(WIDEST, Math.max(NARROWEST, left));
}

/** A running mean over `width` points, over those there are at the beginning. */
export function runningMean(values: readonly number[], width: number): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= width ? values[i - width]! : 0);
    return sum / Math.min(i + 1, width);
  });
}

function thinned(points: Curve["points"]): Curve["points"] {
  if (points.length <= MOST_POINTS) return points;
  return Array.from({ length: MOST_POINTS }, (_, part) => {
    const from = Math.floor(part * points.length / MOST_POINTS);
    const to = Math.floor((part + 1) * points.length / MOST_POINTS);
    const own = points.slice(from, to);
    const mean = (axis: 0 | 1) => own.reduce((sum, point) => sum + point[axis], 0) / own.length;
    return [mean(0), mean(1)] as const;
  });
}

function ends(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** An axis from one round number to another. */
function roundAxis(title: string, [low, high]: readonly [number, number]): PlaneAxis {
  const marks = ticks(low, high);
  return { title, min: marks[0]!, max: marks.at(-1)!, log: false, ticks: marks };
}

/** Round numbers from at or below `low` to at or above `high`: 1, 2 or 5 times a power of ten apart, four to eight of them. */
function ticks(low: number, high: number): number[] {
  const span = high > low ? high - low : Math.max(1e-9, Math.abs(high)) / 2;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = power * ([1, 2, 5, 10].find((factor) => span / (factor * power) <= 6) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Heights of the names: beside the end of their curves, and apart from one another. */
function placeNames(curves: readonly Curve[], plane: Plane) {
  const placed = curves.map(({ name, mark, points }) => ({
    name,
    mark,
    at: plane.up(points.at(-1)![1]) + 4,
  })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < placed.length; i++) {
    placed[i]!.at = Math.max(placed[i]!.at, placed[i - 1]!.at + LINE);
  }
  // Names that the crowd has pushed below the axis go up again, and push those above them no farther than they must.
  let lowest = BOX.top + BOX.height + 4;
  for (const name of placed.toReversed()) {
    name.at = Math.min(name.at, lowest);
    lowest = name.at - LINE;
  }
  return placed;
}
