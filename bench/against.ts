import { fromFileUrl, join } from "@std/path";
import { RandomStream } from "../src/random/mod.ts";
import type { ResultAdapter } from "../src/report/schema.ts";
import type { VoxelArray } from "../src/volume/mod.ts";
import { Peers } from "./_peers.ts";
import { readRaw } from "./_raw.ts";
import { judge, yardstickOf } from "./judge.ts";
import { checkOut, GitRefError, refFailure, WORKER, type Worktree } from "./against_worktree.ts";
import { type BenchOptions, selectCases, startGpu } from "./bench.ts";
import { writeCase } from "./case_files.ts";
import { type Change, findMoves, type GateOutcome, type NotCompared } from "./compare_moves.ts";
import { pairs } from "./pairs/mod.ts";
import type { Case, Pair } from "./pairs/pair.ts";
import { type Peer, PeerError, type PeerProgram } from "./peer.ts";
import { denoCommand, ownPrograms } from "./programs.ts";
import { gatePlan, sampleInterleaved, type SamplingPlan } from "./sampler.ts";
import { median, pairedRatioInterval } from "./statistics.ts";

/** What came of a comparison with another version. */
export interface AgainstOutcome extends GateOutcome {
  /** The adapter both ran on. */
  readonly adapter: ResultAdapter;
  /** The other version's commit, in hexadecimal digits. */
  readonly commit: string;
}

/** Who is compared on what. */
export interface AgainstSetup {
  readonly pairs: readonly Pair[];
  /** This version's root. */
  readonly root: string;
  /**
   * @param dir The folder that holds all cases and outputs.
   * @returns This version's GPU side.
   */
  program(dir: string): PeerProgram;
  readonly plan: SamplingPlan;
}

/**
 * Compares the kernels of this checkout, as it stands, with those of another version: the other's GPU side runs as a child process from a
 * temporary git worktree, and both compute the same case files in turn. This version runs as two processes; how far these seem to differ
 * is the noise floor. A change says how many times longer this version takes.
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
export async function against(ref: string, options: BenchOptions = {}): Promise<AgainstOutcome> {
  const { adapter, quick } = options;
  return await againstWith(ref, {
    pairs,
    root: fromFileUrl(new URL("../", import.meta.url)),
    program: (dir) =>
      ownPrograms({ dir, ...(adapter === undefined ? {} : { adapter }) })
        .find(({ name }) => name === "webgpu")!,
    plan: gatePlan(quick),
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
  const { signal, seed = 1 } = options;
  const todo = selectCases(setup.pairs, options);
  await using tree = await checkOut(setup.root, ref, signal);
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ct-organ-bench-" }));
  try {
    let adapter: ResultAdapter | undefined;
    let streams = 0;
    const outcome = await findMoves(async (only) => {
      await using sides = await Sides.start(ref, setup.program(root), tree, root, options);
      adapter ??= sides.adapter;
      const changes: Change[] = [];
      const notCompared: NotCompared[] = [];
      const selected = todo.filter(({ pair, item }) =>
        only?.({ kernel: pair.name, case: item.name }) ?? true
      );
      for (const [done, { pair, item }] of selected.entries()) {
        const at = { kernel: pair.name, case: item.name };
        options.onProgress?.({ ...at, done, total: selected.length });
        const random = new RandomStream({ seed, stream: streams++ });
        const dir = join(root, "case");
        await Deno.mkdir(dir);
        try {
          const change = await sides.measure({ pair, item, dir, plan: setup.plan, random });
          if (typeof change === "string") notCompared.push({ ...at, reason: change });
          else changes.push({ ...at, ...change });
        } finally {
          await Deno.remove(dir, { recursive: true });
        }
      }
      return { changes, notCompared };
    });
    return { ...outcome, adapter: adapter!, commit: tree.commit };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

interface Task {
  readonly pair: Pair;
  readonly item: Case;
  readonly dir: string;
  readonly plan: SamplingPlan;
  readonly random: RandomStream;
}

/** This version, the other one, and this version again, each in a process of its own. */
class Sides implements AsyncDisposable {
  readonly adapter: ResultAdapter;
  readonly #ref: string;
  readonly #stack: AsyncDisposableStack;
  readonly #peers: readonly [ours: Peers, theirs: Peers, again: Peers];
  readonly #signal: AbortSignal | undefined;

  private constructor(
    ref: string,
    adapter: ResultAdapter,
    stack: AsyncDisposableStack,
    peers: readonly [Peers, Peers, Peers],
    signal?: AbortSignal,
  ) {
    this.#ref = ref;
    this.adapter = adapter;
    this.#stack = stack;
    this.#peers = peers;
    this.#signal = signal;
  }

  static async start(
    ref: string,
    program: PeerProgram,
    tree: Worktree,
    dir: string,
    { adapter, signal }: BenchOptions,
  ): Promise<Sides> {
    await using stack = new AsyncDisposableStack();
    const open = (program: PeerProgram) =>
      stack.use(new Peers([program], signal ? { signal } : {}));
    const peers = [open(program), open(otherProgram(tree, dir, adapter)), open(program)] as const;
    const ours = await startGpu(peers[0]);
    const theirs = await startGpu(peers[1]).catch((error) => {
      throw refFailure(ref, error);
    });
    const [here, there] = [ours.hello.adapter!, theirs.hello.adapter!];
    if (here.description !== there.description || here.software !== there.software) {
      const reason = `it runs on ${there.description}, this version on ${here.description}`;
      throw new GitRefError(ref, `${reason}; name one with --adapter`, true);
    }
    return new Sides(ref, here, stack.move(), peers, signal);
  }

  /** @returns The change, or why there is none. */
  async measure(
    { pair, item, dir, plan, random }: Task,
  ): Promise<Pick<Change, "change" | "again"> | string> {
    const input = item.input();
    await writeCase(dir, input);
    const [ours, theirs, again] = this.#peers;
    const { peer } = await ours.get("webgpu");
    const { peer: twice } = await again.get("webgpu");
    await peer.load(pair.name, dir);
    const output = await fetchOutput(peer, dir);
    await twice.load(pair.name, dir);
    try {
      const { peer: other } = await theirs.get("webgpu");
      await other.load(pair.name, dir);
      const agreement = judge(output, await fetchOutput(other, dir), yardstickOf(pair, input));
      if (!agreement.ok) return `it computes something else there: ${agreement.error}`;
      const sampled = await sampleInterleaved(
        [
          { name: "ours", sample: () => peer.sample() },
          { name: "theirs", sample: () => other.sample() },
          { name: "again", sample: () => twice.sample() },
        ],
        plan,
        this.#signal,
      );
      const [now, before, repeated] = sampled.map((outcome) => {
        if (!("error" in outcome)) return outcome.samples.map(({ ms }) => ms);
        const { name, error } = outcome;
        throw name === "theirs" ? error : new Error(error.message, { cause: error });
      });
      return {
        change: pairedRatioInterval(now!, before!, random),
        again: median(repeated!.map((ms, i) => ms / now![i]!)),
      };
    } catch (error) {
      // The other version may lack the kernel or not take the case; what fails on this side fails the comparison.
      if (!(error instanceof PeerError)) throw error;
      return `at ${this.#ref}: ${error.reason}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

async function fetchOutput(peer: Peer, dir: string): Promise<VoxelArray> {
  const file = join(dir, "output.raw");
  const { dtype, length } = await peer.output(file);
  return await readRaw(file, dtype, length);
}

/** The other version's GPU side, with the permissions of this one's; of its own folders it may read all. */
function otherProgram(tree: Worktree, dir: string, adapter: string | undefined): PeerProgram {
  const escaped = [tree.path, dir].map((path) => path.replaceAll(",", ",,"));
  return {
    name: "webgpu",
    command: denoCommand(),
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--cached-only"],
      `--config=${join(tree.path, "deno.json")}`,
      `--allow-read=${escaped.join(",")}`,
      `--allow-write=${escaped[1]}`,
      join(tree.path, WORKER),
      ...["--implementation", "webgpu"],
      ...(adapter === undefined ? [] : ["--adapter", adapter]),
    ],
  };
}
