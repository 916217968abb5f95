import { fromFileUrl, join } from "@std/path";
import type { ResultAdapter } from "../src/report/bench_schema.ts";
import { Sides, type SidesTask } from "./_sides.ts";
import { checkOut } from "./against_worktree.ts";
import { type BenchOptions, selectCases } from "./bench.ts";
import { type Block, type GateSubject, subjectKey, type SubjectLevels } from "./compare_levels.ts";
import { findMoves, type GateOutcome, type NotCompared } from "./compare_moves.ts";
import { isOnGpu } from "./implementations.ts";
import { pairs } from "./pairs/mod.ts";
import type { Pair } from "./pairs/pair.ts";
import type { PeerProgram } from "./peer.ts";
import { ownPrograms } from "./programs.ts";
import { gatePlan, type SamplingPlan } from "./sampler.ts";

/** What came of a comparison with another version. */
export interface AgainstOutcome extends GateOutcome {
  /** The adapter both ran on. */
  readonly adapter: ResultAdapter;
  /** The other version's commit, in hexadecimal digits. */
  readonly commit: string;
}

/** Options of {@linkcode against}. */
export interface AgainstOptions extends BenchOptions {
  /** Only these kernels; by default all. */
  readonly kernels?: readonly string[];
}

/** Who is compared on what. */
export interface AgainstSetup {
  readonly pairs: readonly Pair[];
  /** This version's root. */
  readonly root: string;
  /**
   * @param dir The folder that holds all cases and outputs.
   * @returns This version's GPU side: the exact way, and the fast one.
   */
  programs(dir: string): readonly PeerProgram[];
  readonly plan: SamplingPlan;
}

/**
 * Compares the kernels of this checkout, as it stands, with those of another version: the other's GPU side runs as a child process from a
 * temporary git worktree, and both compute the same case files in turn. Each version runs as two processes, and as more where something
 * seems to have moved; how far the processes of one version differ is the noise. A change says how many times longer this version takes.
 * The fast way of a kernel is compared like the exact one.
 *
 * Needs, beside what `bench` needs, `--allow-run=git`.
 *
 * @param ref Any name git knows a commit by.
 * @param options What to run.
 * @returns What moved.
 * @throws {GitRefError} If there is nothing to compare with.
 * @throws {RangeError} If there is no such suite.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 */
export async function against(
  ref: string,
  { kernels, ...options }: AgainstOptions = {},
): Promise<AgainstOutcome> {
  const { adapter, quick, brief } = options;
  return await againstWith(ref, {
    pairs: kernels ? pairs.filter(({ name }) => kernels.includes(name)) : pairs,
    root: fromFileUrl(new URL("../", import.meta.url)),
    programs: (dir) =>
      ownPrograms({ dir, ...(adapter === undefined ? {} : { adapter }) })
        .filter(({ name }) => isOnGpu(name)),
    plan: gatePlan(quick || brief),
  }, options);
}

/**
 * {@linkcode against} with other pairs and programs.
 *
 * @param ref Any name git knows a commit by.
 * @param setup Pairs, programs and plan.
 * @param options What to run.
 * @returns What moved.
 */
export async function againstWith(
  ref: string,
  setup: AgainstSetup,
  options: BenchOptions = {},
): Promise<AgainstOutcome> {
  const todo = selectCases(setup.pairs, options).flatMap(({ pair, item }) =>
    (["webgpu", "webgpu-fast"] as const)
      .filter((implementation) => implementation === "webgpu" || pair.fast)
      .map((implementation) => ({ pair, item, implementation }))
  );
  await using tree = await checkOut(setup.root, ref, options.signal);
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ct-organ-bench-" }));
  try {
    let adapter: ResultAdapter | undefined;
    const blocks = new Map<string, Block[]>();
    const outcome = await findMoves(async (only) => {
      const programs = setup.programs(root);
      await using sides = await Sides.start({ ref, tree, programs, dir: root, options });
      adapter ??= sides.adapter;
      const levels: SubjectLevels[] = [];
      const notCompared: NotCompared[] = [];
      const selected = todo
        .map((task) => ({ ...task, subject: subjectOf(task) }))
        .filter(({ subject }) => only?.(subject) ?? true);
      for (const [done, { subject, ...task }] of selected.entries()) {
        const { kernel, case: name } = subject;
        options.onProgress?.({ kernel, case: name, done, total: selected.length });
        const dir = join(root, "case");
        await Deno.mkdir(dir);
        try {
          const block = await sides.measure({ ...task, dir, plan: setup.plan });
          if (typeof block === "string") notCompared.push({ ...subject, reason: block });
          else {
            const key = subjectKey(subject);
            blocks.set(key, [...blocks.get(key) ?? [], block]);
            levels.push({ ...subject, blocks: blocks.get(key)! });
          }
        } finally {
          await Deno.remove(dir, { recursive: true });
        }
      }
      return { levels, notCompared };
    });
    return { ...outcome, adapter: adapter!, commit: tree.commit };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function subjectOf(
  { pair, item, implementation }: Pick<SidesTask, "pair" | "item" | "implementation">,
): GateSubject {
  return { kernel: pair.name, case: item.name, implementation };
}
