import { figure } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { place } from "./_plot_axis.ts";

/** Where data is drawn, in the units of the SVG around it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An axis of a plane. */
export interface PlaneAxis {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
  /** Values with a line and their number. */
  readonly ticks: readonly number[];
}

/** A value on each axis. */
export type Point = readonly [x: number, y: number];

/** Colours of a report's marks. */
const MARKS = 8;

/** Two axes in an SVG, and what is drawn between them. */
export class Plane {
  readonly #box: Box;
  readonly #x: PlaneAxis;
  readonly #y: PlaneAxis;

  /**
   * @param box Where it lies.
   * @param x The axis from left to right.
   * @param y The axis from below.
   */
  constructor(box: Box, x: PlaneAxis, y: PlaneAxis) {
    this.#box = box;
    this.#x = x;
    this.#y = y;
  }

  /** Where a value of the first axis lies. */
  across(value: number): number {
    return this.#box.left + this.#box.width * place(value, this.#x);
  }

  /** Where a value of the second axis lies. */
  up(value: number): number {
    return this.#box.top + this.#box.height * (1 - place(value, this.#y));
  }

  /** A line with its number for each tick, and the title of the first axis. */
  axes(): Html {
    const { left, top, width, height } = this.#box;
    const bottom = top + height;
    return markup`${
      this.#y.ticks.map((tick) => {
        const at = this.up(tick);
        return markup`<path class="grid" d="M${left} ${at.toFixed(1)}h${width}"/><text x="${
          left - 8
        }" y="${(at + 4).toFixed(1)}" text-anchor="end">${tickText(tick)}</text>\n`;
      })
    }${
      this.#x.ticks.map((tick) => {
        const at = this.across(tick).toFixed(1);
        return markup`<path class="grid" d="M${at} ${top}v${height}"/><text x="${at}" y="${
          bottom + 18
        }" text-anchor="middle">${tickText(tick)}</text>\n`;
      })
    }<text x="${left + width / 2}" y="${bottom + 38}" text-anchor="middle">${this.#x.title}</text>
`;
  }

  /** Points joined to a line; a faint one is thin and pale. */
  line(points: readonly Point[], mark: number, faint = false): Html {
    const path = this.#placed(points).map((point) => point.join(",")).join(" ");
    return markup`<polyline class="line${faint ? " faint" : ""}" points="${path}" style="stroke:${
      markColour(mark)
    }"/>\n`;
  }

  /** Points each by itself. */
  dots(points: readonly Point[], mark: number): Html {
    return markup`<g style="fill:${markColour(mark)}">${
      this.#placed(points).map(([x, y]) => markup`<circle cx="${x}" cy="${y}" r="3"/>`)
    }</g>\n`;
  }

  #placed(points: readonly Point[]): (readonly [x: string, y: string])[] {
    // A logarithmic axis has no place for 0.
    return points.filter(([, y]) => !this.#y.log || y > 0)
      .map(([x, y]) => [this.across(x).toFixed(1), this.up(y).toFixed(1)]);
  }
}

/** A mark's colour, as CSS has it; there are eight. */
export function markColour(mark: number): string {
  return `var(--mark-${mark % MARKS})`;
}

function tickText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  if (rounded !== 0 && Math.abs(rounded) < 0.001) return rounded.toExponential();
  return `${rounded}`.length > 7 ? figure(value) : `${rounded}`;
}
