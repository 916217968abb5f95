import type { BenchImplementation, BenchNote, BenchResult } from "./bench_schema.ts";

/** A note with its number; several kernels may share it. */
export interface NumberedNote extends Pick<BenchNote, "implementation" | "text"> {
  /** From 1. */
  readonly number: number;
  /** The kernels that it is of. */
  readonly kernels: readonly string[];
}

/**
 * Numbers the notes of a benchmark, so that ratios can refer to them: what is said of an implementation in the same words for several
 * kernels is one note.
 *
 * @param result A benchmark's result.
 * @returns The notes in order.
 */
export function numberNotes({ notes = [] }: BenchResult): NumberedNote[] {
  const same = Map.groupBy(
    notes,
    ({ implementation, text }) => JSON.stringify([implementation, text]),
  );
  return [...same.values()].map((group, i) => ({
    implementation: group[0]!.implementation,
    text: group[0]!.text,
    number: i + 1,
    kernels: group.map(({ kernel }) => kernel),
  }));
}

/**
 * The note on an implementation of a kernel.
 *
 * @param notes All notes.
 * @param of Kernel and implementation.
 * @returns It, if there is one.
 */
export function noteOf(
  notes: readonly NumberedNote[],
  of: { readonly kernel: string; readonly implementation: BenchImplementation },
): NumberedNote | undefined {
  return notes.find(({ implementation, kernels }) =>
    implementation === of.implementation && kernels.includes(of.kernel)
  );
}
