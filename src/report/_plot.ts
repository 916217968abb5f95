import type { StudyPlot, StudySeries } from "../study/mod.ts";
import { type Html, markup } from "./_html.ts";
import { type Box, markColour, Plane } from "./_plane.ts";
import { ticksOf } from "./_plot_axis.ts";

const BOX: Box = { left: 66, top: 8, width: 382, height: 250 };
const [WIDTH, HEIGHT] = [462, 302];
/** Dots on the border are drawn whole. */
const MARGIN = 4;

/** A plot of lines and dots as an SVG, its legend below. */
export function plotFigure({ id, title, text, x, y, series }: StudyPlot): Html {
  const { left, top, width, height } = BOX;
  const plane = new Plane(BOX, { ...x, ticks: ticksOf(x) }, { ...y, ticks: ticksOf(y) });
  return markup`<figure class="graph">
<figcaption>${title}</figcaption>
<p class="quiet small">${text}</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}. ${text}">
<clipPath id="clip-${id}"><rect x="${left - MARGIN}" y="${top - MARGIN}" width="${
    width + 2 * MARGIN
  }" height="${height + 2 * MARGIN}"/></clipPath>
${plane.axes()}<text transform="translate(13 ${
    top + height / 2
  }) rotate(-90)" text-anchor="middle">${y.title}</text>
<g clip-path="url(#clip-${id})">
${
    series.map(({ kind, points }, mark) =>
      kind === "line" ? plane.line(points, mark) : plane.dots(points, mark)
    )
  }</g>
</svg>
<ul class="legend">
${series.map((one, i) => markup`<li>${swatch(one, i)}${one.name}</li>\n`)}</ul>
</figure>
`;
}

function swatch({ kind }: StudySeries, mark: number): Html {
  const colour = markColour(mark);
  return kind === "line"
    ? markup`<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><path class="line" style="stroke:${colour}" d="M0 6H24"/></svg>`
    : markup`<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><circle style="fill:${colour}" cx="12" cy="6" r="4"/></svg>`;
}
