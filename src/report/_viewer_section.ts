import { type OrganName, ORGANS } from "../labels/mod.ts";
import { capital, count } from "./_format.ts";
import { type Html, markup, scriptJson } from "./_html.ts";
import { largestSlices } from "./_largest_slices.ts";
import type { Section } from "./_page.ts";
import { sliceFigures, swatch } from "./_slices_section.ts";
import { ORGAN_COLOURS } from "./organ_colours.ts";
import { cutSlices, WINDOW_HU } from "./slices.ts";
import {
  CASES_BUDGET,
  packCases,
  type PackedCases,
  type ViewedArm,
  type ViewedPick,
} from "./viewer_cases.ts";
import licence from "./niivue_licence.txt" with { type: "text" };
import viewerSource from "./viewer.js" with { type: "text" };

/** Best, median and worst case of each organ: to look through where the browser has WebGL 2, as pictures elsewhere and on paper. */
export async function viewerSection(arm: ViewedArm): Promise<Section> {
  const packed = await packCases(arm.cases);
  const organs = [...new Set(arm.picks.map(({ organ }) => organ))];
  return {
    body: markup`<section id="cases">
<h2>Best, median and worst case of each organ</h2>
<p>By Dice at 3 mm of ${arm.arm}, seed ${arm.seed}, over ${count(arm.of, "test case")}. ${
      grain(packed)
    }</p>
<div class="viewer">
<ul class="legend">
${organs.map((organ) => markup`<li>${organSwatch(organ)}${organ}</li>\n`)}</ul>
${
      controls(arm, organs)
    }<div class="stage" id="stage" tabindex="0" role="application" aria-label="The case's slices and 3D view" aria-describedby="keys"><canvas id="view"></canvas></div>
<p class="place"><output id="place"></output></p>
<p class="quiet small" id="keys">Truth is outlined, the prediction filled; truth alone is both. Keys on the picture: up and down for the next and previous slice, Page Up and Page Down for ten, Home and End for the first and last, left and right to turn the 3D view, 1 to 5 for the views. A click or a touch moves the cross.</p>
</div>
<p class="quiet" id="no-viewer" hidden></p>
<div class="stills">
<ul class="legend">
<li>${swatch("truth")}truth</li>
<li>${swatch("prediction")}prediction</li>
</ul>
${await stills(arm, packed)}</div>
<script type="application/json" id="cases-data">${
      scriptJson(viewerData(arm, packed, organs))
    }</script>
${
      packed.texts.map((text, i) =>
        markup`<script type="text/plain" id="case-${arm.cases[i]!.case}">${text}</script>\n`
      )
    }</section>
`,
    scripts: [await niivueSource(), viewerSource],
  };
}

/** NiiVue under its licence. Of 2.3 MB, so it is read only for a page that shows cases. */
async function niivueSource(): Promise<string> {
  const { default: source } = await import(
    "../../node_modules/@niivue/niivue/dist/niivue.umd.js",
    { with: { type: "text" } }
  );
  return `/*!\n${licence}*/\n${source}`;
}

/** How cases are shown, and what was taken away for it. */
function grain({ cases, texts, factor }: PackedCases): string {
  const mm = (values: readonly number[]) =>
    [...new Set(values.map((value) => Number(value.toPrecision(3))))].join(" x ");
  const { spacing } = cases[0]!.ct;
  const size = texts.reduce((sum, { length }) => sum + length, 0);
  const voxels = factor === 1
    ? `at the ${mm(spacing)} mm they were scored at`
    : `at ${mm(spacing)} mm, reduced from ${mm(spacing.map((value) => value / factor))} mm`;
  return `Each case is in this file once, ${voxels}, the CT in 256 greys from ${WINDOW_HU.low} to ${WINDOW_HU.high} HU: ${
    (size / 1e6).toPrecision(2)
  } MB of at most ${CASES_BUDGET / 1e6} MB.`;
}

function organSwatch(organ: OrganName): Html {
  const colour = `rgb(${ORGAN_COLOURS[organ].join(",")})`;
  return markup`<svg viewBox="0 0 42 14" aria-hidden="true"><path d="M2 2H20V12H2Z" fill="none" stroke="${colour}" stroke-width="2"/><path d="M22 1H41V13H22Z" fill="${colour}" fill-opacity="0.6"/></svg>`;
}

function title({ organ, place, case: number, dice }: ViewedPick): string {
  return `${capital(organ)}, ${place}: case ${number}, Dice ${dice.toFixed(3)}`;
}

/** Layouts by the names that the script knows. */
const VIEWS = [
  ["all", "Slices and 3D"],
  ["axial", "Axial"],
  ["coronal", "Coronal"],
  ["sagittal", "Sagittal"],
  ["render", "3D"],
] as const;

function controls({ picks }: ViewedArm, organs: readonly OrganName[]): Html {
  const option = (pick: ViewedPick, i: number) =>
    markup`<option value="${i}">${title(pick)}</option>\n`;
  return markup`<div class="controls">
<label>Case <select id="pick">
${
    organs.map((organ) =>
      markup`<optgroup label="${organ}">
${picks.map((pick, i) => pick.organ === organ && option(pick, i))}</optgroup>
`
    )
  }</select></label>
<label>View <select id="layout">
${
    VIEWS.map(([value, label]) => markup`<option value="${value}">${label}</option>\n`)
  }</select></label>
<label><input type="checkbox" id="truth" checked> truth</label>
<label><input type="checkbox" id="prediction" checked> prediction</label>
<span class="steps"><button type="button" id="previous">Previous slice</button>
<input type="range" id="slice" min="1" step="1" aria-label="Slice">
<button type="button" id="next">Next slice</button></span>
</div>
`;
}

/** What the script needs beside the voxels. */
function viewerData(arm: ViewedArm, { cases }: PackedCases, organs: readonly OrganName[]) {
  return {
    organs: organs.map((name) => ({ name, value: ORGANS[name], colour: ORGAN_COLOURS[name] })),
    cases: cases.map(({ case: number, ct: { dims, spacing } }) => ({ number, dims, spacing })),
    picks: arm.picks.map(({ organ, place, case: number }) => {
      const truth = cases.find((one) => one.case === number)!.truth;
      return { organ, place, case: number, at: largestSlices(truth, ORGANS[organ]) };
    }),
    window: WINDOW_HU,
  };
}

async function stills({ picks }: ViewedArm, { cases }: PackedCases): Promise<readonly Html[]> {
  return await Promise.all(picks.map(async ({ organ, place, case: number, dice }) => {
    const one = cases.find((other) => other.case === number)!;
    const slices = await cutSlices({ ...one, organs: [organ], through: organ });
    return markup`<h3>${title({ organ, place, case: number, dice })}</h3>
${sliceFigures(number, slices)}`;
  }));
}
