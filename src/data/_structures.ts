import type { OrganName } from "../labels/mod.ts";

const SIDES = ["left", "right"];
const LOBES = [
  "lung_upper_lobe_left",
  "lung_lower_lobe_left",
  "lung_upper_lobe_right",
  "lung_middle_lobe_right",
  "lung_lower_lobe_right",
];
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
/** The bones that both versions of TotalSegmentator's data set have; the second adds those of {@linkcode FURTHER_BONES}. */
const BONES = [
  ...["humerus", "scapula", "clavicula", "femur", "hip"].flatMap((bone) =>
    SIDES.map((side) => `${bone}_${side}`)
  ),
  ...SIDES.flatMap((side) => numbered(`rib_${side}_`, 12)),
  ...numbered("vertebrae_C", 7),
  ...numbered("vertebrae_T", 12),
  ...numbered("vertebrae_L", 5),
  "sacrum",
];
const FURTHER_BONES = ["skull", "sternum", "vertebrae_S1"];

/** Names that make up an organ, one set or another; all of a set are needed, or the organ is labelled in part only. */
const PARTS: Readonly<Record<OrganName, readonly (readonly string[])[]>> = {
  liver: [["liver"]],
  bladder: [["bladder"], ["urinary_bladder"]],
  lungs: [["lungs"], ["lung"], ["lung_left", "lung_right"], ["left_lung", "right_lung"], LOBES],
  kidneys: [
    ["kidneys"],
    ["kidney"],
    ["kidney_left", "kidney_right"],
    ["left_kidney", "right_kidney"],
  ],
  bone: [["bone"], ["bones"], BONES],
  brain: [["brain"]],
};

const LESION =
  /^(?:(liver|bladder|lung|kidney|bone|brain)s?_)?(tumou?r|cancer|lesion|cyst|mass)(e?s)?$/;

/**
 * Which organ each structure of a data set belongs to, by its name. A lesion belongs to the organ that it names, or to the only structure
 * there is, as in `liver` and `tumour`. An organ of which a part is missing, such as one kidney, is left out, and so is what is no organ here.
 *
 * @param names As the data set writes them; case, spaces and hyphens do not matter.
 * @returns Organs by name.
 */
export function organsOfStructures(names: readonly string[]): Map<string, OrganName> {
  const plain = new Map(names.map((name) => [plainName(name), name]));
  const found = new Map<string, OrganName>();
  for (const [organ, sets] of Object.entries(PARTS) as [OrganName, string[][]][]) {
    const whole = sets.find((parts) => parts.every((part) => plain.has(part.toLowerCase())));
    if (!whole) continue;
    const further = whole === BONES ? FURTHER_BONES : [];
    for (const part of [...whole, ...further]) {
      const name = plain.get(part.toLowerCase());
      if (name !== undefined) found.set(name, organ);
    }
  }
  const structures = [...plain].filter(([name]) => !LESION.test(name));
  const only = structures.length === 1 ? found.get(structures[0]![1]) : undefined;
  for (const [name, written] of plain) {
    const [whole, stem] = LESION.exec(name) ?? [];
    if (whole === undefined) continue;
    const organ = stem === undefined ? only : organOfStem(stem);
    if (organ && [...found.values()].includes(organ)) found.set(written, organ);
  }
  return found;
}

function organOfStem(stem: string): OrganName {
  return stem === "lung" ? "lungs" : stem === "kidney" ? "kidneys" : stem as OrganName;
}

function plainName(name: string): string {
  return name.trim().toLowerCase().replaceAll(/[\s-]+/g, "_");
}
