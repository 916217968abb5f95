import { type Html, markup } from "./_html.ts";
import { place } from "./_plot_axis.ts";
import { encodePng } from "./png.ts";

/** From which value to which the colours run. */
export interface ColourScale {
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
}

/** A tick of a heat map's axis: what it says, and where, from 0 to 1. */
export interface MapTick {
  readonly text: string;
  readonly at: number;
}

/** A picture of a function of two variables. */
export interface HeatMap {
  readonly title: string;
  /** [x, y], both rising. */
  readonly values: readonly (readonly number[])[];
  readonly scale: ColourScale;
  readonly x: { readonly title: string; readonly ticks: readonly MapTick[] };
  readonly y: { readonly title: string; readonly ticks: readonly MapTick[] };
}

/** Colours that grow brighter evenly and that colour-blind readers tell apart: matplotlib's viridis, every eighth of it. */
const COLOURS = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
] as const;

/** Of values below 0, which no scale has. */
const NEGATIVE = [158, 158, 158] as const;

const [LEFT, TOP, SIZE, RIGHT, BOTTOM] = [44, 6, 200, 8, 38];

/** A heat map as an SVG with a PNG in it. */
export async function heatMapFigure(map: HeatMap): Promise<Html> {
  const { title, values, scale, x, y } = map;
  const width = values.length;
  const height = values[0]?.length ?? 0;
  const data = new Uint8Array(3 * width * height);
  values.forEach((column, i) =>
    column.forEach((value, j) =>
      data.set(colourOf(value, scale), 3 * ((height - 1 - j) * width + i))
    )
  );
  const png = await encodePng({ width, height, channels: 3, data });
  const all = values.flat();
  const [least, most] = [Math.min(...all), Math.max(...all)].map((value) => value.toPrecision(3));
  const across = (at: number) => (LEFT + SIZE * at).toFixed(1);
  const up = (at: number) => (TOP + SIZE * (1 - at)).toFixed(1);
  return markup`<figure class="map">
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${LEFT + SIZE + RIGHT} ${
    TOP + SIZE + BOTTOM
  }" role="img" aria-label="${title}, from ${least} to ${most}">
<image class="cells" href="data:image/png;base64,${png.toBase64()}" x="${LEFT}" y="${TOP}" width="${SIZE}" height="${SIZE}" preserveAspectRatio="none"/>
${
    x.ticks.map(({ text, at }) =>
      markup`<path class="tick" d="M${across(at)} ${TOP + SIZE}v4"/><text x="${across(at)}" y="${
        TOP + SIZE + 15
      }" text-anchor="middle">${text}</text>\n`
    )
  }${
    y.ticks.map(({ text, at }) =>
      markup`<path class="tick" d="M${LEFT} ${up(at)}h-4"/><text x="${LEFT - 7}" y="${
        up(at - 0.02)
      }" text-anchor="end">${text}</text>\n`
    )
  }<text x="${LEFT + SIZE / 2}" y="${TOP + SIZE + 32}" text-anchor="middle">${x.title}</text>
<text transform="translate(11 ${TOP + SIZE / 2}) rotate(-90)" text-anchor="middle">${y.title}</text>
</svg>
<p class="quiet small">${least} to ${most}</p>
</figure>
`;
}

/** Red, green and blue of a value, 0 to 255 each; values beyond the scale have its ends' colours. */
export function colourOf(value: number, scale: ColourScale): readonly [number, number, number] {
  if (value < 0) return NEGATIVE;
  const at = Math.min(Math.max(place(value, scale), 0), 1) * (COLOURS.length - 1);
  const i = Math.min(Math.floor(at), COLOURS.length - 2);
  const [a, b] = [COLOURS[i]!, COLOURS[i + 1]!];
  const mix = (k: 0 | 1 | 2) => Math.round(a[k] + (b[k] - a[k]) * (at - i));
  return [mix(0), mix(1), mix(2)];
}

/** A bar of a scale's colours with its ends, and the colour of what lies below 0. */
export function colourBar({ min, max }: ColourScale, name: string): Html {
  const stops = COLOURS.map((colour, i) =>
    markup`<stop offset="${i / (COLOURS.length - 1)}" stop-color="rgb(${colour.join(" ")})"/>`
  );
  const id = `bar-${name.replaceAll(/\W+/g, "-")}`;
  return markup`<span class="bar">${name}: ${min} <svg viewBox="0 0 120 12" aria-hidden="true"><defs><linearGradient id="${id}">${stops}</linearGradient></defs><rect width="120" height="12" fill="url(#${id})"/></svg> ${max}</span>`;
}

/** A patch of the colour of what lies below 0. */
export function negativePatch(): Html {
  return markup`<svg class="patch" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" fill="rgb(${
    NEGATIVE.join(" ")
  })"/></svg>`;
}
