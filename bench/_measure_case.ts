import { join } from "@std/path";
import type { RandomStream } from "../src/random/mod.ts";
import type {
  BenchAbsence,
  BenchImplementation,
  BenchRatio,
  BenchRoofline,
  BenchRow,
} from "../src/report/bench_schema.ts";
import type { VoxelArray } from "../src/volume/mod.ts";
import type { Judgement } from "./judge.ts";
import { type GpuImplementationName, isOnGpu } from "./implementations.ts";
import { CaseJudge, type Judgements, worseOfEach } from "./_case_judge.ts";
import type { Peers } from "./_peers.ts";
import { readRaw } from "./_raw.ts";
import { writeCase } from "./case_files.ts";
import { type Case, type Pair, referenceNames, type Work } from "./pairs/pair.ts";
import { type Peer, PeerError } from "./peer.ts";
import type { Device, Loaded, Sample } from "./protocol.ts";
import { type Sampled, sampleInterleaved, type SamplingPlan, type Subject } from "./sampler.ts";
import { median, medianInterval, outlierCount, ratioInterval } from "./statistics.ts";

/** What measuring one case needs. */
export interface CaseContext {
  readonly pair: Pair;
  readonly item: Case;
  /** An empty folder. */
  readonly dir: string;
  readonly peers: Peers;
  /** The same programs in processes of their own: GPU, exact and fast, and CPU twin are then timed twice over. */
  readonly again?: Peers;
  readonly device: Device;
  readonly plan: SamplingPlan;
  /** @returns A random stream that nobody else has. */
  random(): RandomStream;
  readonly signal?: AbortSignal;
}

/** What came of one case. */
export interface CaseResult {
  readonly results: readonly BenchRow[];
  readonly ratios: readonly BenchRatio[];
  readonly absent: readonly BenchAbsence[];
  /** If asked for and possible. */
  readonly twice?: CaseTwice;
}

/** GPU and CPU twin, all sampled in turn, each in two processes. */
export interface CaseTwice {
  readonly kernel: string;
  readonly case: string;
  readonly sets: readonly TwinSamples[];
}

/** Wall times of processes of each kind in the order taken, as many of each, ms. */
export type TwinSamples =
  & Readonly<Record<"typescript" | "webgpu", readonly number[]>>
  & Readonly<Partial<Record<"webgpu-fast", readonly number[]>>>;

interface FirstCall extends Loaded {
  readonly peer: Peer;
  readonly output: VoxelArray;
}

/**
 * Checks and times one case: every implementation computes it once, the GPU's output is compared with each reference's, all are sampled
 * in turn, and the last outputs are compared as the first were. A native peer whose output is not the GPU's is absent: its time would be
 * that of another task.
 *
 * @param context Pair, case and peers.
 * @returns Rows, ratios, and who is absent for what reason.
 */
export async function measureCase(context: CaseContext): Promise<CaseResult> {
  const { pair, item, dir, plan, signal } = context;
  const input = item.input();
  await writeCase(dir, input);
  const absent: BenchAbsence[] = [];
  const leaveOut = (implementation: BenchImplementation, reason: string, intended = false) => {
    const at = { kernel: pair.name, case: item.name };
    absent.push({ ...at, implementation, reason, ...(intended ? { intended } : {}) });
  };
  const miss = (implementation: BenchImplementation, error: unknown) => {
    if (!(error instanceof PeerError)) throw error;
    leaveOut(implementation, error.reason);
  };
  for (const name of referenceNames(pair)) {
    const reason = item.without?.[name];
    if (reason !== undefined) leaveOut(name, reason, true);
  }
  const loaded = await loadAll(context, miss);
  const gpu = loaded.get("webgpu");
  // Without the GPU's figure there is nothing to compare the others with.
  if (!gpu) return { results: [], ratios: [], absent };
  const judge = new CaseJudge(pair, input);
  const first = judge.judge("webgpu", gpu.output, loaded);
  const refuse = (agreements: Judgements, which: string) => {
    for (const name of context.peers.natives) {
      const agreement = agreements.get(name);
      if (!agreement || agreement.ok) continue;
      leaveOut(name, `its ${which} output is not that of webgpu: ${agreement.error}`);
      loaded.delete(name);
      first.delete(name);
    }
  };
  refuse(first, "first");
  const subjects = [...loaded].map(([name, { peer }]) => ({ name, sample: () => peer.sample() }));
  const doubles = await loadAgain(context, loaded);
  const sampled = await sampleInterleaved([...subjects, ...doubles], plan, signal);
  const repeated = sampled.splice(subjects.length);
  const samples = new Map<BenchImplementation, readonly Sample[]>();
  for (const outcome of sampled) {
    if ("error" in outcome) miss(outcome.name, outcome.error);
    else samples.set(outcome.name, outcome.samples);
  }
  const timed = samples.get("webgpu");
  if (!timed) return { results: [], ratios: [], absent };
  const references = new Map(
    [...loaded].filter(([name]) => first.has(name) && samples.has(name)),
  );
  const last = await judgeLast(judge, gpu, references, dir, miss);
  refuse(last, "last");
  for (const name of references.keys()) {
    if (!last.has(name) || !loaded.has(name)) samples.delete(name);
  }
  const agreements = worseOfEach(first, last);
  agreements.set("webgpu", judge.overall("webgpu", agreements));
  const fast = loaded.get("webgpu-fast");
  if (fast && samples.has("webgpu-fast")) {
    const own = worseOfEach(
      judge.judge("webgpu-fast", fast.output, loaded),
      judge.judge("webgpu-fast", await fetchOutput(fast.peer, dir), loaded),
    );
    agreements.set("webgpu-fast", judge.overall("webgpu-fast", own));
  }
  const work = pair.work(input);
  const results = [...samples].map(([implementation, own]) =>
    row(context, implementation, own, {
      first: loaded.get(implementation)!.first_call_ms,
      agreement: agreements.get(implementation)!,
      work,
    })
  );
  const ratios = [...samples].filter(([name]) => name !== "webgpu").map(([against, own]) => {
    const { value, ci95 } = ratioInterval(
      own.map(({ ms }) => ms),
      timed.map(({ ms }) => ms),
      context.random(),
    );
    return { kernel: pair.name, case: item.name, against, ratio: value, ci95 };
  });
  const sets = [sampled, repeated].flatMap((set) => twinSamples(set) ?? []);
  return {
    ...{ results, ratios, absent },
    ...(sets.length === 2 ? { twice: { kernel: pair.name, case: item.name, sets } } : {}),
  };
}

/** Agreement of the GPU's last output with each reference's; a reference that cannot tell it has none. */
async function judgeLast(
  judge: CaseJudge,
  gpu: FirstCall,
  references: ReadonlyMap<BenchImplementation, FirstCall>,
  dir: string,
  miss: (implementation: BenchImplementation, error: unknown) => void,
): Promise<Judgements> {
  const got = await fetchOutput(gpu.peer, dir);
  const judgements: Judgements = new Map();
  // One after the other: the outputs of all would fill the memory.
  for (const [name, reference] of references) {
    try {
      const output = await fetchOutput(reference.peer, dir);
      const [judgement] = judge.judge("webgpu", got, new Map([[name, { ...reference, output }]]));
      judgements.set(...judgement!);
    } catch (error) {
      miss(name, error);
    }
  }
  return judgements;
}

/** GPU and twin a second time, as subjects; none if that is not asked for or one of them is absent. */
async function loadAgain(
  { pair, dir, again }: CaseContext,
  loaded: ReadonlyMap<BenchImplementation, FirstCall>,
): Promise<Subject<BenchImplementation>[]> {
  if (!again || !loaded.has("typescript")) return [];
  const subjects: Subject<BenchImplementation>[] = [];
  for (const name of ["webgpu", "webgpu-fast", "typescript"] as const) {
    if (!loaded.has(name)) continue;
    const { peer } = await again.get(name);
    await peer.load(pair.name, dir);
    subjects.push({ name, sample: () => peer.sample() });
  }
  return subjects;
}

function twinSamples(sampled: readonly Sampled<BenchImplementation>[]): TwinSamples | undefined {
  const times = (name: BenchImplementation) => {
    const outcome = sampled.find((outcome) => outcome.name === name);
    return outcome && "samples" in outcome ? outcome.samples.map(({ ms }) => ms) : undefined;
  };
  const [webgpu, fast, typescript] = [times("webgpu"), times("webgpu-fast"), times("typescript")];
  return webgpu && typescript && { webgpu, typescript, ...fast && { "webgpu-fast": fast } };
}

async function loadAll(
  { pair, item, dir, peers }: CaseContext,
  miss: (implementation: BenchImplementation, error: unknown) => void,
): Promise<Map<BenchImplementation, FirstCall>> {
  const loaded = new Map<BenchImplementation, FirstCall>();
  const references = referenceNames(pair).filter((name) => item.without?.[name] === undefined);
  const own: GpuImplementationName[] = pair.fast ? ["webgpu", "webgpu-fast"] : ["webgpu"];
  for (const name of [...own, ...references, ...peers.natives]) {
    try {
      const { peer, hello } = await peers.get(name);
      if (hello.kernels && !hello.kernels.includes(pair.name)) continue;
      const first = await peer.load(pair.name, dir);
      loaded.set(name, { peer, ...first, output: await fetchOutput(peer, dir) });
    } catch (error) {
      miss(name, error);
      if (name === "webgpu") break;
    }
  }
  return loaded;
}

async function fetchOutput(peer: Peer, dir: string): Promise<VoxelArray> {
  const file = join(dir, "output.raw");
  const { dtype, length } = await peer.output(file);
  return await readRaw(file, dtype, length);
}

function row(
  { pair, item, device, random }: CaseContext,
  implementation: BenchImplementation,
  samples: readonly Sample[],
  facts: { first: number; agreement: Judgement; work: Work },
): BenchRow {
  const times = samples.map(({ ms }) => ms);
  const kernelTimes = samples.flatMap(({ kernel_ms }) => kernel_ms ?? []);
  const { value, ci95 } = medianInterval(times, random());
  const kernelMs = kernelTimes.length > 0 ? median(kernelTimes) : undefined;
  const [suite] = pair.name.split("/");
  return {
    suite: suite!,
    kernel: pair.name,
    case: item.name,
    implementation,
    samples_ms: times,
    median_ms: value,
    ci95_ms: ci95,
    outliers: outlierCount(times),
    first_call_ms: facts.first,
    agreement: facts.agreement,
    ...(kernelMs === undefined ? {} : { kernel_ms: kernelMs }),
    ...(isOnGpu(implementation) ? { roofline: roofline(facts.work, kernelMs, value, device) } : {}),
  };
}

function roofline(
  { bytes, flops, integerOps = 0 }: Work,
  kernelMs: number | undefined,
  wallMs: number,
  device: Device,
): BenchRoofline {
  const seconds = (kernelMs ?? wallMs) / 1000;
  return {
    time: kernelMs === undefined ? "wall" : "kernel",
    bytes,
    flops,
    bandwidth_share: bytes / seconds / device.copy_bytes_per_s,
    flops_share: flops / seconds / device.flops_per_s,
    ...(integerOps === 0 ? {} : {
      integer_ops: integerOps,
      integer_share: integerOps / seconds / device.integer_ops_per_s,
    }),
  };
}
