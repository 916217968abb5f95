import type { OrganName } from "../labels/mod.ts";

/**
 * How labels came about: computed with the image (`exact`), drawn by hand (`manual`), drawn by a program that a person steered and
 * corrected (`semi-automatic`), by a trained model, corrected or not (`model`), by the paper's rules for lungs and bone
 * (`unsupervised`), or not said (`unknown`).
 */
export type Origin = typeof ORIGINS[number];

/** All values of {@linkcode Origin}. */
export const ORIGINS = [
  "exact",
  "manual",
  "semi-automatic",
  "model",
  "unsupervised",
  "unknown",
] as const;

/** The organs that a case's labels hold, and where each comes from; an organ that is left out is labelled as background. */
export type Origins = Readonly<Partial<Record<OrganName, Origin>>>;

/** The organs that the paper scores. */
const SCORED = ["liver", "bladder", "lungs", "kidneys", "bone"] as const;

/** The last of CT-ORG's test cases, which alone were labelled by hand throughout. */
export const LAST_TEST_CASE = 20;

/**
 * Where CT-ORG's labels come from (Rister et al., Scientific Data 2020): lungs and bone by hand in the test cases 0 to 20, in the others by
 * the very rules that this project reproduces; the other organs by active contours that were cleaned by hand.
 *
 * @param number The case's number.
 * @returns An origin for each of CT-ORG's organs.
 */
export function ctOrgOrigins(number: number): Required<Origins> {
  const lungsAndBone = number <= LAST_TEST_CASE ? "manual" : "unsupervised";
  return {
    liver: "semi-automatic",
    bladder: "semi-automatic",
    lungs: lungsAndBone,
    kidneys: "semi-automatic",
    bone: lungsAndBone,
    brain: "semi-automatic",
  };
}

/** Labels that were computed with their image: a phantom has every organ but the brain. */
export function exactOrigins(): Origins {
  return { liver: "exact", bladder: "exact", lungs: "exact", kidneys: "exact", bone: "exact" };
}

/**
 * What a person who trains on cases should know of their labels.
 *
 * @param cases Their origins.
 * @returns One line each.
 */
export function originNotes(cases: readonly { readonly origins: Origins }[]): string[] {
  const ruled = new Map<OrganName, number>();
  const held = new Set<string>();
  for (const { origins } of cases) {
    for (const [organ, origin] of Object.entries(origins) as [OrganName, Origin][]) {
      held.add(organ);
      if (origin === "unsupervised") ruled.set(organ, (ruled.get(organ) ?? 0) + 1);
    }
  }
  const lacking = SCORED.filter((organ) => !held.has(organ));
  return [
    ...[...ruled].map(([organ, count]) =>
      `The labels of ${organ} in ${count} of ${cases.length} cases were made by the paper's own rules (unsupervised)`
    ),
    ...lacking.length > 0
      ? [`The labels hold no ${lacking.join(", no ")}: they count as background`]
      : [],
  ];
}

/**
 * The rule of honesty, in one place: labels that the paper's rules made can neither judge those rules nor stand for true labels in an arm
 * that is trained on them.
 *
 * @param origins Of the case.
 * @param organ The organ.
 * @returns Why the organ's labels are no truth, in words that complete "its lungs are no truth: ..."; undefined where they may count as truth.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(whyNoTruth(ctOrgOrigins(3), "bone"), undefined);
 * assertEquals(whyNoTruth({ liver: "manual" }, "bone"), "its labels hold no bone");
 * ```
 */
export function whyNoTruth(origins: Origins, organ: OrganName): string | undefined {
  const origin = origins[organ];
  if (origin === undefined) return `its labels hold no ${organ}`;
  if (origin !== "unsupervised") return undefined;
  return `its ${organ} were labelled by the paper's own rules, as in all of CT-ORG but cases 0 to ${LAST_TEST_CASE}: ` +
    "they can neither judge those rules nor stand for true labels";
}
