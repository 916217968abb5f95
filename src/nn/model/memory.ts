import { formatBytes, GpuMemoryError, memoryRoom, pooledBytes } from "../../gpu/mod.ts";
import { elementCount, type TensorShape } from "../tensor.ts";
import { checkInputShape, type NetworkOps, runUNet } from "./network.ts";
import type { UNetConfig } from "./config.ts";
import type { BlockLayer, HeadLayer, TransposedLayer } from "./layers.ts";
import { parametersOf } from "./parameters.ts";

/** GPU memory that a network takes, bytes, as the pool rounds them up. */
export interface NetworkMemory {
  /** Parameters, and in training their gradients and what else is kept for each. */
  readonly parameters: number;
  /** All that is there at once at most, parameters and images included. */
  readonly peak: number;
  /** The largest single array. */
  readonly largest: number;
}

/** What {@linkcode trainingMemory} takes. */
export interface TrainingMemoryOptions {
  /** As in training: convolutions run again in the backward pass instead of keeping their outputs. */
  readonly recompute: boolean;
  /** Arrays of its size that are kept for each parameter beside itself and its gradient: 2 by Adam, one for averages, any copies. */
  readonly slots: number;
}

/**
 * The memory of a training step, found by running the network on mere shapes as the tape of src/train runs it. The sums inside of kernels,
 * which are small beside activations, are left out.
 *
 * @param config The network.
 * @param shape Axes of a batch.
 * @param options How it is trained.
 * @returns Bytes.
 * @throws {TypeError} If the images have not the network's channels.
 * @throws {RangeError} If an axis is not a multiple of what the network needs.
 */
export function trainingMemory(
  config: UNetConfig,
  shape: TensorShape,
  { recompute, slots }: TrainingMemoryOptions,
): NetworkMemory {
  checkInputShape(config, shape);
  const ledger = new Ledger();
  const ops = new TrainingOps(ledger, recompute);
  const image = ops.take(shape);
  const logits = runUNet(config, ops, image);
  ops.backward(logits);
  return summary(config, ledger, 2 + slots);
}

/**
 * The memory of an inference, found in the same way.
 *
 * @param config The network.
 * @param shape Axes of what is inferred at once.
 * @returns Bytes.
 * @throws {TypeError} If the image has not the network's channels.
 * @throws {RangeError} If an axis is not a multiple of what the network needs.
 */
export function inferenceMemory(config: UNetConfig, shape: TensorShape): NetworkMemory {
  checkInputShape(config, shape);
  const ledger = new Ledger();
  const ops = new InferenceOps(ledger);
  runUNet(config, ops, [ledger.take(shape)]);
  return summary(config, ledger, 1);
}

/**
 * Refuses what would not fit, before anything runs.
 *
 * @param what What is about to run, for the message, e.g. `a step on 120 x 120 x 160 voxels`.
 * @param memory What it takes.
 * @param gpu Where it would run.
 * @throws {GpuMemoryError} If an array is larger than one binding of the adapter, or all together more than is free; the message says what
 * would help.
 */
export async function checkMemory(
  what: string,
  { peak, largest }: Pick<NetworkMemory, "peak" | "largest">,
  gpu: Parameters<typeof memoryRoom>[0],
): Promise<void> {
  if (largest > gpu.largestArray) {
    throw new GpuMemoryError(
      `Cannot run ${what}: an activation takes ${formatBytes(largest)}, the adapter offers ` +
        `${
          formatBytes(gpu.largestArray)
        } in one binding; use a smaller crop or a network of fewer channels`,
    );
  }
  const { fits, offered } = await memoryRoom(gpu, peak);
  if (fits) return;
  throw new GpuMemoryError(
    `Cannot run ${what}: it takes ${formatBytes(peak)} of GPU memory, ` +
      `${
        offered === undefined ? "more than the adapter has" : `${formatBytes(offered)} are`
      } free; ` +
      "use a smaller batch or crop, or recompute activations",
  );
}

function summary(config: UNetConfig, { peak, largest }: Ledger, copies: number): NetworkMemory {
  const parameters = copies *
    parametersOf(config).reduce((sum, { shape }) => sum + pooledBytes(4 * elementCount(shape)), 0);
  return { parameters, peak: peak + parameters, largest };
}

/** An activation, and how many hold it. */
interface Held {
  readonly shape: TensorShape;
  readonly bytes: number;
  handles: number;
}

/** Counts what is taken and given back. */
class Ledger {
  peak = 0;
  largest = 0;
  #now = 0;

  take(shape: TensorShape): Held {
    const bytes = pooledBytes(4 * elementCount(shape));
    this.#now += bytes;
    this.peak = Math.max(this.peak, this.#now);
    this.largest = Math.max(this.largest, bytes);
    return { shape, bytes, handles: 1 };
  }

  release(held: Held): void {
    if (--held.handles === 0) this.#now -= held.bytes;
  }
}

/** Ops that free their input as soon as nothing needs it; two activations that are put together stay where they are. */
class InferenceOps implements NetworkOps<readonly Held[]> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  #take(shape: TensorShape): readonly Held[] {
    return [this.#ledger.take(shape)];
  }

  block(x: readonly Held[], { convolutions, norm }: BlockLayer): readonly Held[] {
    const { shape } = x[0]!;
    const convolved = convolutions.reduce((before, { channels }) => {
      const after = this.#take(withChannels(shape, channels));
      if (before !== x) this.release(before);
      return after;
    }, x);
    // Batch normalisation is in the convolution before it.
    if (norm.running) return convolved;
    const y = this.#take(convolved[0]!.shape);
    this.release(convolved);
    return y;
  }

  convolution([x]: readonly Held[], { channels }: HeadLayer): readonly Held[] {
    return this.#take(withChannels(x!.shape, channels));
  }

  transposed([x]: readonly Held[], { channels }: TransposedLayer): readonly Held[] {
    return this.#take(withChannels(doubled(x!.shape), channels));
  }

  upsample([x]: readonly Held[]): readonly Held[] {
    return this.#take(doubled(x!.shape));
  }

  maxPool([x]: readonly Held[]): readonly Held[] {
    return this.#take(halved(x!.shape));
  }

  concat(a: readonly Held[], b: readonly Held[]): readonly Held[] {
    const both = [...a, ...b];
    for (const held of both) held.handles++;
    return both;
  }

  release(x: readonly Held[]): void {
    for (const held of x) this.#ledger.release(held);
  }
}

/** An activation on the tape, with its gradient once the backward pass has come there. */
interface Taped {
  readonly value: Held;
  gradient?: Held;
}

/** Ops as src/train/ops has them: what the backward pass needs stays, and goes as soon as it was used there. */
class TrainingOps implements NetworkOps<Taped> {
  readonly #ledger: Ledger;
  readonly #recompute: boolean;
  readonly #backward: (() => void)[] = [];

  constructor(ledger: Ledger, recompute: boolean) {
    this.#ledger = ledger;
    this.#recompute = recompute;
  }

  take(shape: TensorShape): Taped {
    return { value: this.#ledger.take(shape) };
  }

  /** The backward pass, from a loss whose gradient by the logits is taken at once with its value. */
  backward(logits: Taped): void {
    logits.gradient = this.#ledger.take(logits.value.shape);
    this.release(logits);
    for (const step of this.#backward.toReversed()) step();
  }

  block(x: Taped, { convolutions }: BlockLayer): Taped {
    const ledger = this.#ledger;
    const first = this.#backward.length === 0;
    const convolve = () =>
      convolutions.map(({ channels }) => ledger.take(withChannels(x.value.shape, channels)));
    const release = (outputs: readonly Held[]) => outputs.forEach((held) => ledger.release(held));
    let outputs = convolve();
    const y = this.take(outputs.at(-1)!.shape);
    if (this.#recompute) release(outputs);
    return this.#op([x], y, () => {
      if (this.#recompute) outputs = convolve();
      let gradient = ledger.take(y.value.shape);
      for (const input of [x.value, ...outputs.slice(0, -1)].toReversed()) {
        const done = gradient;
        // The image has no gradient.
        if (input !== x.value || !first) gradient = ledger.take(input.shape);
        ledger.release(done);
      }
      release(outputs);
      return first ? [] : [gradient];
    });
  }

  convolution(x: Taped, { channels }: HeadLayer): Taped {
    const y = this.take(withChannels(x.value.shape, channels));
    return this.#op([x], y, () => [this.#ledger.take(x.value.shape)]);
  }

  transposed(x: Taped, { channels }: TransposedLayer): Taped {
    const y = this.take(withChannels(doubled(x.value.shape), channels));
    return this.#op([x], y, () => [this.#ledger.take(x.value.shape)]);
  }

  upsample(x: Taped): Taped {
    const y = this.take(doubled(x.value.shape));
    return this.#op([x], y, () => [this.#ledger.take(x.value.shape)], false);
  }

  maxPool(x: Taped): Taped {
    const y = this.take(halved(x.value.shape));
    return this.#op([x], y, () => {
      const winners = this.#ledger.take(y.value.shape);
      const gradient = this.#ledger.take(x.value.shape);
      this.#ledger.release(winners);
      return [gradient];
    });
  }

  concat(a: Taped, b: Taped): Taped {
    const y = this.take(withChannels(a.value.shape, a.value.shape[4] + b.value.shape[4]));
    return this.#op(
      [a, b],
      y,
      () => [a, b].map(({ value }) => this.#ledger.take(value.shape)),
      false,
    );
  }

  release({ value }: Taped): void {
    this.#ledger.release(value);
  }

  /** Notes how an op's gradients are taken; it keeps its inputs until then if `saved`. */
  #op(inputs: readonly Taped[], y: Taped, gradients: () => readonly Held[], saved = true): Taped {
    if (saved) { for (const { value } of inputs) value.handles++; }
    this.#backward.push(() => {
      const found = gradients();
      this.#ledger.release(y.gradient!);
      if (saved) inputs.forEach((input) => this.release(input));
      for (const [i, gradient] of found.entries()) this.#add(inputs[i]!, gradient);
    });
    return y;
  }

  /** The sum of two gradients is a new array; tfjs frees the first at once, the second at the end of the pass. */
  #add(input: Taped, gradient: Held): void {
    const before = input.gradient;
    input.gradient = before ? this.#ledger.take(gradient.shape) : gradient;
    if (before) this.#ledger.release(before);
  }
}

function withChannels([batch, nz, ny, nx]: TensorShape, channels: number): TensorShape {
  return [batch, nz, ny, nx, channels];
}

function doubled([batch, nz, ny, nx, channels]: TensorShape): TensorShape {
  return [batch, 2 * nz, 2 * ny, 2 * nx, channels];
}

function halved([batch, nz, ny, nx, channels]: TensorShape): TensorShape {
  return [batch, nz / 2, ny / 2, nx / 2, channels];
}
