import { type Html, markup } from "./_html.ts";

/** A figure on a line of its own, with its interval. */
export interface ChartPoint {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Written beside the mark. */
  readonly label?: string;
  /** Colour and shape. */
  readonly mark: number;
  /** Drawn hollow: a figure that only stands beside the others. */
  readonly hollow?: boolean;
}

/** Lines under one heading; points of one line share its height. */
export interface ChartRow {
  readonly label: string;
  /** Added to the label in a quieter colour. */
  readonly note?: string;
  readonly lines: readonly (readonly ChartPoint[])[];
}

/** A chart as the page's script draws it: y in pixels from the top, x in the axis's unit. */
export interface Chart {
  readonly id: string;
  /** Pixels between the top and the bottom of the plot. */
  readonly height: number;
  readonly axis: ChartAxis & { readonly min: number; readonly max: number };
  readonly rows: readonly { readonly label: string; readonly note: string; readonly top: number }[];
  readonly points: readonly (ChartPoint & { readonly y: number })[];
}

/** The horizontal axis. */
export interface ChartAxis {
  readonly title: string;
  readonly log: boolean;
  /** A line to compare with. */
  readonly reference?: number;
}

const LABEL = 24;
const LINE = 19;
const GAP = 12;
/** Room for the axis below the plot. */
const AXIS = 52;
/** Keeps marks off the ends of a log axis. */
const MARGIN = 1.1;

/** Places rows and points, and chooses the axis's ends: 0 to 1, or on a log axis the next 1, 2 or 5 outside all values. */
export function layOut(id: string, axis: ChartAxis, rows: readonly ChartRow[]): Chart {
  let top = 0;
  const points: Chart["points"][number][] = [];
  const placed = rows.map(({ label, note = "", lines }) => {
    const row = { label, note, top };
    lines.forEach((line, i) => {
      for (const point of line) points.push({ ...point, y: top + LABEL + (i + 0.5) * LINE });
    });
    top += LABEL + lines.length * LINE + GAP;
    return row;
  });
  const values = [
    ...points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]),
    ...axis.reference === undefined ? [] : [axis.reference],
  ].filter((value) => value > 0);
  const ends = axis.log
    ? { min: below(Math.min(...values) / MARGIN), max: above(Math.max(...values) * MARGIN) }
    : { min: 0, max: 1 };
  return { id, height: top, axis: { ...axis, ...ends }, rows: placed, points };
}

/** The largest number up to `value` that is 1, 2 or 5 times a power of ten. */
function below(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

/** The smallest such number from `value`. */
function above(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value <= power ? 1 : value <= 2 * power ? 2 : value <= 5 * power ? 5 : 10);
}

/** The canvas of a chart; its figures must stand in a table beside it. */
export function chartFigure(chart: Chart, title: string, description: string): Html {
  return markup`<figure class="chart">
<figcaption>${title}</figcaption>
<div class="plot" style="height:${chart.height + AXIS}px">
<canvas id="${chart.id}" role="img" aria-label="${title}. ${description} The table below holds the same figures."></canvas>
</div>
</figure>
`;
}
