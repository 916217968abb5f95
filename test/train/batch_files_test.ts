import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  decodeSafetensors,
  initialParameters,
  initialStatistics,
  presetConfig,
} from "../../src/nn/mod.ts";
import {
  BatchFolder,
  type ExportedTraining,
  readBatch,
  readBatchIndex,
  readBatchState,
} from "../../src/train/batch_files.ts";

const config = { ...presetConfig("unet-small", { classes: 3 }), channels: [2] };

const training: ExportedTraining = {
  config,
  loss: { name: "iou", background: true },
  optimizer: { name: "adam" },
  l2: 1e-7,
  state: new Map([
    ...initialParameters(config, 5),
    ...initialStatistics(config),
    ["adam.mean/head.bias", Float32Array.of(1, 2, 3)],
  ]),
};

/** Two images of 1 x 3 x 5 voxels: 15 labels each, filled up to 16. */
const shape = [2, 1, 3, 5, 1] as const;
const images = Float32Array.from({ length: 30 }, (_, i) => i / 8);
const labels = Uint8Array.from({ length: 32 }, (_, i) => i % 16 === 15 ? 77 : i % 16);

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await fn(join(parent, "batches"));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("BatchFolder writes raw batches, the state and an index", () =>
  inFolder(async (folder) => {
    const batches = await BatchFolder.create(folder, training);
    await batches.add({ step: 1, learningRate: 1e-3, shape, images, labels });
    await batches.add({ step: 2, learningRate: 5e-4, shape, images, labels });
    await batches.finish();
    const { batches: entries, ...index } = await readBatchIndex(folder);
    const { state: _, ...expected } = training;
    assertEquals(index, { ...expected, state: "state.safetensors" });
    assertEquals(entries.map(({ step, learningRate, shape }) => [step, learningRate, shape]), [
      [1, 1e-3, [...shape]],
      [2, 5e-4, [...shape]],
    ]);
    const view = new DataView((await Deno.readFile(join(folder, entries[1]!.images))).buffer);
    assertEquals(view.byteLength, 4 * 30);
    assertEquals(view.getFloat32(4 * 29, true), 29 / 8);
    assertEquals(
      [...await Deno.readFile(join(folder, entries[1]!.labels))],
      [...Array(15).keys(), ...Array(15).keys()],
    );
    assertEquals(await readBatch(folder, entries[0]!), {
      ...entries[0]!,
      images,
      // What the filling holds does not come back.
      labels: labels.map((label, i) => i % 16 === 15 ? 0 : label),
    });
    await Deno.truncate(join(folder, entries[1]!.labels), 29);
    await assertRejects(() => readBatch(folder, entries[1]!), RangeError, "29 bytes, not 30");
    assertEquals(await readBatchState(folder, { ...index, batches: [] }), training.state);
    const { tensors } = decodeSafetensors(await Deno.readFile(join(folder, index.state)));
    assertEquals(tensors.get("down0.conv0.weights")!.shape, [3, 3, 3, 1, 2]);
    assertEquals(tensors.get("down0.conv0.variance")!.data, Float32Array.of(1, 1));
    assertEquals(tensors.get("adam.mean/head.bias"), {
      shape: [3],
      data: Float32Array.of(1, 2, 3),
    });
  }));

Deno.test("a folder of batches without its index counts as not finished", () =>
  inFolder(async (folder) => {
    const batches = await BatchFolder.create(folder, training);
    await batches.add({ step: 1, learningRate: 1e-3, shape, images, labels });
    await assertRejects(() => readBatchIndex(folder), Deno.errors.NotFound, "not finished");
    await Deno.writeTextFile(join(folder, "index.json"), '{"format": "other"}');
    await assertRejects(() => readBatchIndex(folder), SyntaxError, "not of format");
  }));

Deno.test("BatchFolder refuses what is not whole, and a folder that is in use", () =>
  inFolder(async (folder) => {
    const state = new Map(training.state);
    state.delete("head.bias");
    await assertRejects(
      () => BatchFolder.create(folder, { ...training, state }),
      TypeError,
      'the state has no "head.bias"',
    );
    const more = new Map([...training.state, ["adam.mean/other", new Float32Array(1)] as const]);
    await assertRejects(
      () => BatchFolder.create(folder, { ...training, state: more }),
      TypeError,
      'no parameter for "adam.mean/other"',
    );
    const batches = await BatchFolder.create(folder, training);
    await assertRejects(
      () => batches.add({ step: 1, learningRate: 0, shape, images, labels: labels.slice(2) }),
      TypeError,
      "need 30 floats and 32 bytes of labels, found 30 and 30",
    );
    await assertRejects(
      () => BatchFolder.create(folder, training),
      Deno.errors.AlreadyExists,
      "the folder is not empty",
    );
  }));
