import { join } from "@std/path";
import { ORGANS } from "../labels/mod.ts";
import type { Found, IncompleteCase, LabelledCase, Layout, LayoutName } from "./dataset.ts";
import { namesIn } from "./_folder.ts";
import { ctOrgOrigins, type Origins } from "./provenance.ts";
import { readProvenance } from "./provenance_file.ts";

/** CT-ORG's own values, and the one that losses ignore. */
export const CT_ORG_VALUES: ReadonlyMap<number, number> = new Map(
  [...Object.values(ORGANS), 255].map((value) => [value, value]),
);

/** Folders of pairs `volume-N` and a labels' file with the same N, as CT-ORG and LiTS have them. */
interface Numbered {
  readonly name: LayoutName;
  /** The labels' files' names begin with it. */
  readonly labels: string;
  readonly values: ReadonlyMap<number, number>;
  readonly officialTest: boolean;
  originsOf(number: number): Origins;
}

/** CT-ORG as downloaded from TCIA: `volume-N.nii.gz` with `labels-N.nii.gz`. */
export const ctOrg: Layout = numbered({
  name: "CT-ORG",
  labels: "labels",
  values: CT_ORG_VALUES,
  officialTest: true,
  originsOf: ctOrgOrigins,
});

/** LiTS: `volume-N.nii` with `segmentation-N.nii`, whose tumours (2) are liver here. */
export const lits: Layout = numbered({
  name: "LiTS",
  labels: "segmentation",
  values: new Map([[0, 0], [1, ORGANS.liver], [2, ORGANS.liver]]),
  officialTest: false,
  originsOf: () => ({ liver: "manual" }),
});

function numbered({ name, labels, values, officialTest, originsOf }: Numbered): Layout {
  return {
    name,
    files: `volume-N.nii.gz with ${labels}-N.nii.gz`,
    async find(folder) {
      const { files } = await namesIn(folder);
      const volumes = numberFiles(files, "volume");
      const found = numberFiles(files, labels);
      // Volumes alone have no layout of their own: they are taken for CT-ORG's.
      const other = numberFiles(files, labels === "labels" ? "segmentation" : "labels");
      const alone = labels === "labels" && volumes.size > 0 && other.size === 0;
      if (found.size === 0 && !alone) return undefined;
      const known = officialTest ? await readProvenance(folder) : undefined;
      const cases: LabelledCase[] = [];
      const incomplete: IncompleteCase[] = [];
      const numbers = new Set([...volumes.keys(), ...found.keys()]);
      for (const number of [...numbers].sort((a, b) => a - b)) {
        const why = fault({ volume: volumes.get(number), [labels]: found.get(number) }, number);
        if (why !== undefined) {
          incomplete.push({ name: `${number}`, why });
          continue;
        }
        cases.push({
          number,
          name: `${number}`,
          volume: join(folder, volumes.get(number)![0]!),
          labels: [{ path: join(folder, found.get(number)![0]!), values }],
          origins: known ? known.originsOf(number) : originsOf(number),
        });
      }
      const licence = known?.licence;
      return {
        ...{ cases, incomplete, officialTest, described: known !== undefined, notes: [] },
        ...licence !== undefined && { licence },
      } satisfies Found;
    },
  };
}

/** Files `KIND-N.nii` and `KIND-N.nii.gz` by N. */
function numberFiles(files: readonly string[], kind: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const file of files) {
    const [, of, digits] = /^([a-z]+)-(\d+)\.nii(?:\.gz)?$/.exec(file) ?? [];
    if (of !== kind || !Number.isSafeInteger(Number(digits))) continue;
    const number = Number(digits);
    found.set(number, [...found.get(number) ?? [], file]);
  }
  return found;
}

/** What keeps two kinds of file of a number from being a case. */
function fault(
  found: Readonly<Record<string, readonly string[] | undefined>>,
  number: number,
): string | undefined {
  for (const [kind, files = []] of Object.entries(found)) {
    if (files.length > 1) {
      return `${kind} ${number} is there twice (${files.join(", ")}); remove one of the files`;
    }
    if (files.length === 1) continue;
    const has = Object.keys(found).find((other) => other !== kind);
    return `${has}-${number} has no ${kind}-${number}.nii.gz beside it; add it or move ${has}-${number} away`;
  }
}
