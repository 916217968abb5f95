import { TorchTwin, type TwinRequest } from "../../bench/mod.ts";
import {
  elementCount,
  initialParameters,
  initialStatistics,
  parametersOf,
  type TensorShape,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import {
  BatchFolder,
  type ExportedBatch,
  type ExportedTraining,
} from "../../src/train/batch_files.ts";
import { testUnless } from "../_skip.ts";
import { smallConfig } from "../nn/_models.ts";

const command = await TorchTwin.find();

/** A test of what PyTorch does, with PyTorch running and a folder of its own. */
export function test(name: string, fn: (twin: TorchTwin, dir: string) => Promise<void>): void {
  testUnless(`TorchTwin ${name}`, typeof command === "string" ? command : undefined, async () => {
    const dir = await Deno.makeTempDir();
    try {
      await using twin = await TorchTwin.start(command as Exclude<typeof command, string>);
      await fn(twin, dir);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

/**
 * Writes a folder of batches.
 *
 * @param path Where to.
 * @param training Config and state; by default cross-entropy by gradient descent.
 * @param batches What each step takes; by default one line of two zeros.
 * @returns How to ask for it in f64.
 */
export async function writeFolder(
  path: string,
  training: Partial<ExportedTraining> & Pick<ExportedTraining, "config" | "state">,
  batches: readonly Partial<ExportedBatch>[],
): Promise<TwinRequest> {
  const loss = { name: "cross-entropy" } as const;
  const written = await BatchFolder.create(path, {
    loss,
    optimizer: { name: "sgd" },
    l2: 0,
    ...training,
  });
  for (const [i, batch] of batches.entries()) {
    const { shape = [1, 1, 1, 2, 1] } = batch;
    const voxels = elementCount(shape.slice(1, 4));
    await written.add({
      step: i + 1,
      learningRate: 0.1,
      shape,
      images: new Float32Array(elementCount(shape)),
      labels: new Uint8Array(shape[0] * Math.ceil(voxels / 4) * 4),
      ...batch,
    });
  }
  await written.finish();
  return { folder: path, dtype: "float64" };
}

/** Two images of 2 x 4 x 6 voxels; the second has only two of four classes, a tenth of the voxels is ignored. */
export function drawn(seed: number): Pick<ExportedBatch, "shape" | "images" | "labels"> {
  const random = new RandomStream({ seed, stream: 0 });
  const shape: TensorShape = [2, 2, 4, 6, 1];
  const label = (i: number) =>
    random.uniform() < 0.1 ? 255 : Math.floor(random.uniform(0, i < 48 ? 4 : 2));
  return {
    shape,
    images: Float32Array.from({ length: 96 }, () => random.normal()),
    labels: Uint8Array.from({ length: 96 }, (_, i) => label(i)),
  };
}

/** Small networks: every value of every entry once. */
export const CONFIGS: readonly UNetConfig[] = ([
  {},
  { norm: "instance", slope: 0.01 },
  { up: "transposed-2", pool: 2 },
  { up: "nearest", split: true },
  { up: "trilinear", convolutions: 1 },
  { channels: [5] },
] satisfies Partial<UNetConfig>[]).map((variant) =>
  smallConfig({ ...{ classes: 4, channels: [3, 2], convolutions: 2 }, ...variant })
);

/** A state of which none is 0 or 1, with running statistics. */
export function anyState(config: UNetConfig): Map<string, Float32Array<ArrayBuffer>> {
  const random = new RandomStream({ seed: 11, stream: 0 });
  const all = new Map([...initialParameters(config, 4), ...initialStatistics(config)]);
  for (const { name, role } of parametersOf(config)) {
    if (role === "weights") continue;
    all.set(name, all.get(name)!.map((value) => value + random.uniform(-0.3, 0.3)));
  }
  for (const name of initialStatistics(config).keys()) {
    all.set(name, all.get(name)!.map((value) => value + random.uniform(0.1, 0.5)));
  }
  return all;
}
