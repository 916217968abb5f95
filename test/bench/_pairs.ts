import type { Pair } from "../../bench/mod.ts";

/** What {@linkcode doubling} takes; `_fake_peer.ts` computes it too. */
export interface DoubleInput {
  readonly values: Float32Array;
}

/**
 * A pair for tests that doubles numbers.
 *
 * @param name Its name.
 * @returns The pair, with two headline cases and an edge case.
 */
export function doubling(name: Pair["name"]): Pair<DoubleInput> {
  const headline = (name: string, length: number) => ({
    name,
    headline: true,
    input: () => ({ values: Float32Array.from({ length }, (_, i) => i) }),
  });
  return {
    name,
    kernels: [],
    cases: [
      headline("small", 4),
      headline("large", 8),
      { name: "empty", edge: true, input: () => ({ values: new Float32Array() }) },
    ],
    gpu: (_, { values }) => Promise.resolve(values.map((value) => 2 * value)),
    references: {
      typescript: ({ values }) => values.map((value) => 2 * value),
      "itk-wasm": ({ values }) => values.map((value) => value + value),
    },
    acceptance: { class: "exact", reason: "Doubling a float is exact" },
    work: ({ values }) => ({ bytes: 8 * values.length, flops: values.length }),
  };
}
