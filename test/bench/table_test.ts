import { assert, assertEquals } from "@std/assert";
import { formatTable } from "../../bench/table.ts";
import type { BenchResult } from "../../src/report/bench_schema.ts";

const agreement = { class: "exact", max_abs: 0, mismatches: 0, ok: true } as const;
const row = { suite: "morphology", kernel: "morphology/dilate", case: "ball 25 mm" };

const result: BenchResult = {
  schema: "ct-organ-webgpu/bench@1",
  adapter: { description: "llvmpipe (256 bits)", vendor: "Mesa", software: true },
  machine: { cpu: "EPYC", cores: 2, memory_bytes: 8 * 2 ** 30, os: "linux 6.1.0 x86_64" },
  versions: {},
  command: "deno task bench",
  seed: 1,
  results: [
    {
      ...row,
      ...{ implementation: "webgpu", samples_ms: [18.94], median_ms: 18.94, ci95_ms: [18.5, 19.4] },
      ...{ kernel_ms: 9.876, first_call_ms: 132.4, agreement },
      roofline: { time: "kernel", bytes: 1, flops: 1, bandwidth_share: 0.123, flops_share: 0.0046 },
    },
    {
      ...row,
      ...{ implementation: "typescript", samples_ms: [123], median_ms: 123.4, ci95_ms: [120, 131] },
      agreement: {
        ...{ class: "absolute", max_abs: 0.25, mismatches: 1, ok: false, unit: "HU" },
        error: "1 of 4 elements differ (none may by more than 0): [1] got 1, expected 0.75",
      },
    },
  ],
  ratios: [{ ...row, against: "typescript", ratio: 6.515, ci95: [6.2, 6.81] }],
  absent: [{ ...row, implementation: "niimath", reason: "it ended with code 7" }],
  overhead: { empty_submit_ms: 0.0712, sample_transform_us: 3.456 },
};

Deno.test("formatTable() puts the adapter first, then a block per case", () => {
  assertEquals(formatTable(result).split("\n"), [
    "Adapter: llvmpipe (256 bits) (Mesa), software adapter: its times say nothing of a hardware GPU",
    "Machine: EPYC, 2 cores, 8 GiB, linux 6.1.0 x86_64",
    "Empty submit and readback: 0.071 ms",
    "Drawing and composing one transform on the host: 3.46 us",
    "",
    "  implementation  median ms  95 % interval ms  kernel ms  first ms  samples   ratio  95 % interval  agreement",
    "morphology/dilate: ball 25 mm",
    "  webgpu               18.9       18.5 - 19.4       9.88       132        1                         ok, exact",
    "    roofline: 12 % of the copy bandwidth, 0.46 % of the multiply-add rate",
    "  typescript            123         120 - 131                             1  6.51 x    6.20 - 6.81  FAILED, absolute, off by 0.25 HU, 1 beyond",
    "    DISAGREES: 1 of 4 elements differ (none may by more than 0): [1] got 1, expected 0.75",
    "  niimath  absent: it ended with code 7",
    "",
    "Times are wall times of one call, uploads and readbacks included: the median of the samples and its bootstrap",
    "95 % interval; kernel: the GPU's own clock; first: the first call, compilation included, in no median.",
    "Outliers lie more than 1.5 interquartile ranges outside the quartiles; they count like all others.",
    "Ratio: the median over that of webgpu, above 1 webgpu is faster.",
    "Again: deno task bench (seed 1)",
  ]);
});

Deno.test("formatTable() says hardware of a hardware adapter and leaves out unknown facts", () => {
  const bare = {
    ...result,
    adapter: { description: "RTX", vendor: "NVIDIA", software: false },
    machine: { cores: 1, os: "linux x86_64" },
    results: [],
    absent: [],
  };
  assertEquals(formatTable(bare).split("\n").slice(0, 2), [
    "Adapter: RTX (NVIDIA), hardware adapter",
    "Machine: 1 core, linux x86_64",
  ]);
});

Deno.test("formatTable() shows an output's parts, and of a peer with noise of its own no deviation", () => {
  const parts = [
    { name: "image", class: "absolute", max_abs: 0.5, mismatches: 0, ok: true, unit: "HU" },
    { name: "labels", class: "mismatch-count", max_abs: 3, mismatches: 5, ok: true },
  ] as const;
  const [gpu] = result.results;
  const whole = { class: "absolute", max_abs: 0.5, mismatches: 5, ok: true, unit: "HU" } as const;
  const results = [
    { ...gpu!, agreement: { ...whole, parts } },
    { ...gpu!, implementation: "scipy" as const, agreement: { ...whole, parts, own_noise: 0.25 } },
  ];
  const lines = formatTable({ ...result, results }).split("\n");
  const ends = (start: string, end: string) =>
    lines.some((line) => line.startsWith(`  ${start} `) && line.endsWith(`  ${end}`));
  assert(ends("webgpu", "ok, image absolute, off by 0.50 HU; labels mismatch-count, 5 differ"));
  assert(ends("scipy", "ok as far as its own noise reaches, sd 0.25 HU"));
});

Deno.test("formatTable() counts outliers beside the samples, and writes shares as plain numbers", () => {
  const [gpu] = result.results;
  const roofline = {
    ...{ time: "kernel" as const, bytes: 1, flops: 1, bandwidth_share: 1.004, flops_share: 0.0001 },
  };
  const samples_ms = [1, 1, 1, 1, 9];
  const linesWith = (outliers: number) =>
    formatTable({ ...result, results: [{ ...gpu!, samples_ms, outliers, roofline }] }).split("\n");
  assert(linesWith(0).some((line) => / 5 +ok, exact$/.test(line)));
  assert(linesWith(1).some((line) => / 5 \(1 outlier\) +ok, exact$/.test(line)));
  assert(linesWith(2).some((line) => / 5 \(2 outliers\) +ok, exact$/.test(line)));
  const shares = "    roofline: 100 % of the copy bandwidth, 0.01 % of the multiply-add rate";
  assert(linesWith(0).includes(shares));
});

Deno.test("formatTable() leaves out operations that a kernel has none of, and names wall time", () => {
  const [gpu] = result.results;
  const roofline = {
    ...{ time: "wall" as const, bytes: 1, flops: 0, bandwidth_share: 0.5, flops_share: 0 },
    ...{ integer_ops: 1, integer_share: 0.25 },
  };
  const lines = formatTable({ ...result, results: [{ ...gpu!, roofline }] }).split("\n");
  const text = "    roofline by wall time: 50 % of the copy bandwidth, 25 % of the integer rate";
  assert(lines.includes(text));
});

Deno.test("formatTable() refers from ratios to notes, one for several kernels", () => {
  const note = { implementation: "typescript", text: "It does less." } as const;
  const notes = [
    { ...note, kernel: "augment/warp" },
    { ...note, kernel: row.kernel },
    { ...note, implementation: "scipy" as const, kernel: row.kernel },
  ];
  const lines = formatTable({ ...result, notes }).split("\n");
  assert(lines.some((line) => /^ {2}typescript .* 6\.51 x \[1\] /.test(line)));
  assertEquals(lines.filter((line) => line.startsWith("[")), [
    "[1] typescript: It does less.",
    "[2] scipy: It does less.",
  ]);
});
