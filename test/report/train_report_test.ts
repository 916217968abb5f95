import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { renderTrainReport, type TrainResult } from "../../src/report/mod.ts";
import { curveFigure, runningMean } from "../../src/report/_curves.ts";

const RESULT: TrainResult = {
  schema: "ct-organ-webgpu/train@1",
  adapter: { description: "llvmpipe <1>", vendor: "mesa", software: true },
  machine: { cores: 2, os: "linux" },
  versions: { "ct-organ-webgpu": "0.1.0" },
  command: "deno task train --data phantom --arm iou+aug",
  arm: "iou+aug",
  dataset: { name: "3 phantoms", train: [21, 22], validation: [23], sha256: "ab12" },
  config: { batch: 2, loss: { name: "iou", background: true } },
  network: { parameters: 1234, receptive_field: 51 },
  memory_bytes: 3 * 2 ** 20,
  peak_gpu_bytes: 2 ** 20,
  steps: 80,
  resumed_from: 30,
  ended: "steps",
  losses: Array.from({ length: 80 }, (_, i) => 1 - i / 100),
  validations: [
    { step: 40, dice: 0.5, organs: { liver: 0.25, bone: 0.75 } },
    { step: 80, dice: 0.9, organs: { liver: 0.9 } },
  ],
  best: { step: 80, dice: 0.9, organs: { liver: 0.9 } },
  model: { path: "model.safetensors", sha256: "cd34" },
  seconds: 75,
};

Deno.test("renderTrainReport() says what came of a training, and shows both curves and all figures", async () => {
  const html = await renderTrainReport(RESULT);
  assertStringIncludes(html, "SOFTWARE ADAPTER");
  assertStringIncludes(html, "llvmpipe &lt;1&gt;");
  assertStringIncludes(html, "80 steps on 2 cases of 3 phantoms.");
  assertStringIncludes(html, "1234 parameters, receptive field 51 voxels.");
  // The last two losses are 0.22 and 0.21; a fortieth of 80 steps is two.
  assertStringIncludes(html, "The loss went from 1.00 to 0.215 (mean of the last 2 steps).");
  assertStringIncludes(html, "step 80, whose mean Dice over organs was the highest: 0.900");
  assertStringIncludes(html, "50 steps took 1 min 15 s, validations included; the 30 before");
  assertEquals(html.match(/<svg class="curves"/g)?.length, 2);
  assertMatch(
    html,
    /<th scope="row">40<\/th>\s*<td>0.250<\/td>\s*<td>0.750<\/td>\s*<td>0.500<\/td>/,
  );
  // Bone is in no validation case of step 80.
  assertMatch(html, /<th scope="row">80<\/th>\s*<td>0.900<\/td>\s*<td><\/td>\s*<td>0.900<\/td>/);
  assertStringIncludes(html, RESULT.command);
  assert(!/(src|href)="http/.test(html));
});

Deno.test("renderTrainReport() says that there was no validation", async () => {
  const { best: _, ...rest } = RESULT;
  const html = await renderTrainReport({ ...rest, validations: [], resumed_from: 0 });
  assertStringIncludes(html, "No validation: the model is that of the last step.");
  assertEquals(html.match(/<svg class="curves"/g)?.length, 1);
});

Deno.test("curveFigure() places points between round ticks, thins long curves and keeps names apart", () => {
  const { text } = curveFigure({
    title: "t",
    x: "step",
    y: "loss",
    curves: [
      { name: "a", mark: 0, points: [[0, 0], [10, 1]] },
      { name: "b <", mark: 9, points: [[0, 1], [10, 0.99]] },
      { name: "dot", mark: 1, points: [[5, 0.5]] },
    ],
  });
  // Both axes' ends are round already; the plot reaches from 56 to 588 across and from 254 up to 14.
  assertStringIncludes(text, 'points="56.0,254.0 588.0,14.0"');
  assertStringIncludes(text, 'points="56.0,14.0 588.0,16.4" style="stroke:var(--mark-1)"');
  // A curve of one point is a dot.
  assertStringIncludes(text, '<circle cx="322.0" cy="134.0"');
  assertEquals(text.match(/<polyline/g)!.length, 2);
  assertStringIncludes(text, "b &lt;");
  const names = [...text.matchAll(/x="596" y="([\d.]+)"/g)].map(([, y]) => Number(y));
  assertEquals(names, [18, 34, 138]);
  const long = curveFigure({
    title: "t",
    x: "x",
    y: "y",
    curves: [{ name: "a", mark: 0, points: Array.from({ length: 4000 }, (_, i) => [i, 1]) }],
  });
  const [, points] = /points="([^"]+)"/.exec(long.text)!;
  assertEquals(points!.split(" ").length, 400);
});

Deno.test("curveFigure() moves names up from the axis that they crowd at, and leaves the others where their curves end", () => {
  const flat = (name: string, mark: number, value: number) =>
    ({ name, mark, points: [[0, value], [10, value]] }) as const;
  const { text } = curveFigure({
    title: "t",
    x: "step",
    y: "Dice",
    range: [0, 1],
    curves: [flat("a", 0, 0), flat("b", 1, 1), flat("c", 2, 0), flat("d", 3, 0)],
  });
  const names = [...text.matchAll(/x="596" y="([\d.]+)"/g)].map(([, y]) => Number(y));
  // 1 lies at 14, 0 at 254; a name's line is 4 below, names are 16 apart.
  assertEquals(names, [18, 226, 242, 258]);
});

Deno.test("runningMean() is of as many as there are, then of the width", () => {
  assertEquals(runningMean([4, 2, 0, 2], 2), [4, 3, 1, 1]);
});
