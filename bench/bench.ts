import { join } from "@std/path";
import { NoAdapterError } from "../src/gpu/mod.ts";
import { RandomStream } from "../src/random/mod.ts";
import type {
  BenchAbsentPeer,
  BenchImplementation,
  BenchNote,
  BenchResult,
  ResultAdapter,
} from "../src/report/bench_schema.ts";
import { type CaseResult, type CaseTwice, measureCase } from "./_measure_case.ts";
import { type Greeted, Peers } from "./_peers.ts";
import { acceptancesOf } from "./acceptances.ts";
import { isOnGpu } from "./implementations.ts";
import { commandLine } from "./command_line.ts";
import { machineFacts } from "./machine.ts";
import { pairs } from "./pairs/mod.ts";
import type { Case, Pair } from "./pairs/pair.ts";
import type { FoundPeers } from "./peers/find.ts";
import { type Patience, PeerError, type PeerProgram } from "./peer.ts";
import { ownPrograms } from "./programs.ts";
import { sampleTransformMicroseconds } from "./sampling_cost.ts";
import { BRIEF_PLAN, FULL_PLAN, QUICK_PLAN, type SamplingPlan } from "./sampler.ts";
import project from "../deno.json" with { type: "json" };

/** Options of {@linkcode bench}. */
export interface BenchOptions {
  /** Only kernels of this suite; by default all. */
  readonly suite?: string;
  /** The first headline case of each kernel, few samples. */
  readonly quick?: boolean;
  /** A small case of each kernel, fewest samples: seconds in all. Goes before `quick`. */
  readonly brief?: boolean;
  /** `"software"`, `"hardware"`, or a part of the adapter's description. */
  readonly adapter?: string;
  /** Native peers to measure beside the project's own implementations; none by default. */
  readonly peers?: FoundPeers;
  /** Drives the bootstrap; the cases have seeds of their own. Default 1. */
  readonly seed?: number;
  /** Ends the benchmark and its child processes. */
  readonly signal?: AbortSignal;
  /** Called before each case. */
  readonly onProgress?: (progress: BenchProgress) => void;
}

/** Which case comes next. */
export interface BenchProgress {
  readonly kernel: string;
  readonly case: string;
  /** How many cases are done. */
  readonly done: number;
  readonly total: number;
}

/** What is measured, how and by whom. */
export interface BenchSetup {
  readonly pairs: readonly Pair[];
  /**
   * @param dir The folder that holds all cases and outputs.
   * @returns The programs; one is called `webgpu`.
   */
  programs(dir: string): readonly PeerProgram[];
  readonly plan: SamplingPlan;
  readonly patience?: Patience;
  /**
   * Called before anything is measured; may throw to refuse.
   *
   * @param adapter The adapter that will run.
   */
  onAdapter?(adapter: ResultAdapter): void;
}

/**
 * Checks every kernel against its CPU references, then times them all in turn, each in a child process of its own.
 *
 * Needs `--allow-run=deno`, `--allow-sys=cpus,systemMemoryInfo,osRelease` for the machine's facts, and reading and writing of the
 * system's temporary folder; the files there are removed at the end, whatever happens.
 *
 * @param options What to run.
 * @returns The result; {@linkcode benchFailures} tells whether all agreed.
 * @throws {RangeError} If there is no such suite.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 * @throws {PeerError} If the GPU side does not start or the adapter computes wrongly.
 */
export async function bench(options: BenchOptions = {}): Promise<BenchResult> {
  return await benchWith(benchSetup(options), options);
}

/**
 * What {@linkcode bench} measures.
 *
 * @param options What to run.
 * @returns The registry, the project's own programs and the peers found, and the plan.
 */
export function benchSetup({ adapter, quick, brief, peers }: BenchOptions): BenchSetup {
  return {
    pairs,
    programs: (dir) => [
      ...ownPrograms({ dir, ...(adapter === undefined ? {} : { adapter }) }),
      ...(peers?.programs ?? []),
    ],
    plan: brief ? BRIEF_PLAN : quick ? QUICK_PLAN : FULL_PLAN,
  };
}

/**
 * {@linkcode bench} with other pairs and programs.
 *
 * @param setup Pairs, programs and plan.
 * @param options What to run.
 * @returns The result.
 */
export async function benchWith(
  setup: BenchSetup,
  options: BenchOptions = {},
): Promise<BenchResult> {
  return (await measureAll(setup, options, false)).result;
}

/**
 * {@linkcode benchWith}, with GPU and CPU twin in two processes each, sampled in turn: what differs between the two is noise.
 *
 * @param setup Pairs, programs and plan.
 * @param options What to run.
 * @returns The result as without the second processes, and the samples of both for each case that has them.
 */
export async function benchTwice(
  setup: BenchSetup,
  options: BenchOptions = {},
): Promise<{ result: BenchResult; twice: readonly CaseTwice[] }> {
  return await measureAll(setup, options, true);
}

async function measureAll(setup: BenchSetup, options: BenchOptions, again: boolean) {
  const { seed = 1, signal, onProgress } = options;
  const todo = selectCases(setup.pairs, options);
  signal?.throwIfAborted();
  let streams = 0;
  const random = () => new RandomStream({ seed, stream: streams++ });
  // The children's permissions name this path; on macOS the temporary folder is a link.
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ct-organ-bench-" }));
  try {
    const { patience } = setup;
    const watch = { ...(patience ? { patience } : {}), ...(signal ? { signal } : {}) };
    const programs = setup.programs(root);
    await using peers = new Peers(programs, watch);
    await using second = new Peers(programs, watch);
    const { peer, hello } = await startGpu(peers);
    setup.onAdapter?.(hello.adapter!);
    const device = await peer.device();
    const cases: CaseResult[] = [];
    for (const { pair, item } of todo) {
      onProgress?.({ kernel: pair.name, case: item.name, done: cases.length, total: todo.length });
      const dir = join(root, `${cases.length}`);
      await Deno.mkdir(dir);
      cases.push(
        await measureCase({
          ...{ pair, item, dir, peers, device, random, plan: setup.plan },
          ...(again ? { again: second } : {}),
          ...(signal ? { signal } : {}),
        }),
      );
      await Deno.remove(dir, { recursive: true });
    }
    const dilates = todo.some(({ pair }) => pair.name === "morphology/dilate");
    const methods = dilates && !options.brief ? await peer.methods() : undefined;
    const absentPeers = [...options.peers?.absent ?? [], ...peersWithoutKernel(peers, todo)];
    const result: BenchResult = {
      schema: "ct-organ-webgpu/bench@1",
      adapter: hello.adapter!,
      machine: machineFacts(),
      versions: {
        "ct-organ-webgpu": project.version,
        deno: Deno.version.deno,
        ...Object.fromEntries(
          peers.hellos.map(({ implementation, version }) => [implementation, version]),
        ),
      },
      command: commandOf(options),
      ...options.brief ? { extent: "brief" } : options.quick ? { extent: "quick" } : {},
      seed,
      results: cases.flatMap(({ results }) => results),
      ratios: cases.flatMap(({ ratios }) => ratios),
      acceptances: acceptancesOf(todo),
      ...notesOf(todo, cases),
      absent: cases.flatMap(({ absent }) => absent),
      ...(absentPeers.length > 0 ? { absent_peers: absentPeers } : {}),
      ...methods && { methods },
      overhead: {
        empty_submit_ms: device.empty_submit_ms,
        sample_transform_us: sampleTransformMicroseconds(),
      },
    };
    return { result, twice: cases.flatMap(({ twice }) => twice ?? []) };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The pairs' notes on implementations that were timed. */
function notesOf(
  todo: readonly { readonly pair: Pair }[],
  cases: readonly CaseResult[],
): { notes?: readonly BenchNote[] } {
  const timed = cases.flatMap(({ results }) => results);
  const notes = [...new Set(todo.map(({ pair }) => pair))].flatMap(({ name: kernel, notes = {} }) =>
    Object.entries(notes)
      .map(([name, text]) => ({ kernel, implementation: name as BenchImplementation, text }))
      .filter((note) =>
        timed.some((row) => row.kernel === kernel && row.implementation === note.implementation)
      )
  );
  return notes.length > 0 ? { notes } : {};
}

/** Native peers that are there, but know none of the kernels. */
function peersWithoutKernel(
  peers: Peers,
  todo: readonly { readonly pair: Pair }[],
): BenchAbsentPeer[] {
  const reason = "it has none of these kernels";
  return peers.natives.flatMap((implementation) => {
    const { kernels } = peers.hellos.find((hello) => hello.implementation === implementation) ?? {};
    const idle = kernels && !todo.some(({ pair }) => kernels.includes(pair.name));
    return idle ? [{ implementation, reason }] : [];
  });
}

/**
 * Everything in a result for which the command must fail: outputs that do not agree, and kernels that the GPU could not run. A
 * reference that is absent is no failure as long as another one agrees.
 *
 * @param result A benchmark's result.
 * @returns One line each; empty if all is well.
 */
export function benchFailures(result: BenchResult): string[] {
  const refused = result.results.filter(({ agreement }) => !agreement.ok);
  const disagree = refused.flatMap((row) => {
    const { kernel, case: name, implementation, agreement } = row;
    // The GPU's own row repeats the worst of its references'.
    const repeats = implementation === "webgpu" &&
      refused.some((other) =>
        !isOnGpu(other.implementation) && other.kernel === kernel && other.case === name
      );
    if (repeats) return [];
    const [who, whom] = isOnGpu(implementation)
      ? [implementation, "its references"]
      : ["webgpu", implementation];
    return [`Cannot accept ${kernel} (${name}): ${who} disagrees with ${whom}: ${agreement.error}`];
  });
  const failed = (result.absent ?? []).filter(({ implementation }) => implementation === "webgpu");
  return [
    ...disagree,
    ...failed.map(({ kernel, case: name, reason }) => `Cannot run ${kernel} (${name}): ${reason}`),
  ];
}

/**
 * The suites of the registry.
 *
 * @returns Their names, sorted.
 */
export function benchSuites(): string[] {
  return suitesOf(pairs);
}

function suitesOf(pairs: readonly Pair[]): string[] {
  return [...new Set(pairs.map(({ name }) => name.split("/")[0]!))].sort();
}

/**
 * The cases that a benchmark runs.
 *
 * @param pairs The registry.
 * @param options Which suite, and whether quick or brief.
 * @returns Cases in order.
 * @throws {RangeError} If there is no such suite.
 */
export function selectCases(
  pairs: readonly Pair[],
  { suite, quick, brief }: BenchOptions,
): { pair: Pair; item: Case }[] {
  if (suite !== undefined && !suitesOf(pairs).includes(suite)) {
    throw new RangeError(
      `Cannot benchmark suite "${suite}": the suites are ${suitesOf(pairs).join(", ") || "none"}`,
    );
  }
  return pairs
    .filter(({ name }) => suite === undefined || name.startsWith(`${suite}/`))
    .flatMap((pair) => {
      const headline = pair.cases.filter(({ headline }) => headline);
      const timed = headline.length > 0 ? headline : pair.cases.slice(0, 1);
      const [first] = timed;
      const small = brief && pair.cases.find((one) => one.brief) || first;
      return (small && (quick || brief) ? [small] : timed).map((item) => ({ pair, item }));
    });
}

/**
 * Starts the GPU side.
 *
 * @param peers The programs.
 * @returns The peer and its greeting, which names the adapter.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 * @throws {PeerError} If it does not start.
 */
export async function startGpu(peers: Peers): Promise<Greeted> {
  try {
    const greeted = await peers.get("webgpu");
    if (greeted.hello.adapter) return greeted;
    throw new PeerError("webgpu", "it does not say which adapter it runs on");
  } catch (error) {
    if (error instanceof PeerError && error.kind === "NoAdapterError") {
      throw new NoAdapterError(error.reason);
    }
    throw error;
  }
}

function commandOf({ suite, quick, brief, adapter, peers, seed }: BenchOptions): string {
  return commandLine("bench", { suite, quick, brief, adapter, peers: peers?.asked, seed });
}
