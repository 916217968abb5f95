import { capital, figure } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { type CasePicture, cutSlices, type SlicePicture, WINDOW_HU } from "./slices.ts";

/** Middle slices of each case with the outlines of truth and labels. */
export async function slicesSection(pictures: readonly CasePicture[]): Promise<Html> {
  const cases = await Promise.all(pictures.map(async (picture) => ({
    number: picture.case,
    slices: await cutSlices(picture),
  })));
  return markup`<section>
<h2>Slices</h2>
<p>The middle slices of each case, ${WINDOW_HU.low} HU black to ${WINDOW_HU.high} HU white, at the run's own voxels. Radiological orientation: the patient's right is on the left; sagittal slices have the front on the left. Lengths are true to scale within a case.</p>
<ul class="legend">
<li>${swatch("truth")}truth</li>
<li>${swatch("prediction")}unsupervised label</li>
<li>${swatch("truth", "prediction")}both at the same place</li>
</ul>
${cases.map(({ number, slices }) => caseFigures(number, slices))}</section>
`;
}

/** The middle slices of a case. */
export interface CheckedSlices {
  readonly name: string;
  readonly slices: readonly SlicePicture[];
}

/** Middle slices of many cases, cut from pictures no finer than 4 mm, with the outlines of labels; nothing of none. */
export function middleSlices(pictures: readonly CheckedSlices[]): Html {
  if (pictures.length === 0) return markup``;
  return markup`<section>
<h2>Slices</h2>
<p>The middle slices of each case that can be read, ${WINDOW_HU.low} HU black to ${WINDOW_HU.high} HU white, with outlines of the labels; every voxel of 4 mm is the nearest one of the CT. Where the header is right, the patient's right is on the left of axial and coronal slices, and the front on the left of sagittal ones.</p>
${pictures.map(({ name, slices }) => caseFigures(name, slices))}</section>
`;
}

/** A line as outlines are drawn. */
export function swatch(...sources: readonly string[]): Html {
  return markup`<svg viewBox="0 0 42 14" aria-hidden="true">${
    sources.map((source) => markup`<path class="outline ${source}" d="M0 7H42"/>`)
  }</svg>`;
}

/** The three slices of a case side by side, under its name. */
export function caseFigures(name: number | string, slices: readonly SlicePicture[]): Html {
  return markup`<h3>Case ${name}</h3>
${sliceFigures(name, slices)}`;
}

/** The three slices of a case side by side. */
export function sliceFigures(name: number | string, slices: readonly SlicePicture[]): Html {
  const columns = slices.map(({ width_mm }) => `${width_mm.toFixed(1)}fr`).join(" ");
  return markup`<div class="slices" style="grid-template-columns:${columns}">
${slices.map((slice) => sliceFigure(name, slice))}</div>
`;
}

function sliceFigure(name: number | string, slice: SlicePicture): Html {
  const { plane, width, height, width_mm, height_mm, image, outlines, letters } = slice;
  const place = `${plane} slice ${slice.number} of ${slice.of}`;
  const [left, right, top, bottom] = letters;
  const size = `${Math.round(width_mm)} x ${Math.round(height_mm)}`;
  return markup`<figure>
<div class="slice">
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"
style="aspect-ratio:${width_mm.toFixed(3)}/${height_mm.toFixed(3)}"
role="img" aria-label="Case ${name}, ${place}. ${areas(slice)}">
<image href="${image}" width="${width}" height="${height}" preserveAspectRatio="none"/>
${
    outlines.map(({ source, organ, path }) =>
      path !== "" &&
      markup`<path class="outline ${source}" d="${path}"><title>${organ}, ${source}</title></path>\n`
    )
  }</svg>
<span class="left" aria-hidden="true">${left}</span>
<span class="right" aria-hidden="true">${right}</span>
<span class="top" aria-hidden="true">${top}</span>
<span class="bottom" aria-hidden="true">${bottom}</span>
</div>
<figcaption><strong>${capital(place)}</strong>, ${size} mm. ${areas(slice)}</figcaption>
</figure>
`;
}

/** What the outlines enclose, in words. */
function areas({ outlines }: SlicePicture): string {
  const organs = [...new Set(outlines.map(({ organ }) => organ))];
  return organs.map((organ) => {
    const of = (source: string) => {
      const outline = outlines.find((one) => one.organ === organ && one.source === source);
      return outline && (outline.area_cm2 === 0 ? "none" : `${figure(outline.area_cm2)} cm²`);
    };
    const [truth, prediction] = [of("truth"), of("prediction")];
    const parts = [truth && `truth ${truth}`, prediction && `label ${prediction}`];
    return `${capital(organ)}: ${parts.filter((part) => part).join(", ")}.`;
  }).join(" ");
}
