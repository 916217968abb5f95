import type { AdapterInfo } from "../gpu/mod.ts";
import type { BenchResult, LabelScore, ReproduceResult, ResultDataset } from "../report/mod.ts";
import { LAST_TEST_CASE, PAPER_SPACING } from "../data/mod.ts";
import { judgeClaims } from "./_claims.ts";
import { ROOT, VERSION } from "../files/mod.ts";
import { gitCommit } from "./_git.ts";
import type { Run } from "./_run.ts";
import type { Profile } from "./profiles.ts";

/** What a run found out. */
export interface Findings {
  readonly profile: string;
  readonly settings: Profile;
  readonly seed: number;
  readonly command: string;
  readonly startedAt: string;
  readonly dataset: ResultDataset;
  /** Numbers of cases that may not be scored. */
  readonly left: readonly number[];
  readonly adapter: AdapterInfo;
  readonly scores: readonly LabelScore[];
  readonly bench: BenchResult;
  readonly run: Run;
}

/** Puts a run's findings into the form of `result.json`. */
export async function composeResult(found: Findings): Promise<ReproduceResult> {
  const { profile, settings, seed, dataset, scores, bench } = found;
  const phantoms = dataset.kind === "phantom";
  const { description, vendor, software } = found.adapter;
  const commit = ROOT && await gitCommit(ROOT);
  return {
    schema: "ct-organ-webgpu/result@1",
    profile,
    seed,
    dataset,
    labels: scores,
    claims: judgeClaims({ kind: dataset.kind, scores, bench }),
    bench,
    manifest: {
      command: found.command,
      ...commit && { git: { commit } },
      versions: {
        "ct-organ-webgpu": VERSION,
        deno: Deno.version.deno,
        v8: Deno.version.v8,
        typescript: Deno.version.typescript,
      },
      adapter: { description, vendor, software },
      machine: bench.machine,
      config: {
        ...phantoms && {
          phantoms: settings.phantoms,
          phantom_dims: settings.dims.join(" x "),
          phantom_spacing_mm: settings.spacing.join(" x "),
        },
        grid_mm: PAPER_SPACING,
        label_variant: "paper",
        label_border: "safe",
        bench: "quick",
      },
      seeds: { ...phantoms && { phantoms: seed }, bench: seed },
      inputs: found.run.inputs,
      // What the benchmark measured differs each time and stands in `bench`.
      outputs: found.run.outputs.filter(({ path }) => path !== "bench.json"),
      stages: found.run.outcomes.map(({ record: { stage, seconds }, reused }) => ({
        name: stage,
        seconds,
        ...reused && { reused },
      })),
      not_run: [
        ...found.left.length > 0
          ? [{
            name: `labels of ${found.left.length} ${
              found.left.length === 1 ? "case" : "cases"
            } above ${LAST_TEST_CASE}`,
            why:
              "CT-ORG's lungs and bones were labelled by hand in cases 0 to 20 alone; in the others by the rules to be judged",
          }]
          : [],
        { name: "training", why: "It is not part of this version yet" },
        { name: "segmentation", why: "It needs a trained network" },
      ],
      started_at: found.startedAt,
    },
  };
}
