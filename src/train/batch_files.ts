import { join } from "@std/path";
import { writeWhole } from "../files/mod.ts";
import {
  decodeSafetensors,
  elementCount,
  encodeSafetensors,
  type LossSpec,
  parametersOf,
  parseConfig,
  runningStatisticsOf,
  type TensorShape,
  type UNetConfig,
} from "../nn/mod.ts";
import type { OptimizerSpec } from "./optimizer.ts";

/** A training that another program is to repeat, as `createTrainingStep` takes it. */
export interface ExportedTraining {
  /** The network. */
  readonly config: UNetConfig;
  /** The loss with its numbers. */
  readonly loss: LossSpec;
  /** The optimizer with its numbers. */
  readonly optimizer: OptimizerSpec;
  /** L2 regularisation of weights: this times the weight is added to its gradient. */
  readonly l2: number;
  /** All that training changes, as it was before the first batch: by name, the last axis fastest. */
  readonly state: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** What one training step takes. */
export interface ExportedBatch {
  /** Number of the step, the first of a training is 1. */
  readonly step: number;
  /** The step's learning rate. */
  readonly learningRate: number;
  /** Axes of the images. */
  readonly shape: TensorShape;
  /** The images, channel fastest, then x, y, z, image. */
  readonly images: Float32Array<ArrayBuffer>;
  /** One byte a voxel, 255 is ignored; image after image, each filled up to whole words of 4 bytes, as they lie on the GPU. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** A step in a folder's index. */
export interface BatchEntry {
  /** Number of the step, the first of a training is 1. */
  readonly step: number;
  /** The step's learning rate. */
  readonly learningRate: number;
  /** Axes of the images. */
  readonly shape: TensorShape;
  /** File of 32-bit floats, little-endian: [batch, z, y, x, channel], the last fastest. */
  readonly images: string;
  /** File of one byte a voxel, without filling: [batch, z, y, x], the last fastest. 255 is ignored. */
  readonly labels: string;
}

/** The index of a folder of batches; paths are relative to the folder. */
export interface BatchIndex extends Omit<ExportedTraining, "state"> {
  /** Safetensors file of {@linkcode ExportedTraining.state}, in the shapes of {@linkcode parametersOf}. */
  readonly state: string;
  /** The steps in order. */
  readonly batches: readonly BatchEntry[];
}

/** The text that tells an index from others. */
const FORMAT = "ct-organ-webgpu/batches@1";
const INDEX = "index.json";
const STATE = "state.safetensors";

/**
 * A folder of training batches: what another program needs to repeat a training, number by number. It holds `index.json`
 * ({@linkcode BatchIndex}), the state before the first step, and for each step the images and labels that the augmentation made. Each file
 * is written whole or not at all, the index last of all, so a folder without one is not finished.
 */
export class BatchFolder {
  readonly #folder: string;
  readonly #training: Omit<ExportedTraining, "state">;
  readonly #batches: BatchEntry[] = [];

  private constructor(folder: string, training: Omit<ExportedTraining, "state">) {
    this.#folder = folder;
    this.#training = training;
  }

  /**
   * Begins a folder with the training's state.
   *
   * @param folder Made if it is not there.
   * @param training The training.
   * @returns The folder, to which batches are added.
   * @throws {TypeError} If the state lacks a parameter or has one that is not of the network.
   * @throws {Deno.errors.AlreadyExists} If there is something in the folder.
   */
  static async create(folder: string, training: ExportedTraining): Promise<BatchFolder> {
    const { state, ...rest } = training;
    const content = encodeSafetensors({ tensors: shaped(rest.config, state), metadata: {} });
    await Deno.mkdir(folder, { recursive: true });
    for await (const { name } of Deno.readDir(folder)) {
      throw new Deno.errors.AlreadyExists(
        `Cannot write batches to "${folder}": the folder is not empty, it holds "${name}"`,
      );
    }
    await writeWhole(join(folder, STATE), content);
    return new BatchFolder(folder, rest);
  }

  /**
   * Adds a step.
   *
   * @param batch What the step takes.
   * @throws {TypeError} If images or labels are not as many as the shape says.
   */
  async add({ step, learningRate, shape, images, labels }: ExportedBatch): Promise<void> {
    const [batch, nz, ny, nx] = shape;
    const voxels = nz * ny * nx;
    const stride = Math.ceil(voxels / 4) * 4;
    if (images.length !== elementCount(shape) || labels.length !== batch * stride) {
      throw new TypeError(
        `Cannot write the batch of step ${step}: images of shape ${shape.join(" x ")} need ` +
          `${elementCount(shape)} floats and ${batch * stride} bytes of labels, ` +
          `found ${images.length} and ${labels.length}`,
      );
    }
    const name = `step-${String(step).padStart(8, "0")}`;
    const entry = {
      step,
      learningRate,
      shape,
      images: `${name}.images.f32`,
      labels: `${name}.labels.u8`,
    };
    const packed = new Uint8Array(batch * voxels);
    for (let image = 0; image < batch; image++) {
      const start = image * stride;
      packed.set(labels.subarray(start, start + voxels), image * voxels);
    }
    const bytes = new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
    await writeWhole(join(this.#folder, entry.images), bytes);
    await writeWhole(join(this.#folder, entry.labels), packed);
    this.#batches.push(entry);
  }

  /** Writes the index of the steps so far. */
  async finish(): Promise<void> {
    const index: BatchIndex = { ...this.#training, state: STATE, batches: this.#batches };
    await writeWhole(
      join(this.#folder, INDEX),
      `${JSON.stringify({ format: FORMAT, ...index }, null, 1)}\n`,
    );
  }
}

/**
 * Reads the index of a folder of batches.
 *
 * @param folder The folder.
 * @returns The index.
 * @throws {Deno.errors.NotFound} If there is none: the folder is not finished, or none of batches.
 * @throws {SyntaxError} If the file is no index of this version.
 */
export async function readBatchIndex(folder: string): Promise<BatchIndex> {
  const path = join(folder, INDEX);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot read batches from "${folder}": there is no ${INDEX}, their writing was not finished`,
      { cause },
    );
  }
  const { format, ...index } = JSON.parse(text);
  if (format !== FORMAT) {
    throw new SyntaxError(
      `Cannot read batches from "${folder}": its ${INDEX} is not of format ${FORMAT}`,
    );
  }
  return { ...index, config: parseConfig(index.config) };
}

/**
 * Reads a step's batch.
 *
 * @param folder The folder.
 * @param entry The step, from its index.
 * @returns What was added.
 * @throws {RangeError} If a file is not as long as the shape says.
 */
export async function readBatch(folder: string, entry: BatchEntry): Promise<ExportedBatch> {
  const [batch, ...dims] = entry.shape;
  const voxels = elementCount(dims.slice(0, 3));
  const images = await readBytes(join(folder, entry.images), 4 * elementCount(entry.shape));
  const packed = await readBytes(join(folder, entry.labels), batch * voxels);
  const stride = Math.ceil(voxels / 4) * 4;
  const labels = new Uint8Array(batch * stride);
  for (let image = 0; image < batch; image++) {
    labels.set(packed.subarray(image * voxels, (image + 1) * voxels), image * stride);
  }
  return { ...entry, images: new Float32Array(images.buffer), labels };
}

async function readBytes(path: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Deno.readFile(path);
  if (bytes.length === length) return bytes;
  throw new RangeError(`Cannot read batch "${path}": it has ${bytes.length} bytes, not ${length}`);
}

/**
 * Reads the state with which a folder's training begins.
 *
 * @param folder The folder.
 * @param index Its index.
 * @returns Arrays by name.
 * @throws {SafetensorsError} If the file is damaged.
 */
export async function readBatchState(
  folder: string,
  { state }: BatchIndex,
): Promise<ExportedTraining["state"]> {
  const { tensors } = decodeSafetensors(await Deno.readFile(join(folder, state)));
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

/** State with axes: what a name has behind a slash is of a parameter's shape, as `adam.mean/head.bias`. */
function shaped(config: UNetConfig, state: ExportedTraining["state"]) {
  const shapes = new Map(
    [...parametersOf(config), ...runningStatisticsOf(config)].map(({ name, shape }) => [
      name,
      shape,
    ]),
  );
  const missing = shapes.keys().find((name) => !state.has(name));
  if (missing !== undefined) {
    throw new TypeError(`Cannot write batches: the state has no "${missing}"`);
  }
  return new Map(
    [...state].map(([name, data]) => {
      const shape = shapes.get(name.slice(name.indexOf("/") + 1));
      if (!shape) {
        throw new TypeError(`Cannot write batches: the network has no parameter for "${name}"`);
      }
      return [name, { shape, data }];
    }),
  );
}
