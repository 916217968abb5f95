import { join } from "@std/path";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import { namesIn, niftiStem } from "./_folder.ts";
import { withNumbers } from "./_nnu_net.ts";
import { organsOfStructures } from "./_structures.ts";
import type { Found, IncompleteCase, LabelFile, LabelledCase, Layout } from "./dataset.ts";

/** The paper's order: lungs and bone come last and overwrite nothing. */
const ORDER: readonly OrganName[] = ["liver", "bladder", "kidneys", "brain", "lungs", "bone"];

/**
 * TotalSegmentator's data set: `sNNNN/ct.nii.gz` with one mask a structure in `sNNNN/segmentations`. Lung lobes are lungs, both kidneys
 * (without their cysts) kidneys, all bones bone (without costal cartilage).
 */
export const totalSegmentator: Layout = {
  name: "TotalSegmentator",
  files: "sNNNN/ct.nii.gz with sNNNN/segmentations/*.nii.gz",
  async find(folder) {
    const cases: Omit<LabelledCase, "number">[] = [];
    const incomplete: IncompleteCase[] = [];
    for (const { name, ct, segmented } of await subjectsIn(folder)) {
      const found = segmented
        ? await structuresIn(join(folder, name, "segmentations"))
        : new Map<string, OrganName>();
      if (ct === undefined || found.size === 0) {
        const why = ct === undefined
          ? `${name}/ct.nii.gz is missing; add it or move the folder away`
          : `${name}/segmentations holds no whole organ; add its files or move the folder away`;
        incomplete.push({ name, why });
        continue;
      }
      const organs = ORDER.filter((organ) => [...found.values()].includes(organ));
      cases.push({
        name,
        volume: join(folder, name, ct),
        labels: organs.flatMap((organ) => masksOf(organ, found, join(folder, name))),
        // Masks of a model, corrected by hand (Wasserthal et al. 2023).
        origins: Object.fromEntries(organs.map((organ) => [organ, "model" as const])),
      });
    }
    if (cases.length + incomplete.length === 0) return undefined;
    return {
      ...{
        cases: withNumbers(cases),
        incomplete,
        officialTest: false,
        described: false,
        notes: [],
      },
    } satisfies Found;
  },
};

/** A folder of one CT. */
export interface Subject {
  readonly name: string;
  /** The CT's file; undefined where it is missing. */
  readonly ct: string | undefined;
  /** Whether there are masks of structures. */
  readonly segmented: boolean;
}

/**
 * The subjects of a folder in {@linkcode totalSegmentator}'s layout, labelled or not.
 *
 * @param folder The folder.
 * @returns Each folder in it that has a CT or masks, by name.
 * @throws {Error} If a folder cannot be read.
 */
export async function subjectsIn(folder: string): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const name of (await namesIn(folder)).folders) {
    const { files, folders } = await namesIn(join(folder, name));
    const ct = files.find((file) => niftiStem(file) === "ct");
    const segmented = folders.includes("segmentations");
    if (ct !== undefined || segmented) subjects.push({ name, ct, segmented });
  }
  return subjects;
}

/** Organs by file name. */
async function structuresIn(folder: string): Promise<Map<string, OrganName>> {
  const { files } = await namesIn(folder);
  const stems = new Map(files.map((file) => [niftiStem(file) ?? "", file]));
  const organs = organsOfStructures([...stems.keys()].filter((stem) => stem !== ""));
  return new Map([...organs].map(([stem, organ]) => [stems.get(stem)!, organ]));
}

function masksOf(
  organ: OrganName,
  found: ReadonlyMap<string, OrganName>,
  folder: string,
): LabelFile[] {
  const values = new Map([[0, 0], [1, ORGANS[organ]]]);
  return [...found].filter(([, of]) => of === organ).map(([file]) => ({
    path: join(folder, "segmentations", file),
    values,
  }));
}
