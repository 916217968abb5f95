import { dirname } from "@std/path";
import { type Split, splitCases, writeSplit } from "../data/mod.ts";
import type { Stage } from "./_stage.ts";

/** Case numbers by what they are for. */
export type SplitNumbers = Split<number>;

/** What each case is for, see `splitCases`; where that leaves none for testing, all are and none is trained on. */
export function splitNumbers(
  { cases, officialTest }: {
    readonly cases: readonly { readonly number: number }[];
    /** Whether cases 0 to 20 are the test set. */
    readonly officialTest: boolean;
  },
  seed: number,
): SplitNumbers {
  const { train, validation, test } = splitCases(cases, { seed, officialTest });
  const only = (some: readonly { readonly number: number }[]) => some.map(({ number }) => number);
  if (test.length === 0) return { train: [], validation: [], test: only(cases) };
  const split = { train: only(train), validation: only(validation), test: only(test) };
  checkDisjoint(split);
  return split;
}

/** Writes the split. */
export function splitStage(
  split: SplitNumbers,
  { dataset, seed, to }: { readonly dataset: string; readonly seed: number; readonly to: string },
): Stage {
  return {
    name: "split",
    code: ["src/data/split_file.ts", "src/reproduce/_split.ts"],
    options: { split, dataset, seed },
    inputs: {},
    outputs: { split: to },
    async run() {
      const numbered = (numbers: readonly number[]) => numbers.map((number) => ({ number }));
      const { train, validation, test } = split;
      const cases = {
        train: numbered(train),
        validation: numbered(validation),
        test: numbered(test),
      };
      const folder = dirname(to);
      await Deno.mkdir(folder, { recursive: true });
      await writeSplit(folder, cases, { dataset, seed });
    },
  };
}

/**
 * Refuses a split in which a case has two uses.
 *
 * @throws {RangeError} If one has; the message names it.
 */
export function checkDisjoint({ train, validation, test }: SplitNumbers): void {
  const seen = new Set<number>();
  for (const number of [...train, ...validation, ...test]) {
    if (seen.has(number)) {
      throw new RangeError(`Cannot split the cases: case ${number} would have two uses`);
    }
    seen.add(number);
  }
}
