import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { renderTwinReport, type TwinCurveRow, type TwinResult } from "../../src/report/mod.ts";

const CURVE: TwinCurveRow = {
  loss: "iou<1>",
  optimizer: "adam",
  curves: {
    ours: [0.9, 0.8001],
    float64: [0.9, 0.8],
    float32: [[0.9, 0.8002], [0.9, 0.79999]],
    nudged: [[0.9, 0.80001]],
  },
  deviation: 1e-4,
  yardstick: 2e-4,
  share: 0.0625,
  worst_step: 2,
  judged: 2,
  verdict: "agrees",
};

const RESULT: TwinResult = {
  schema: "ct-organ-webgpu/twin@1",
  adapter: { description: "llvmpipe", vendor: "mesa", software: true },
  machine: { cores: 2, os: "linux" },
  versions: { PyTorch: "1.13" },
  command: "deno task twin",
  setting: { "L2": "1e-4" },
  rule: { factor: 8, floor: 1e-6, nudge: 1e-6, batches: 3, decisive: 0.01 },
  gradients: [{
    loss: "iou",
    parameter: "head.bias",
    deviation: 3e-7,
    yardstick: 1e-7,
    share: 0.25,
    verdict: "agrees",
  }],
  curves: [
    CURVE,
    { ...CURVE, optimizer: "sgd", share: 3.5, verdict: "differs" },
    { ...CURVE, optimizer: "rmsprop", judged: 1, verdict: "undecided" },
  ],
  controls: [{
    loss: "iou",
    optimizer: "adam",
    change: "no L2",
    deviation: 0.02,
    share: 40,
    noticed: true,
  }],
  dice: {
    loss: "iou",
    optimizer: "adam",
    steps: 500,
    cases: 4,
    trainers: ["ours", "PyTorch f64"],
    organs: { liver: [0.75, 0.74] },
    mean: [0.75, 0.74],
    difference: 0.01,
    spread: 0.005,
    limit: 0.02,
    alike: 0.9999,
    verdict: "agrees",
  },
  seconds: 75,
};

Deno.test("renderTwinReport() says what agrees, how it is judged and what would be noticed", async () => {
  const html = await renderTwinReport(RESULT);
  assertStringIncludes(html, "SOFTWARE ADAPTER");
  assertStringIncludes(html, "Gradients of one step: 1 of 1 losses agree with PyTorch.");
  assertStringIncludes(
    html,
    "Loss over 2 steps: 1 of 3 trainings agree with PyTorch, 1 differ, 1 are undecided.",
  );
  assertStringIncludes(html, "Of 1 deliberate fault the comparison notices 1.");
  assertStringIncludes(
    html,
    "Dice on 4 unseen cases after 500 steps: ours 0.750, at most 0.0100 from PyTorch",
  );
  assertStringIncludes(html, "8 times as far from f64");
  assertStringIncludes(html, "iou&lt;1&gt;");
  assertMatch(html, /✗ differs/);
  assertMatch(html, /<td>1 of 2<\/td>[^]*\? undecided/);
  assertMatch(
    html,
    /<th scope="row">liver<\/th>\s*<td>0.750<\/td>\s*<td>0.740<\/td>/,
  );
  assertStringIncludes(html, "1 min 15 s");
  assertEquals(html.match(/<svg class="curves"/g)?.length, 1);
  assert(!/(src|href)="http/.test(html));
});

Deno.test("renderTwinReport() leaves out what a quick comparison has not", async () => {
  const { dice: _, ...rest } = RESULT;
  const html = await renderTwinReport({ ...rest, controls: [] });
  assert(!html.includes("Dice"));
  assert(!html.includes("would notice"));
});
