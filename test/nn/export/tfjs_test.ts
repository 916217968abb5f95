import "@tensorflow/tfjs-backend-cpu";
import { type Tensor, tensor5d } from "@tensorflow/tfjs-core";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import type { Shape } from "../../../reference/nn_normalization.ts";
import { exportTfjs, type UNetConfig } from "../../../src/nn/mod.ts";
import { assertSameLogits } from "./_agreement.ts";
import { loadExported, withExport } from "./_exported.ts";
import { randomImages, randomModel } from "../_models.ts";

/** Two images, no axis like another. */
const SHAPE: Shape = [2, 8, 4, 12, 1];

const networks: [what: string, changes: Partial<UNetConfig>][] = [
  ["the paper's ways down and up", { channels: [3, 4, 5], convolutions: 2 }],
  ["transposed convolutions of size 2", { up: "transposed-2", pool: 2 }],
  ["nearest upsampling", { up: "nearest", pool: 2, slope: 0.1 }],
  ["trilinear upsampling", { up: "trilinear", channels: [3, 4, 5] }],
  ["leaky ReLU", { slope: 0.1, channels: [3, 4, 5] }],
  ["no activation", { slope: 1 }],
  ["split convolutions", { split: true, convolutions: 2 }],
  ["instance normalisation", { norm: "instance", convolutions: 2 }],
  ["all of the other kind", { norm: "instance", slope: 0.2, split: true, up: "trilinear" }],
  ["one level", { channels: [7] }],
];

for (const [what, changes] of networks) {
  Deno.test(`exportTfjs() writes what tfjs runs with the same logits: ${what}`, async () => {
    const model = randomModel(changes);
    const loaded = await withExport(model, loadExported);
    await assertSameLogits(loaded, model, SHAPE);
    loaded.dispose();
  });
}

Deno.test("exportTfjs() writes a graph for images of any size that the network takes", async () => {
  const model = randomModel({ inputChannels: 2 });
  const loaded = await withExport(model, loadExported);
  for (const shape of [[1, 2, 2, 2, 2], [3, 2, 6, 4, 2]] as const) {
    await assertSameLogits(loaded, model, shape);
  }
  loaded.dispose();
});

Deno.test("exportTfjs() writes probabilities as what the model predicts", async () => {
  const loaded = await withExport(randomModel(), loadExported);
  const image = tensor5d(randomImages(SHAPE), [...SHAPE]);
  const found = loaded.predict(image) as Tensor;
  assertEquals(found.shape, [2, 8, 4, 12, 3]);
  const probabilities = await found.data();
  const logits = await (loaded.execute(image, "logits") as Tensor).data();
  for (let voxel = 0; voxel < logits.length; voxel += 3) {
    const exps = [0, 1, 2].map((c) => Math.exp(logits[voxel + c]!));
    const sum = exps.reduce((a, b) => a + b);
    exps.forEach((exp, c) => assertAlmostEquals(probabilities[voxel + c]!, exp / sum, 1e-6));
  }
  loaded.dispose();
});

Deno.test("exportTfjs() describes the model in model.json", async () => {
  const { weights: _, ...description } = randomModel();
  await withExport(randomModel(), async (folder) => {
    const { metadata } = await loadExported(folder);
    assertEquals(metadata, description);
  });
});

Deno.test("exportTfjs() cuts the weights into files of 4 MiB", async () => {
  // 27 x 256 x 256 weights of the second convolution alone are 6.75 MiB.
  const model = randomModel({ channels: [256], convolutions: 2 });
  await withExport(model, async (folder, files) => {
    assertEquals(files, ["model.json", "group1-shard1of2.bin", "group1-shard2of2.bin"]);
    assertEquals((await Deno.stat(join(folder, files[1]!))).size, 4 * 2 ** 20);
    await assertSameLogits(await loadExported(folder), model, [1, 2, 2, 2, 1]);
  });
});

Deno.test("exportTfjs() refuses a model that is not whole, and writes nothing", async () => {
  const folder = await Deno.makeTempDir();
  const model = randomModel();
  const weights = new Map(model.weights);
  weights.delete("head.bias");
  await assertRejects(
    () => exportTfjs({ ...model, weights }, folder),
    TypeError,
    'Cannot export the model: "head.bias" is missing',
  );
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
});

Deno.test("exportTfjs() writes no model.json once it is aborted", async () => {
  const folder = await Deno.makeTempDir();
  const signal = AbortSignal.abort();
  const error = await assertRejects(() => exportTfjs(randomModel(), folder, { signal }));
  assert(error === signal.reason);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
});
