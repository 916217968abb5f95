import type { LossStudy } from "../study/mod.ts";
import { adapterLine } from "./_adapter.ts";
import { armsSection, comparisonsSection, transferSection } from "./_arms.ts";
import { benchSections, benchSummary } from "./_bench.ts";
import { claimsSection, claimsSummary, evidence } from "./_claims.ts";
import { count, list } from "./_format.ts";
import { markup } from "./_html.ts";
import { labelColumns, labelsSection } from "./_labels.ts";
import { likenessSection } from "./_likeness.ts";
import { studySections } from "./_loss_study.ts";
import { manifestSection, runSection } from "./_manifest.ts";
import { page, type Section } from "./_page.ts";
import { slicesSection } from "./_slices_section.ts";
import { type TrainingCurve, trainingCurvesSection } from "./_training_curves.ts";
import { viewerSection } from "./_viewer_section.ts";
import type { ReproduceResult } from "./schema.ts";
import type { CasePicture } from "./slices.ts";
import type { ViewedArm } from "./viewer_cases.ts";

/** What a report shows beside its result. */
export interface ReproduceExtras {
  /** Cases to show; each adds about 100 kB at 3 mm. */
  readonly pictures?: readonly CasePicture[];
  /** One of each network. */
  readonly curves?: readonly TrainingCurve[];
  readonly study?: LossStudy;
  /** What a network made of its best, median and worst cases, to look through; adds the viewer's script of 2.3 MB and up to 9 MB of cases. */
  readonly viewed?: ViewedArm;
}

/**
 * Writes the report of a reproduction: one HTML file that needs nothing else, with the adapter first, then the paper's claims.
 *
 * @param result The result.
 * @param extras Pictures, training curves, the study of the losses.
 * @returns The file's text.
 * @throws {TypeError} If a picture's or a viewed case's labels and CT differ in size.
 */
export async function renderReproduceReport(
  result: ReproduceResult,
  { pictures = [], curves = [], study, viewed }: ReproduceExtras = {},
): Promise<string> {
  const { profile, seed, manifest, claims, labels = [], bench } = result;
  const { arms = [], comparisons = [], likeness, transfer } = result;
  const sections: Section[] = [
    { body: head(result) },
    ...claims.length > 0 ? [{ body: claimsSection(result) }] : [],
    { body: runSection(manifest) },
    ...arms.length > 0 ? [armsSection(arms)] : [],
    ...comparisons.length > 0 ? [comparisonsSection(comparisons)] : [],
    ...transfer ? [transferSection(transfer)] : [],
    ...curves.length > 0 ? [trainingCurvesSection(curves)] : [],
    ...viewed && viewed.picks.length > 0 ? [await viewerSection(viewed)] : [],
    ...labels.length > 0 ? [labelsSection(labels)] : [],
    ...pictures.length > 0 ? [{ body: await slicesSection(pictures) }] : [],
    ...likeness ? [{ body: likenessSection(likeness) }] : [],
    ...bench ? benchSections(bench) : [],
    ...study ? await studySections(study) : [],
    {
      body: manifestSection(manifest, [
        ["Result", result.schema],
        ["Profile", profile],
        ["Seed", `${seed}`],
      ]),
    },
  ];
  return await page(
    `CT organ segmentation on WebGPU, what holds of the paper: ${profile}, seed ${seed}`,
    sections,
  );
}

function head(result: ReproduceResult) {
  const { dataset, profile, seed, manifest, labels = [], bench, claims } = result;
  const means = labelColumns(labels).flatMap(({ organ, variant, mean, n }) =>
    mean === undefined ? [] : [`${mean.toFixed(3)} for ${organ} (${variant} rules, n = ${n})`]
  );
  const missing = manifest.not_run?.map(({ name }) => name) ?? [];
  return markup`${adapterLine(manifest.adapter, manifest.machine)}<header>
<h1>CT organ segmentation on WebGPU: what holds of the paper</h1>
<p class="quiet">Rister et al., “CT organ segmentation using GPU data augmentation, unsupervised labels and IOU loss”, arXiv 1811.11226 (2018). Profile ${profile}, seed ${seed}.</p>
</header>
<section class="summary">
<ul>
<li>Data: ${dataset.name}, ${count(dataset.test.length, "test case")}. Evidence: ${
    evidence(result)
  }.</li>
${claims.length > 0 && markup`<li>${claimsSummary(claims)}</li>\n`}${
    means.length > 0 &&
    markup`<li>Unsupervised labels reach a mean Dice of ${list(means)}.</li>\n`
  }${
    bench &&
    benchSummary(bench).map((line) => markup`<li>${line}</li>\n`)
  }${
    missing.length > 0 &&
    markup`<li>Not run: ${list(missing)}.</li>\n`
  }</ul>
</section>
`;
}
