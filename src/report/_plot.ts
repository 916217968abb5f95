import type { StudyAxis, StudyPlot, StudySeries } from "../study/mod.ts";
import { type Html, markup } from "./_html.ts";
import { place, ticksOf } from "./_plot_axis.ts";

const [LEFT, TOP, WIDTH, HEIGHT, RIGHT, BOTTOM] = [66, 8, 382, 250, 14, 44];

/** Colours of a report's marks. */
const MARKS = 8;

/** A plot of lines and dots as an SVG, its legend below. */
export function plotFigure({ id, title, text, x, y, series }: StudyPlot): Html {
  const across = (value: number) => LEFT + WIDTH * place(value, x);
  const up = (value: number) => TOP + HEIGHT * (1 - place(value, y));
  return markup`<figure class="graph">
<figcaption>${title}</figcaption>
<p class="quiet small">${text}</p>
<svg viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${
    TOP + HEIGHT + BOTTOM
  }" role="img" aria-label="${title}. ${text}">
<clipPath id="clip-${id}"><rect x="${LEFT - 4}" y="${TOP - 4}" width="${WIDTH + 8}" height="${
    HEIGHT + 8
  }"/></clipPath>
${ticksOf(x).map((tick) => xTick(across(tick), tick))}${
    ticksOf(y).map((tick) => yTick(up(tick), tick))
  }<g clip-path="url(#clip-${id})">
${series.map((one, i) => drawn(one, i, (point) => [across(point[0]), up(point[1])], y))}</g>
<text x="${LEFT + WIDTH / 2}" y="${TOP + HEIGHT + 36}" text-anchor="middle">${x.title}</text>
<text transform="translate(13 ${
    TOP + HEIGHT / 2
  }) rotate(-90)" text-anchor="middle">${y.title}</text>
</svg>
<ul class="legend">
${series.map((one, i) => markup`<li>${swatch(one, i)}${one.name}</li>\n`)}</ul>
</figure>
`;
}

function xTick(at: number, tick: number): Html {
  return markup`<path class="grid" d="M${at.toFixed(1)} ${TOP}v${HEIGHT}"/><text x="${
    at.toFixed(1)
  }" y="${TOP + HEIGHT + 17}" text-anchor="middle">${label(tick)}</text>
`;
}

function yTick(at: number, tick: number): Html {
  return markup`<path class="grid" d="M${LEFT} ${at.toFixed(1)}h${WIDTH}"/><text x="${
    LEFT - 8
  }" y="${(at + 4).toFixed(1)}" text-anchor="end">${label(tick)}</text>
`;
}

function label(tick: number): string {
  return tick !== 0 && tick < 0.001 ? tick.toExponential() : `${Number(tick.toPrecision(4))}`;
}

function drawn(
  { kind, points }: StudySeries,
  mark: number,
  at: (point: readonly [number, number]) => readonly [number, number],
  { log }: StudyAxis,
): Html {
  const colour = `var(--mark-${mark % MARKS})`;
  // A log axis has no place for 0.
  const placed = points.filter(([, y]) => !log || y > 0)
    .map((point) => at(point).map((value) => value.toFixed(1)));
  if (kind === "line") {
    const path = placed.map(([x, y]) => `${x} ${y}`).join("L");
    return markup`<path class="line" style="stroke:${colour}" d="M${path}"/>\n`;
  }
  return markup`<g style="fill:${colour}">${
    placed.map(([x, y]) => markup`<circle cx="${x ?? ""}" cy="${y ?? ""}" r="3"/>`)
  }</g>\n`;
}

function swatch({ kind }: StudySeries, mark: number): Html {
  const colour = `var(--mark-${mark % MARKS})`;
  return kind === "line"
    ? markup`<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><path class="line" style="stroke:${colour}" d="M0 6H24"/></svg>`
    : markup`<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><circle style="fill:${colour}" cx="12" cy="6" r="4"/></svg>`;
}
