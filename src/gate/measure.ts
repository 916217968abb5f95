import { readLabels } from "../data/mod.ts";
import { hashBytes } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { labelOrgans } from "../labels/mod.ts";
import { SCORED_ORGANS } from "../metrics/mod.ts";
import type { ResultAdapter } from "../report/mod.ts";
import {
  type CaseScore,
  networkGrid,
  type Profile,
  type ReproduceProgress,
  type ScoredPhantom,
  scorePhantoms,
} from "../reproduce/mod.ts";
import { readNifti, resampleTo } from "../volume/mod.ts";
import { exactHashes, type Rules } from "./_exact.ts";
import { GATE, GATE_SEED } from "./settings.ts";

/** A mask that floats have a say in, on the network's grid. */
export interface GateMask {
  /** What made it, in words. */
  readonly chain: string;
  readonly case: number;
  /** CT-ORG values. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** What a gate compares with what was before. */
export interface GateMeasure {
  readonly adapter: ResultAdapter;
  /** SHA-256 of chains of integers alone: the same on every adapter. */
  readonly exact: Readonly<Record<string, string>>;
  /** SHA-256 of what floats make bit for bit on one adapter. */
  readonly phantoms: Readonly<Record<string, string>>;
  readonly masks: readonly GateMask[];
  /** Of each organ on the network's grid, one figure a test case; null where the organ is absent. */
  readonly dice: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What a gate runs, so that tests can plant something else. */
export interface GateParts {
  readonly settings: Profile;
  /** Of the chain from integers to masks. */
  readonly rules: Rules;
}

/** What the gate of the command line runs. */
export const GATE_PARTS: GateParts = { settings: GATE, rules: labelOrgans };

/** Options of {@linkcode measureGate}. */
export interface MeasureOptions {
  /** An empty folder for the run's files. */
  readonly folder: string;
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** Called before each stage and during long ones. */
  readonly onProgress?: (progress: ReproduceProgress) => void;
}

/**
 * Runs what the gate compares: the chains from integers to masks, then phantoms, rules and one network by the stages of `reproduce`.
 *
 * @param gpu Where to work.
 * @param options The folder.
 * @param parts What to run.
 * @returns Hashes, masks and scores.
 */
export async function measureGate(
  gpu: Gpu,
  { folder, ...options }: MeasureOptions,
  { settings, rules }: GateParts = GATE_PARTS,
): Promise<GateMeasure> {
  const { description, vendor, software } = gpu.info;
  const exact = await exactHashes(gpu, rules, options.signal);
  const run = { ...options, out: folder, seed: GATE_SEED };
  const { phantoms, arms } = await scorePhantoms(gpu, settings, run);
  const { spacing } = settings.training;
  return {
    adapter: { description, vendor, software },
    exact,
    phantoms: {
      "CTs of phantoms": await hashVoxels(phantoms.map(({ made }) => made.volume)),
      "labels of phantoms": await hashVoxels(phantoms.map(({ made }) => made.labels)),
    },
    masks: await masksOf(phantoms, spacing),
    dice: diceOf(arms[0]!.scores, phantoms.map(({ made }) => made.number), spacing),
  };
}

/** Of voxels, not of files: how they are compressed may differ from one version of zlib to the next. */
async function hashVoxels(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(paths.map(async (path) => {
    const { data: { buffer, byteOffset, byteLength } } = await readNifti(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }));
  return hashBytes(...parts);
}

async function masksOf(phantoms: readonly ScoredPhantom[], spacing: number): Promise<GateMask[]> {
  const masks: GateMask[] = [];
  for (const { made: { number }, truth, ruled } of phantoms) {
    const { data } = await readLabels(truth, {});
    masks.push({ chain: "labels of phantoms", case: number, labels: data });
    const labels = await readLabels(ruled, {});
    const coarse = resampleTo(labels, networkGrid(labels, spacing), {
      interpolation: "nearest",
      outside: "edge",
    });
    masks.push({ chain: "rules on phantoms", case: number, labels: Uint8Array.from(coarse.data) });
  }
  return masks;
}

function diceOf(
  scores: readonly CaseScore[],
  cases: readonly number[],
  spacing: number,
): Record<string, (number | null)[]> {
  return Object.fromEntries(SCORED_ORGANS.map((organ) => [
    organ,
    cases.map((number) =>
      scores.find((score) =>
        score.case === number && score.organ === organ && score.grid_mm === spacing
      )?.dice ?? null
    ),
  ]));
}
