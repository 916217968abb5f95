import { commandLine } from "../../bench/mod.ts";
import {
  type Likeness,
  PAPER_SPACING,
  PHANTOM_VERSION,
  REAL_LIKENESS,
  whyNoTruth,
} from "../data/mod.ts";
import { ROOT, VERSIONS } from "../files/mod.ts";
import type { AdapterInfo } from "../gpu/mod.ts";
import type {
  BenchResult,
  LabelScore,
  Manifest,
  ReproduceResult,
  Transfer,
} from "../report/mod.ts";
import { type LossStudy, studyFailures } from "../study/mod.ts";
import { armResults } from "./_arm_results.ts";
import { type Evidence, judgeClaims } from "./_claims.ts";

import { toldPath } from "./_files.ts";
import { gitCommit, gitDirty } from "./_git.ts";
import type { Trained } from "./_networks.ts";
import type { Run } from "./_run.ts";
import { isScorable } from "./_source.ts";
import type { Prepared, ReproduceOptions } from "./reproduce.ts";

/** What a run found out. */
export interface Findings {
  readonly prepared: Prepared;
  readonly options: ReproduceOptions;
  readonly startedAt: string;
  readonly adapter: AdapterInfo;
  readonly run: Run;
  readonly scores: readonly LabelScore[];
  readonly trained: readonly Trained[];
  /** Of phantoms. */
  readonly likeness?: Likeness;
  readonly transfer?: Transfer;
  readonly study: LossStudy;
  readonly bench: BenchResult;
  /** Of this session, by all programs of the machine; undefined where it does not tell. */
  readonly joules: number | undefined;
}

/** Puts a run's findings into the form of `result.json`. */
export async function composeResult(found: Findings): Promise<ReproduceResult> {
  const { prepared, scores, trained, bench, study, likeness, transfer } = found;
  const { profile, seed, settings, source, split } = prepared;
  const { arms, comparisons } = armResults(trained, {
    settings: settings.training,
    cases: split.test,
    seed,
  });
  const segment = segmentEvidence(found);
  return {
    schema: "ct-organ-webgpu/result@1",
    profile,
    seed,
    dataset: { ...source.dataset, ...split },
    labels: scores,
    arms,
    comparisons,
    ...likeness && { likeness: { phantoms: likeness, real: REAL_LIKENESS } },
    ...transfer && { transfer },
    claims: judgeClaims({
      ...{ kind: source.dataset.kind, scores, bench, arms, comparisons },
      study: { checked: study.rows.length, failures: studyFailures(study) },
      ...trained.length === 0 && { untrained: UNTRAINED },
      ...!settings.judged && { undertrained: undertrained(profile) },
      ...segment && { segment },
    }),
    bench,
    manifest: await manifestOf(found),
  };
}

const UNTRAINED = "All cases are for testing; run without --data, or on a folder with more cases";

function undertrained(profile: string): string {
  return `The profile ${profile} trains for a few steps, to show that every part works; quick asks the question`;
}

function segmentEvidence({ prepared, trained }: Findings): Evidence["segment"] {
  if (trained.length === 0) return undefined;
  const { network: { channels }, spacing } = prepared.settings.training;
  return {
    seconds: trained.flatMap(({ segmentSeconds }) => segmentSeconds),
    asPaper: spacing === PAPER_SPACING && channels.join() === "32,64,64,128",
    what: `a network of ${channels.join("-")} channels on a grid of ${spacing} mm`,
  };
}

async function manifestOf(found: Findings): Promise<Manifest> {
  const { prepared, options, run, bench, trained } = found;
  const { profile, seed, settings, source, trainees } = prepared;
  const { data, arms, transfer, adapter } = options;
  const phantoms = source.dataset.kind === "phantom";
  const { description, vendor, software } = found.adapter;
  const commit = ROOT && await gitCommit(ROOT);
  const dirty = ROOT === undefined ? undefined : await gitDirty(ROOT);
  const told = {
    ...data !== undefined && { data: toldPath(data) },
    ...arms && { arms },
    ...transfer !== undefined && { transfer: toldPath(transfer) },
    ...adapter !== undefined && { adapter },
  };
  return {
    command: commandLine("reproduce", {
      ...{ profile, seed },
      ...told,
      arms: arms?.join(","),
      out: options.out === undefined ? undefined : toldPath(options.out),
    }),
    ...commit && { git: { commit, ...dirty !== undefined && { dirty } } },
    versions: VERSIONS,
    adapter: { description, vendor, software },
    machine: bench.machine,
    config: {
      ...phantoms && phantomConfig(prepared),
      grid_mm: PAPER_SPACING,
      label_variant: "paper",
      label_border: "safe",
      ...trained.length > 0 && trainingConfig(prepared),
      bench: settings.bench,
    },
    options: told,
    seeds: {
      ...phantoms && { phantoms: seed },
      split: seed,
      ...Object.fromEntries(
        [...new Set(trainees.map(({ seed }) => seed))].map((own, i) => [`training ${i + 1}`, own]),
      ),
      losses: seed,
      bench: seed,
    },
    inputs: run.inputs,
    // What the benchmark measured differs each time and stands in `bench`.
    outputs: run.outputs.filter(({ path }) => path !== "bench.json"),
    stages: run.outcomes.map(({ record: { stage, seconds }, reused }) => ({
      name: stage,
      seconds,
      ...reused && { reused },
    })),
    not_run: notRun(found),
    started_at: found.startedAt,
    ...found.joules !== undefined && { energy_joules: found.joules },
  };
}

function phantomConfig({ settings: { phantoms } }: Prepared): Manifest["config"] {
  return {
    phantom_version: PHANTOM_VERSION,
    ...phantoms.grid && {
      phantom_dims: phantoms.grid.dims.join(" x "),
      phantom_spacing_mm: phantoms.grid.spacing.join(" x "),
    },
  };
}

function trainingConfig({ settings: { training } }: Prepared): Manifest["config"] {
  const { network, optimizer, window } = training;
  return {
    network_channels: network.channels.join("-"),
    network_norm: network.norm,
    network_grid_mm: training.spacing,
    crop: training.crop.join(" x "),
    batch: training.batch,
    steps: training.steps,
    optimizer: optimizer.name,
    schedule: training.schedule,
    rate: training.rate,
    warm_start: training.warmStart,
    window_hu: `${window.low} to ${window.high}`,
  };
}

function notRun({ prepared, trained }: Findings): NonNullable<Manifest["not_run"]> {
  const left = prepared.source.cases.filter((one) => !isScorable(one));
  return [
    ...left.length > 0
      ? [{
        name: `scores of the rules on ${left.length} ${
          left.length === 1 ? "case" : "cases"
        }, and their true lungs and bone to train on`,
        why: `of case ${left[0]!.number}: ${
          whyNoTruth(left[0]!.origins, "lungs") ?? whyNoTruth(left[0]!.origins, "bone")
        }`,
      }]
      : [],
    ...trained.length === 0 ? [{ name: "training and segmentation", why: UNTRAINED }] : [],
  ];
}
