import type { EvaluatedRow, EvaluateResult } from "../../src/evaluate/mod.ts";
import type {
  BenchImplementation,
  BenchResult,
  BenchRow,
  CasePicture,
  ReproduceResult,
} from "../../src/report/mod.ts";
import type { LossStudyResult } from "../../src/study/mod.ts";
import { createVolume, type Vec3 } from "../../src/volume/mod.ts";

// Fixtures: every figure in this file is made up to fill a report. None was measured.

const MADE_UP = "FIXTURE, made up";

/** A made-up benchmark. */
export function benchFixture(): BenchResult {
  const warp = ["augment/warp", "160 x 160 x 130, 3 mm"] as const;
  const noise = ["augment/noise", "160 x 160 x 130, sigma 5 HU"] as const;
  const dilate = ["morphology/dilate", "ball 25 mm, 160 x 160 x 130, 3 mm"] as const;
  return {
    schema: "ct-organ-webgpu/bench@1",
    adapter: { description: `Rasteriser (${MADE_UP})`, vendor: "Nobody", software: true },
    machine: {
      cpu: `CPU (${MADE_UP})`,
      cores: 2,
      memory_bytes: 8 * 2 ** 30,
      os: "linux 6.1.0 x86_64",
    },
    versions: { "ct-organ-webgpu": "0.1.0", deno: "2.9.6", niimath: "@niivue/niimath@1.0.1" },
    command: "deno task bench --quick --seed 7",
    seed: 7,
    results: [
      row(warp, "webgpu", 52, { kernel_ms: 38, first_call_ms: 310, share: 0.41 }),
      row(warp, "typescript", 61, { max_abs: 0.00012 }),
      row(warp, "itk-wasm", 151, { max_abs: 0.0034 }),
      row(noise, "webgpu", 44.5, { kernel_ms: 31, first_call_ms: 250, share: 0.6 }),
      row(noise, "typescript", 410, { max_abs: 0.00003 }),
      row(dilate, "webgpu", 19.2, { kernel_ms: 6.4, first_call_ms: 120, share: 0.08 }),
      row(dilate, "typescript", 124, {}),
      row(dilate, "niimath", 1244, {}),
    ],
    ratios: [
      ratio(warp, "typescript", 1.17, 0.96, 1.31),
      ratio(warp, "itk-wasm", 2.9, 2.7, 3.2),
      ratio(noise, "typescript", 9.2, 8.8, 9.9),
      ratio(dilate, "typescript", 6.46, 6.1, 6.8),
      ratio(dilate, "niimath", 64.8, 61, 70),
    ],
    notes: [
      { kernel: "augment/warp", implementation: "itk-wasm", text: `A note (${MADE_UP})` },
      { kernel: "morphology/dilate", implementation: "niimath", text: `Another (${MADE_UP})` },
    ],
    absent: [{
      kernel: "morphology/dilate",
      case: dilate[1],
      implementation: "itk-wasm",
      reason: "its package has no dilation by a free element",
    }],
    absent_peers: [{ implementation: "cupy", reason: `not installed (${MADE_UP})` }],
    acceptances: [
      {
        ...{ kernel: "augment/warp", implementation: "webgpu", class: "absolute", unit: "HU" },
        ...{ tolerance: 0.08, exceptions_per_million: 6, reason: `Coordinates (${MADE_UP})` },
      },
      {
        ...{ kernel: "augment/warp", implementation: "webgpu", class: "mismatch-count" },
        ...{ part: "labels", tolerance: 60, reason: `Ties (${MADE_UP})` },
      },
    ],
    gate: {
      base: `base.json (${MADE_UP})`,
      base_adapter: { description: `Rasteriser (${MADE_UP})`, vendor: "Nobody", software: true },
      moves: [
        {
          ...{ kernel: "augment/warp", case: warp[1], implementation: "webgpu-fast" },
          ...{ change: 1.01, ci95: [0.97, 1.05], floor: 1.03, processes: 2, verdict: "same" },
        },
        {
          ...{ kernel: "morphology/dilate", case: dilate[1], implementation: "webgpu" },
          ...{ change: 1.31, ci95: [1.2, 1.4], floor: 1.06, processes: 6, verdict: "slower" },
        },
      ],
      not_compared: [{
        ...{ kernel: "random/normal", case: noise[1], implementation: "webgpu" },
        reason: `no ratio (${MADE_UP})`,
      }],
    },
    overhead: { empty_submit_ms: 0.31, sample_transform_us: 7.77 },
  };
}

const summary = (mean: number) => ({
  n: 3,
  mean,
  sd: 0.02,
  ci95: [mean - 0.03, mean + 0.03] as const,
});

/** A made-up reproduction. */
export function reproduceFixture(): ReproduceResult {
  const bench = benchFixture();
  const dice = [[0.971, 0.902], [0.964, 0.887], [0.978, 0.921]];
  return {
    schema: "ct-organ-webgpu/result@1",
    profile: "smoke",
    seed: 7,
    dataset: { name: `phantoms (${MADE_UP})`, kind: "phantom", test: [0, 1, 2] },
    labels: dice.flatMap(([lungs, bone], number) => [
      { case: number, organ: "lungs" as const, variant: "paper", dice: lungs! },
      { case: number, organ: "bone" as const, variant: "paper", dice: bone! },
    ]),
    claims: [
      {
        id: 1,
        text: "GPU augmentation of 3 mm CT volumes is faster than a widely used CPU version",
        paper: "2.6 to 8 times",
        measured: "2.90 times (95 % interval 2.70 to 3.20) against itk-wasm",
        verdict: "holds on a software adapter",
        why: "Holds if the interval's lower end reaches 2.6 against each CPU version",
      },
      {
        id: 2,
        text: "Dice of each organ when augmentation and IOU loss are combined",
        paper: "78 to 92 %",
        verdict: "not tested",
        why: "Training is not part of this version yet",
      },
      {
        id: 3,
        text: "Lung and bone labels come from thresholds and binary morphology, unsupervised",
        paper: "no Dice given",
        measured: "lungs 0.971, bone 0.903",
        verdict: "holds on phantoms",
        why: "Holds if the mean Dice of both reaches 0.78",
      },
      {
        id: 7,
        text: "The linear texture filter is fast and slightly off",
        paper: "about 2 HU at a 1000 HU edge",
        measured: "0.4 HU",
        verdict: "fails on a software adapter",
        why: "A software sampler has no 8-bit fractions",
      },
    ],
    arms: ["iou+aug", "iou"].map((name, i) => ({
      name,
      loss: "iou",
      augmentation: i === 0,
      recipe: "the first 125 of 500 steps by balanced-cross-entropy, then iou",
      labels: "true" as const,
      seeds: [7],
      steps: 500,
      cost: { parameters: 123_456, peak_gpu_bytes: 5e7, seconds: 321 },
      scored_at_mm: 9,
      organs: {
        liver: { dice: summary(0.91 - 0.1 * i), dice_3mm: summary(0.85), nsd: summary(0.9) },
        bladder: { dice: { n: 0 }, missed: 1, invented: 2 },
      },
    })),
    comparisons: [{
      effect: "pair",
      arms: ["iou+aug", "iou"],
      organ: "mean",
      metric: "dice",
      difference: 0.1,
      ci95: [0.05, 0.15],
      n: 3,
      p_value: 0.25,
      test: "a made-up test",
    }],
    transfer: {
      name: "made-up folder",
      arm: "iou+aug",
      seed: 7,
      cases: [0],
      organs: { lungs: { dice: { n: 1, mean: 0.85 } } },
    },
    bench,
    manifest: {
      command: "deno task reproduce --profile smoke --seed 7",
      git: { commit: "0123456789abcdef0123456789abcdef01234567", dirty: true },
      versions: bench.versions,
      adapter: bench.adapter,
      machine: bench.machine,
      config: { phantoms: 3, "spacing mm": 3 },
      seeds: { phantoms: 7, bootstrap: 7 },
      inputs: [],
      outputs: [{ path: "unsupervised/labels-0.nii.gz", sha256: "ab".repeat(32) }],
      stages: [{ name: "data", seconds: 2.4 }, { name: "labels", seconds: 8.1 }, {
        name: "bench",
        seconds: 71,
      }],
      not_run: [{ name: "training", why: "not part of this version yet" }],
      started_at: "2000-01-01T00:00:00Z",
    },
  };
}

/** A made-up case: a box of soft tissue in air with two lungs and a spine, and labels one voxel aside from the truth. */
export function pictureFixture(dims: Vec3 = [40, 30, 24]): CasePicture {
  const grid = { dims, spacing: [3, 3, 4] as Vec3 };
  const count = dims[0] * dims[1] * dims[2];
  const ct = new Int16Array(count);
  const truth = new Uint8Array(count);
  const found = new Uint8Array(count);
  const [nx, ny, nz] = dims;
  const place = (x: number, y: number, z: number) => {
    const [u, v, w] = [x / nx - 0.5, y / ny - 0.5, z / nz - 0.5];
    if (Math.hypot(u / 0.45, v / 0.42) > 1) return { hu: -1000, label: 0 };
    if (Math.hypot(u / 0.06, (v + 0.3) / 0.08) < 1) return { hu: 500, label: 5 };
    if (Math.hypot((Math.abs(u) - 0.2) / 0.15, v / 0.25, w / 0.4) < 1) {
      return { hu: -800, label: 3 };
    }
    return { hu: (x * 7 + y * 3 + z * 5) % 60, label: 0 };
  };
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        const { hu, label } = place(x, y, z);
        ct[i] = hu;
        truth[i] = label;
        found[i] = place(x + 1, y, z).label;
      }
    }
  }
  return {
    case: 0,
    ct: createVolume(ct, grid),
    truth: createVolume(truth, grid),
    prediction: createVolume(found, grid),
    organs: ["lungs", "bone"],
  };
}

/** A made-up study of losses, one statement of which does not hold. */
export function lossFixture(): LossStudyResult {
  const grid = [[0.1, 0.5], [0.02, -0.3], [3.5, 1]];
  return {
    schema: "ct-organ-webgpu/losses@1",
    command: "deno task losses --seed 7",
    versions: { "ct-organ-webgpu": "0.1.0", deno: "2.9.6" },
    study: {
      seed: 7,
      rows: [
        {
          ...{ id: "1.1", text: `Equal (${MADE_UP}).`, how: "Compared.", cases: 20, found: 1e-14 },
          ...{ limit: { at: "most", value: 1e-12 }, holds: true, note: "With a note." },
        },
        {
          ...{
            id: "2.1",
            text: "They differ.",
            how: "Compared otherwise.",
            cases: 10,
            found: 0.25,
          },
          ...{ limit: { at: "least", value: 0.5 }, holds: false },
        },
      ],
      members: [
        {
          ...{ loss: "iou-foreground", binary_deviation: 0, range: [0, 1], wrong_moves: 0 },
          ...{ background_change: 0, at_truth: 0 },
        },
        {
          ...{ loss: "cross-entropy", range: [0.1, 4.2], wrong_moves: 0.25 },
          ...{ background_change: 1.5, at_truth: 0 },
        },
      ],
      surfaces: {
        voxels: 4,
        shares: [0.25, 0.5, 0.75],
        predictions: [0.1, 0.9],
        losses: [{ loss: "iou-foreground", value: grid, foreground: grid, background: grid }],
      },
      plots: [{
        ...{ id: "plot", title: "A plot", text: "Of what is made up." },
        x: { title: "across", log: false, min: 0, max: 1 },
        y: { title: "up", log: true, min: 0.01, max: 100 },
        series: [
          { name: "a line", kind: "line", points: [[0, 0.01], [1, 100]] },
          { name: "some dots", kind: "dots", points: [[0.2, 0], [0.5, 1]] },
        ],
      }],
    },
  };
}

type CaseName = readonly [kernel: string, name: string];

function row(
  [kernel, name]: CaseName,
  implementation: BenchImplementation,
  median: number,
  facts: { kernel_ms?: number; first_call_ms?: number; share?: number; max_abs?: number },
): BenchRow {
  const { share, max_abs, ...times } = facts;
  return {
    suite: kernel.split("/")[0]!,
    kernel,
    case: name,
    implementation,
    samples_ms: [median * 0.95, median, median * 1.1],
    median_ms: median,
    ci95_ms: [median * 0.95, median * 1.1],
    ...times,
    ...share !== undefined && {
      roofline: {
        ...{ time: "kernel" as const, bytes: 1e7, bandwidth_share: share },
        ...{ flops: 1e8, flops_share: share / 3, integer_ops: 1e8, integer_share: share / 2 },
      },
    },
    agreement: max_abs === undefined
      ? { class: "exact", max_abs: 0, ok: true }
      : { class: "absolute", max_abs, ok: true },
  };
}

function ratio(
  [kernel, name]: CaseName,
  against: BenchImplementation,
  value: number,
  low: number,
  high: number,
): BenchResult["ratios"][number] {
  return { kernel, case: name, against, ratio: value, ci95: [low, high] };
}

/** Two cases, one organ scored in both and one that is missed. */
export function evaluateFixture(): EvaluateResult {
  const voxels = { truth_voxels: 64, predicted_voxels: 80 };
  const scored = (name: string, dice: number): EvaluatedRow => ({
    ...{ case: name, organ: "liver", state: "scored", ...voxels, dice, iou: dice / (2 - dice) },
    ...{ nsd: 1, hd95_mm: 3, volume_error_ml: 0.432 },
  });
  const zero = { n: 1, mean: 0 };
  return {
    schema: "ct-organ-webgpu/evaluate@1",
    command: "deno task evaluate --pred p --truth t --organs liver,bone --seed 1",
    versions: { "ct-organ-webgpu": "0.1.0", deno: "2.9.6" },
    prediction: "/data/p",
    truth: "/data/t",
    seed: 1,
    tolerance_mm: 2.5,
    organs: [
      {
        organ: "liver",
        cases: { scored: 2, missed: 0, invented: 0, absent: 0 },
        dice: { n: 2, mean: 0.8, sd: 0.141, ci95: [0.7, 0.9] },
        iou: { n: 2, mean: 0.678, sd: 0.197, ci95: [0.538, 0.818] },
        nsd: { n: 2, mean: 1, sd: 0, ci95: [1, 1] },
        hd95_mm: { n: 2, mean: 3, sd: 0, ci95: [3, 3] },
        volume_error_ml: { n: 2, mean: 0.432, sd: 0, ci95: [0.432, 0.432] },
      },
      {
        organ: "bone",
        cases: { scored: 0, missed: 1, invented: 0, absent: 1 },
        ...{ dice: zero, iou: zero, nsd: zero, hd95_mm: { n: 0 } },
        volume_error_ml: { n: 1, mean: -2 },
      },
    ],
    rows: [
      scored("labels-1", 0.7),
      scored("labels-2", 0.9),
      {
        ...{ case: "labels-2", organ: "bone", state: "missed", truth_voxels: 10 },
        ...{ predicted_voxels: 0, dice: 0, iou: 0, nsd: 0, volume_error_ml: -2 },
      },
    ],
    failures: [{ case: "labels-9", error: 'Cannot score case "labels-9": it has no prediction' }],
    unused: ["stray"],
  };
}
