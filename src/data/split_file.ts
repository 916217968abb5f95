import { join } from "@std/path";
import { writeWhole } from "../files/mod.ts";
import type { Split } from "./split.ts";

/** How a run's cases were split, for its folder. */
export interface SplitRecord {
  readonly schema: "ct-organ-webgpu/split@1";
  /** What the data set is called. */
  readonly dataset: string;
  readonly seed: number;
  /** Which fold of how many, from 1; absent where there are none. */
  readonly fold?: { readonly number: number; readonly of: number };
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Writes which cases are for what, as `split.json`.
 *
 * @param folder The run's folder.
 * @param split The cases.
 * @param facts What the data set is called, the seed, the fold.
 * @returns The file's path.
 */
export async function writeSplit(
  folder: string,
  split: Split<{ readonly number: number }>,
  facts: Pick<SplitRecord, "dataset" | "seed" | "fold">,
): Promise<string> {
  const numbers = (cases: readonly { readonly number: number }[]) =>
    cases.map(({ number }) => number);
  const record: SplitRecord = {
    schema: "ct-organ-webgpu/split@1",
    ...facts,
    train: numbers(split.train),
    validation: numbers(split.validation),
    test: numbers(split.test),
  };
  const path = join(folder, "split.json");
  await writeWhole(path, `${JSON.stringify(record, null, 2)}\n`);
  return path;
}
