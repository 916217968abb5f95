import { pooledBytes } from "../../gpu/mod.ts";
import { convolutionScratch } from "../ops/mod.ts";
import { elementCount, type TensorShape } from "../tensor.ts";
import type { BlockLayer, ConvolutionLayer, HeadLayer, TransposedLayer } from "./layers.ts";
import type { NetworkOps } from "./network.ts";

/** An activation, and how many hold it. */
interface Held {
  readonly shape: TensorShape;
  readonly bytes: number;
  handles: number;
}

/** Counts what is taken and given back. */
export class Ledger {
  peak = 0;
  largest = 0;
  readonly #software: boolean;
  #now = 0;

  /** @param software Whether convolutions take memory of their own. */
  constructor(software: boolean) {
    this.#software = software;
  }

  take(shape: TensorShape): Held {
    const bytes = pooledBytes(4 * elementCount(shape));
    this.#now += bytes;
    this.peak = Math.max(this.peak, this.#now);
    this.largest = Math.max(this.largest, bytes);
    return { shape, bytes, handles: 1 };
  }

  /** The output of a convolution, or a gradient by its input, from so many channels. */
  convolve(shape: TensorShape, channels: number, { size }: Pick<ConvolutionLayer, "size">): Held {
    const output = this.take(shape);
    if (this.#software && size.every((n) => n === 3)) {
      const scratch = convolutionScratch(shape, channels)
        .reduce((sum, bytes) => sum + pooledBytes(bytes), 0);
      this.peak = Math.max(this.peak, this.#now + scratch);
    }
    return output;
  }

  release(held: Held): void {
    if (--held.handles === 0) this.#now -= held.bytes;
  }
}

/** Ops that free their input as soon as nothing needs it; two activations that are put together stay where they are. */
export class InferenceOps implements NetworkOps<readonly Held[]> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  #take(shape: TensorShape): readonly Held[] {
    return [this.#ledger.take(shape)];
  }

  block(x: readonly Held[], { convolutions, norm }: BlockLayer): readonly Held[] {
    const { shape } = x[0]!;
    const convolved = convolutions.reduce((before, layer) => {
      const output = withChannels(shape, layer.channels);
      const after = [this.#ledger.convolve(output, layer.inputChannels, layer)];
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
export class TrainingOps implements NetworkOps<Taped> {
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
      convolutions.map((layer) =>
        ledger.convolve(withChannels(x.value.shape, layer.channels), layer.inputChannels, layer)
      );
    const release = (outputs: readonly Held[]) => outputs.forEach((held) => ledger.release(held));
    let outputs = convolve();
    const y = this.take(outputs.at(-1)!.shape);
    if (this.#recompute) release(outputs);
    return this.#op([x], y, () => {
      if (this.#recompute) outputs = convolve();
      let gradient = ledger.take(y.value.shape);
      for (const [i, input] of [...[x.value, ...outputs.slice(0, -1)].entries()].toReversed()) {
        const done = gradient;
        const layer = convolutions[i]!;
        // The image has no gradient.
        if (i > 0 || !first) gradient = ledger.convolve(input.shape, layer.channels, layer);
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
