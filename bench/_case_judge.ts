import type { BenchImplementation } from "../src/report/bench_schema.ts";
import type { VoxelArray } from "../src/volume/mod.ts";
import { type GpuImplementationName, isOnGpu } from "./implementations.ts";
import { judge, type Judgement, worseJudgement, type Yardstick, yardstickOf } from "./judge.ts";
import type { Pair } from "./pairs/pair.ts";

/** Agreement with each reference, by its name. */
export type Judgements = Map<BenchImplementation, Judgement>;

/** What an implementation computed when it was loaded. */
interface Computed {
  readonly output: VoxelArray;
  readonly own_noise?: number;
}

/** Compares the GPU's outputs of one case with those of the references. */
export class CaseJudge {
  readonly #pair: Pair;
  readonly #input: object;

  /**
   * @param pair The pair.
   * @param input The case's input.
   */
  constructor(pair: Pair, input: object) {
    this.#pair = pair;
    this.#input = input;
  }

  /**
   * Compares one output with all references.
   *
   * @param name Whose it is.
   * @param output The output.
   * @param all What every implementation computed; those on the GPU are no references.
   * @returns One judgement per reference.
   */
  judge(
    name: GpuImplementationName,
    output: VoxelArray,
    all: ReadonlyMap<BenchImplementation, Computed>,
  ): Judgements {
    const yardstick = this.#yardstick(name);
    return new Map(
      [...all].filter(([name]) => !isOnGpu(name)).map(([name, { output: expected, own_noise }]) => [
        name,
        judge(output, expected, yardstick, own_noise),
      ]),
    );
  }

  /**
   * The implementation's own agreement: the worst of those with references that draw no noise of their own. With none it has nothing to
   * stand on.
   *
   * @param name Whose it is.
   * @param all Its agreements.
   * @returns One of them, or that it is not accepted.
   */
  overall(name: GpuImplementationName, all: Judgements): Judgement {
    const none: Judgement = {
      class: this.#yardstick(name).acceptance.class,
      max_abs: 0,
      mismatches: 0,
      ok: false,
      error: "no reference could be computed",
    };
    const agreements = [...all.values()].filter(({ own_noise }) => own_noise === undefined);
    return agreements.length === 0 ? none : agreements.reduce(worseJudgement);
  }

  #yardstick(name: GpuImplementationName): Yardstick {
    return yardstickOf(this.#pair, this.#input, name === "webgpu-fast");
  }
}

/**
 * The worse of two sets of judgements, reference by reference.
 *
 * @param a One set.
 * @param b Judgements of the same references, or of those that are left.
 * @returns As many as `a` has.
 */
export function worseOfEach(a: Judgements, b: Judgements): Judgements {
  return new Map(
    [...a].map(([name, one]) => [name, b.has(name) ? worseJudgement(one, b.get(name)!) : one]),
  );
}
