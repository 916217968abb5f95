import type { BenchAcceptance } from "../src/report/bench_schema.ts";
import type { GpuImplementationName } from "./implementations.ts";
import { yardstickOf } from "./judge.ts";
import type { Acceptance, Case, Pair } from "./pairs/pair.ts";

/**
 * What counts as agreement for the kernels of a benchmark, for its result.
 *
 * @param todo The cases that it runs.
 * @returns One entry per kernel, way and part.
 */
export function acceptancesOf(
  todo: readonly { readonly pair: Pair; readonly item: Case }[],
): BenchAcceptance[] {
  const first = new Map(todo.toReversed().map(({ pair, item }) => [pair, item]));
  return [...new Set(todo.map(({ pair }) => pair))].flatMap((pair) => {
    const input = pair.parts ? first.get(pair)!.input() : {};
    const ways: GpuImplementationName[] = pair.fast ? ["webgpu", "webgpu-fast"] : ["webgpu"];
    return ways.flatMap((implementation) => {
      const { acceptance, unit, parts } = yardstickOf(
        pair,
        input,
        implementation === "webgpu-fast",
      );
      const named = new Map(parts?.map((part) => [part.name, part]));
      const entry = (acceptance: Acceptance, extra: Partial<BenchAcceptance>): BenchAcceptance => {
        const { class: kind, tolerance, exceptionsPerMillion, reason } = acceptance;
        return {
          ...{ kernel: pair.name, implementation, class: kind, reason },
          ...(tolerance === undefined ? {} : { tolerance }),
          ...(exceptionsPerMillion === undefined
            ? {}
            : { exceptions_per_million: exceptionsPerMillion }),
          ...extra,
        };
      };
      const inUnit = unit === undefined ? {} : { unit };
      return parts === undefined
        ? [entry(acceptance, inUnit)]
        : [...named.values()].map(({ name, acceptance: own }) =>
          entry(own ?? acceptance, { part: name, ...(own ? {} : inUnit) })
        );
    });
  });
}
