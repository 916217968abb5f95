import { VERSION } from "../files/mod.ts";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import { type Origin, ORIGINS } from "./provenance.ts";
import type { ProvenanceRecord } from "./provenance_file.ts";

/** What a dataset card says beside what the record does. */
export interface DataFolderFacts {
  readonly title: string;
  /** What the data are, in Markdown: paragraphs without headings. */
  readonly about: string;
  /** SPDX identifier, words, or `NOASSERTION` where it is not known. */
  readonly licence: string;
  /** The command that writes the folder. */
  readonly command: string;
  /** Works that whoever uses the data should cite, beside the paper of the rules. */
  readonly works?: readonly CitedWork[];
}

/** A work to cite. */
export interface CitedWork {
  readonly type: "article" | "dataset";
  readonly authors: readonly (readonly [family: string, given: string])[];
  readonly title: string;
  readonly year: number;
  readonly doi: string;
}

/** Where a licence is not known. */
export const NO_LICENCE = "NOASSERTION";

/** The paper whose rules label lungs and bone. */
const PAPER: CitedWork = {
  type: "article",
  authors: [
    ["Rister", "Blaine"],
    ["Yi", "Darvin"],
    ["Shivakumar", "Kaushik"],
    ["Nobashi", "Tomomi"],
    ["Rubin", "Daniel L."],
  ],
  title: "CT organ segmentation using GPU data augmentation, unsupervised labels and IOU loss",
  year: 2018,
  doi: "10.48550/arXiv.1811.11226",
};

/** CT-ORG itself, for folders that are taken from it. */
export const CT_ORG_WORK: CitedWork = {
  type: "dataset",
  authors: PAPER.authors.filter(([family]) => family !== "Yi"),
  title: "CT-ORG: CT volumes with multiple organ segmentations",
  year: 2019,
  doi: "10.7937/tcia.2019.tt7f4v7o",
};

/** What each origin means, for people who do not know this project. */
const MEANINGS: Readonly<Record<Origin, string>> = {
  exact: "computed with the image",
  manual: "drawn by hand",
  "semi-automatic": "drawn by a program that a person steered and corrected",
  model: "made by a trained model, corrected or not",
  unsupervised:
    "made by thresholds and morphology (Rister et al. 2018); no truth to judge those rules by",
  unknown: "not said",
};

/** The text of a dataset card, `README.md`. */
export function readmeOf(facts: DataFolderFacts, record: ProvenanceRecord): string {
  const { title, about, licence, command, works = [] } = facts;
  const cases = Object.entries(record.cases);
  const noted = cases.filter(([, { notes }]) => notes !== undefined);
  const lines = [
    "---",
    `pretty_name: ${quoted(title)}`,
    `license: ${quoted(licence)}`,
    "task_categories:",
    "  - image-segmentation",
    "tags:",
    "  - computed-tomography",
    "  - medical",
    "---",
    "",
    `# ${title}`,
    "",
    about,
    "",
    "## Files",
    "",
    `${cases.length} case${cases.length === 1 ? "" : "s"}. For each number N:`,
    "",
    "- `volume-N.nii.gz` or `volume-N.nii`: the CT in Hounsfield units (NIfTI).",
    "- `labels-N.nii.gz`: one byte a voxel on the CT's grid.",
    "- In `provenance.json`: where the labels of each organ come from, SHA-256 of both files, the name in the source.",
    "",
    "| Value | Organ |",
    "| --- | --- |",
    ...Object.entries(ORGANS).map(([organ, value]) => `| ${value} | ${organ} |`),
    "| 255 | to be ignored, where it occurs |",
    "",
    "An organ that a case's provenance does not name is background in its labels, whether it is in the image or not.",
    "",
    "## Where the labels come from",
    "",
    "Cases by organ:",
    "",
    ...originTable(record),
    "",
    ...ORIGINS.filter((origin) =>
      cases.some(([, { origins }]) => Object.values(origins).includes(origin))
    ).map((origin) => `- ${origin}: ${MEANINGS[origin]}.`),
    "",
    ...noted.length > 0
      ? [
        "## Remarks",
        "",
        ...noted.flatMap(([number, { notes = [] }]) =>
          notes.map((note) => `- Case ${number}: ${note}.`)
        ),
        "",
      ]
      : [],
    "## Licence",
    "",
    licence === NO_LICENCE
      ? "Not known. Find out what the source of the images allows before you give this folder on."
      : licence,
    "",
    "## Made with",
    "",
    `ct-organ-webgpu ${VERSION}:`,
    "",
    "```sh",
    command,
    "```",
    "",
    "## To cite",
    "",
    "`CITATION.cff` says the same for programs.",
    "",
    ...[...works, PAPER].map(({ authors, title, year, doi }) =>
      `- ${
        authors.map(([family, given]) => `${given} ${family}`).join(", ")
      }: ${title} (${year}). https://doi.org/${doi}`
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** The text of `CITATION.cff` (Citation File Format 1.2.0). */
export function citationOf({ title, licence, works = [] }: DataFolderFacts): string {
  const lines = [
    "cff-version: 1.2.0",
    "message: If you use these data, please cite them and the works they rest on.",
    "type: dataset",
    `title: ${quoted(title)}`,
    "authors:",
    `  - name: ${quoted(`The authors of ${title}`)}`,
    // Only an SPDX identifier is valid there.
    ...licence !== NO_LICENCE && /^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(licence)
      ? [`license: ${licence}`]
      : [],
    "references:",
    ...[...works, PAPER].flatMap(({ type, authors, title, year, doi }) => [
      `  - type: ${type}`,
      `    title: ${quoted(title)}`,
      "    authors:",
      ...authors.flatMap(([family, given]) => [
        `      - family-names: ${quoted(family)}`,
        `        given-names: ${quoted(given)}`,
      ]),
      `    year: ${year}`,
      `    doi: ${quoted(doi)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function originTable({ cases }: ProvenanceRecord): string[] {
  const all = Object.values(cases);
  const used = ORIGINS.filter((origin) =>
    all.some(({ origins }) => Object.values(origins).includes(origin))
  );
  const organs = (Object.keys(ORGANS) as (OrganName | "background")[])
    .filter((organ) => organ !== "background");
  return [
    `| Organ | ${[...used, "not labelled"].join(" | ")} |`,
    `| --- |${" ---: |".repeat(used.length + 1)}`,
    ...organs.map((organ) => {
      const count = (origin: Origin | undefined) =>
        all.filter(({ origins }) => origins[organ] === origin).length;
      return `| ${organ} | ${[...used, undefined].map(count).join(" | ")} |`;
    }),
  ];
}

/** A YAML string in double quotes. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
