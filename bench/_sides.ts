import { join } from "@std/path";
import type { ResultAdapter } from "../src/report/bench_schema.ts";
import type { VoxelArray } from "../src/volume/mod.ts";
import { Peers } from "./_peers.ts";
import { readRaw } from "./_raw.ts";
import { GitRefError, refFailure, WORKER, type Worktree } from "./against_worktree.ts";
import { type BenchOptions, startGpu } from "./bench.ts";
import { writeCase } from "./case_files.ts";
import { type Block, levelsOfRounds } from "./compare_levels.ts";
import { type GpuImplementationName, IMPLEMENTATIONS, isOnGpu } from "./implementations.ts";
import { judge, yardstickOf } from "./judge.ts";
import type { Case, Pair } from "./pairs/pair.ts";
import { type Peer, PeerError, type PeerProgram } from "./peer.ts";
import { denoCommand } from "./programs.ts";
import { sampleInterleaved, type SamplingPlan } from "./sampler.ts";

/** One case of one way of a kernel. */
export interface SidesTask {
  readonly pair: Pair;
  readonly item: Case;
  readonly implementation: GpuImplementationName;
  /** An empty folder. */
  readonly dir: string;
  readonly plan: SamplingPlan;
}

/** Who is compared with whom. */
export interface SidesSetup {
  /** The other version, as it was given. */
  readonly ref: string;
  /** Its checkout. */
  readonly tree: Worktree;
  /** This version's GPU programs. */
  readonly programs: readonly PeerProgram[];
  /** The folder that holds all cases and outputs. */
  readonly dir: string;
  readonly options: BenchOptions;
}

/** This version and the other one, each twice over in processes of its own. */
export class Sides implements AsyncDisposable {
  readonly adapter: ResultAdapter;
  readonly #ref: string;
  readonly #stack: AsyncDisposableStack;
  /** Of each side, two sets of programs. */
  readonly #ours: readonly Peers[];
  readonly #theirs: readonly Peers[];
  readonly #signal: AbortSignal | undefined;

  private constructor(
    ref: string,
    adapter: ResultAdapter,
    stack: AsyncDisposableStack,
    sides: { readonly ours: readonly Peers[]; readonly theirs: readonly Peers[] },
    signal?: AbortSignal,
  ) {
    this.#ref = ref;
    this.adapter = adapter;
    this.#stack = stack;
    this.#ours = sides.ours;
    this.#theirs = sides.theirs;
    this.#signal = signal;
  }

  /**
   * Starts one process of each side; the others start when they are first wanted.
   *
   * @throws {GitRefError} If the other version's does not start or runs on another adapter.
   */
  static async start({ ref, tree, programs, dir, options }: SidesSetup): Promise<Sides> {
    const { adapter, signal } = options;
    await using stack = new AsyncDisposableStack();
    const open = (programs: readonly PeerProgram[]) =>
      [0, 1].map(() => stack.use(new Peers(programs, signal ? { signal } : {})));
    const [ours, theirs] = [open(programs), open(otherPrograms(tree, dir, adapter))];
    const here = (await startGpu(ours[0]!)).hello.adapter!;
    const there = (await startGpu(theirs[0]!).catch((error) => {
      throw refFailure(ref, error);
    })).hello.adapter!;
    if (here.description !== there.description || here.software !== there.software) {
      const reason = `it runs on ${there.description}, this version on ${here.description}`;
      throw new GitRefError(ref, `${reason}; name one with --adapter`, true);
    }
    return new Sides(ref, here, stack.move(), { ours, theirs }, signal);
  }

  /**
   * Samples all four processes in turn.
   *
   * @returns Their levels, or why there are none.
   */
  async measure(task: SidesTask): Promise<Block | string> {
    const { pair, item, implementation, dir, plan } = task;
    const input = item.input();
    await writeCase(dir, input);
    const load = async (sides: readonly Peers[]) => {
      const peers: Peer[] = [];
      for (const side of sides) {
        const { peer } = await side.get(implementation);
        await peer.load(pair.name, dir);
        peers.push(peer);
      }
      return peers;
    };
    const ours = await load(this.#ours);
    const output = await fetchOutput(ours[0]!, dir);
    try {
      const theirs = await load(this.#theirs);
      const agreement = judge(
        output,
        await fetchOutput(theirs[0]!, dir),
        yardstickOf(pair, input, implementation === "webgpu-fast"),
      );
      if (!agreement.ok) return `it computes something else there: ${agreement.error}`;
      const subjects = [0, 1].flatMap((i) => [
        { name: "ours", sample: () => ours[i]!.sample() },
        { name: "theirs", sample: () => theirs[i]!.sample() },
      ]);
      const sampled = await sampleInterleaved(subjects, plan, this.#signal);
      const [now, before, nowAgain, beforeAgain] = levelsOfRounds(sampled.map((outcome) => {
        if (!("error" in outcome)) return outcome.samples.map(({ ms }) => ms);
        const { name, error } = outcome;
        throw name === "theirs" ? error : new Error(error.message, { cause: error });
      }));
      return { now: [now!, nowAgain!], before: [before!, beforeAgain!] };
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
function otherPrograms(tree: Worktree, dir: string, adapter: string | undefined): PeerProgram[] {
  const escaped = [tree.path, dir].map((path) => path.replaceAll(",", ",,"));
  return IMPLEMENTATIONS.filter(isOnGpu).map((name) => ({
    name,
    command: denoCommand(),
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--cached-only"],
      `--config=${join(tree.path, "deno.json")}`,
      `--allow-read=${escaped.join(",")}`,
      `--allow-write=${escaped[1]}`,
      join(tree.path, WORKER),
      ...["--implementation", name],
      ...(adapter === undefined ? [] : ["--adapter", adapter]),
    ],
  }));
}
