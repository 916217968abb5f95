import type { BenchImplementation, BenchResult } from "../src/report/bench_schema.ts";
import type { CaseTwice } from "./_measure_case.ts";
import type { BenchSetup } from "./bench.ts";
import { type GateSubject, levelAgainstTwin } from "./compare_levels.ts";
import { isOnGpu } from "./implementations.ts";

/** The same setup without what a gate does not compare. */
export function gatedSetup(setup: BenchSetup): BenchSetup {
  const gated = (name: BenchImplementation) => isOnGpu(name) || name === "typescript";
  return {
    ...setup,
    programs: (dir) => setup.programs(dir).filter(({ name }) => gated(name)),
  };
}

/** What a benchmark measured or would have: each case's exact way, and the fast one where it has that. */
export function subjectsOf({ results, absent = [] }: BenchResult): GateSubject[] {
  const cases = new Map<string, Set<GateSubject["implementation"]>>();
  for (const { kernel, case: name, implementation } of [...results, ...absent]) {
    const key = JSON.stringify([kernel, name]);
    const ways = cases.get(key) ?? new Set(["webgpu"]);
    cases.set(key, isOnGpu(implementation) ? ways.add(implementation) : ways);
  }
  return [...cases].flatMap(([key, ways]) => {
    const [kernel, name]: [string, string] = JSON.parse(key);
    return [...ways].map((implementation) => ({ kernel, case: name, implementation }));
  });
}

/** The levels of a subject's processes against their twins, in the order in which they ran. */
export function twinLevels(twice: readonly CaseTwice[], subject: GateSubject): number[] {
  return twice
    .filter(({ kernel, case: name }) => kernel === subject.kernel && name === subject.case)
    .flatMap(({ sets }) => sets)
    .flatMap((set) => {
      const samples = set[subject.implementation];
      return samples ? [levelAgainstTwin(samples, set.typescript)] : [];
    });
}
