import { HU_BINS, type Likeness, NOISE_SQUARE, type Tissue } from "../data/mod.ts";
import { type Curve, curveFigure } from "./_curves.ts";
import { capital, count, figure } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { scrollTable } from "./_table.ts";
import type { ReproduceResult } from "./schema.ts";

/** In the order in which they are shown. */
const TISSUES = ["soft tissue", "liver", "kidneys", "bladder", "lungs", "bone"] as const;

/** Bins at the ends of a chart that hold less than this are left away. */
const LEAST_SHARE = 1e-3;

/** HU of the phantoms' tissues and their noise, beside those of a real CT. */
export function likenessSection(
  { phantoms, real }: NonNullable<ReproduceResult["likeness"]>,
): Html {
  const sets = [
    { name: "phantoms", likeness: phantoms, mark: 0 },
    { name: "real CT", likeness: real, mark: 1 },
  ];
  const tissues = TISSUES.filter((tissue) => phantoms.histograms[tissue]);
  return markup`<section>
<h2>Phantoms beside a real CT</h2>
<p>${
    capital(count(phantoms.cases, "phantom"))
  } for testing, and one real CT at 3 mm: ${real.name}, whose labels are a model's. One CT shows one patient, one scanner and one phase of contrast; phantoms differ in all of them, so their curves should be wider and hold the real one. Soft tissue is what has no label and -200 to 200 HU.</p>
${
    scrollTable(
      "HU of each tissue, mean and standard deviation",
      markup`<thead>
<tr><th scope="col">Tissue</th>${
        sets.map(({ name }) =>
          markup`<th scope="col" class="number">${
            capital(name)
          }, HU</th><th scope="col" class="number">SD</th>`
        )
      }</tr>
</thead>
`,
      markup`<tbody>
${
        tissues.map((tissue) =>
          markup`<tr><th scope="row">${tissue}</th>${
            sets.map(({ likeness }) => moments(likeness.histograms[tissue]))
          }</tr>
`
        )
      }</tbody>
`,
    )
  }${tissues.map((tissue) => histogramFigure(tissue, sets))}${noiseFigure(sets)}</section>
`;
}

interface NamedLikeness {
  readonly name: string;
  readonly likeness: Likeness;
  readonly mark: number;
}

/** HU in the middle of a bin. */
function middleOf(bin: number): number {
  return HU_BINS.lowest + (bin + 0.5) * HU_BINS.width;
}

function moments(histogram: readonly number[] | undefined): Html {
  const cell = (text: string) => markup`<td class="number">${text}</td>`;
  if (!histogram) return markup`${cell("–")}${cell("–")}`;
  const mean = histogram.reduce((sum, share, bin) => sum + share * middleOf(bin), 0);
  const variance = histogram.reduce(
    (sum, share, bin) => sum + share * (middleOf(bin) - mean) ** 2,
    0,
  );
  return markup`${cell(mean.toFixed(0))}${cell(Math.sqrt(variance).toFixed(0))}`;
}

function histogramFigure(tissue: Tissue, sets: readonly NamedLikeness[]): Html {
  const found = sets.flatMap(({ likeness, ...set }) => {
    const histogram = likeness.histograms[tissue];
    return histogram ? [{ ...set, histogram }] : [];
  });
  const large = found.flatMap(({ histogram }) =>
    histogram.flatMap((share, bin) => share >= LEAST_SHARE ? [bin] : [])
  );
  const [first, last] = [Math.min(...large) - 1, Math.max(...large) + 1];
  return curveFigure({
    title: `HU of ${tissue}`,
    x: "HU",
    y: `share of voxels in ${HU_BINS.width} HU`,
    curves: found.map(({ histogram, ...curve }): Curve => ({
      ...curve,
      points: histogram.map((share, bin) => [middleOf(bin), share] as const)
        .filter((_, bin) => bin >= first && bin <= last),
    })),
  });
}

function noiseFigure(sets: readonly NamedLikeness[]): Html | false {
  const curves = sets.flatMap(({ likeness: { noise }, ...curve }): Curve[] =>
    noise
      ? [{
        ...curve,
        points: noise.power.map((power, k) =>
          [(k + 1) / (NOISE_SQUARE * noise.spacing), Math.log10(power)] as const
        ),
      }]
      : []
  );
  if (curves.length === 0) return false;
  const deviations = sets.flatMap(({ name, likeness: { noise } }) =>
    noise ? [`${figure(deviationOf(noise))} HU (${name})`] : []
  );
  return markup`${
    curveFigure({
      title: "Noise in the liver by spatial frequency",
      x: "cycles a mm",
      y: "decimal logarithm of its power in the plane, HU² mm²",
      curves,
    })
  }<p>In squares of ${
    NOISE_SQUARE * 3
  } mm of liver, without their mean; vessels and lesions count as noise of low frequency. Standard deviation up to the highest frequency shown: ${
    deviations.join(", ")
  }.</p>
`;
}

/** The root of the power's integral over the plane of frequencies. */
function deviationOf({ spacing, power }: NonNullable<Likeness["noise"]>): number {
  const step = 1 / (NOISE_SQUARE * spacing);
  return Math.sqrt(
    power.reduce((sum, value, k) => sum + value * 2 * Math.PI * (k + 1) * step ** 2, 0),
  );
}
