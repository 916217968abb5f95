import type {
  BlockLayer,
  ConvolutionLayer,
  HeadLayer,
  NetworkOps,
  NormLayer,
  TransposedLayer,
} from "../src/nn/mod.ts";
import {
  convolve,
  convolveFilterGradient,
  convolveInputGradient,
  type ReferenceConvolution,
  sumChannels,
} from "./nn_conv.ts";
import {
  maxPoolGradientReference,
  maxPoolReference,
  upsampleGradientReference,
  upsampleReference,
} from "./nn_layers.ts";
import {
  type Moments,
  momentsReference,
  normalizeGradientReference,
  normalizeReference,
  type Shape,
} from "./nn_normalization.ts";

/** An activation, and what the backward pass has brought to it so far. */
export interface ReferenceActivation {
  /** [batch, z, y, x, channel]. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly shape: Shape;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** What a {@linkcode ReferenceNetwork} is made of. */
export interface ReferenceNetworkOptions {
  /** By name, as layers name them. */
  readonly parameters: ReadonlyMap<string, ArrayLike<number>>;
  /** Added to the variance of a normalisation. */
  readonly epsilon: number;
  /**
   * True to normalise by the running statistics among the parameters where a layer has them, as a trained network runs; such a pass has no
   * gradient.
   */
  readonly trained?: boolean;
  /** True to round weights, and activations between image and logits, to half precision, as inference may store them. */
  readonly half?: boolean;
}

/** The layers of a network in f64, written down as they run so that a gradient can walk back through them. */
export class ReferenceNetwork implements NetworkOps<ReferenceActivation> {
  /** Moments of each block's normalisation in the order in which they ran. */
  readonly moments: Moments[] = [];
  readonly #parameters: ReadonlyMap<string, ArrayLike<number>>;
  readonly #epsilon: number;
  readonly #trained: boolean;
  readonly #half: boolean;
  readonly #gradients = new Map<string, Float64Array>();
  readonly #backward: (() => void)[] = [];

  /** @param options Parameters and epsilon. */
  constructor({ parameters, epsilon, trained = false, half = false }: ReferenceNetworkOptions) {
    this.#parameters = parameters;
    this.#epsilon = epsilon;
    this.#trained = trained;
    this.#half = half;
  }

  /**
   * Values that a network takes.
   *
   * @param values [batch, z, y, x, channel].
   * @param shape Their axes.
   * @returns The activation.
   */
  image(values: ArrayLike<number>, shape: Shape): ReferenceActivation {
    return activation(Float64Array.from(values), shape);
  }

  /**
   * Walks back from an activation.
   *
   * @param output Where the gradient is known.
   * @param gradient Of the loss by its values.
   * @returns Of the loss by each parameter.
   */
  backward(output: ReferenceActivation, gradient: ArrayLike<number>): Map<string, Float64Array> {
    output.gradient.set(gradient);
    for (const step of this.#backward.toReversed()) step();
    return this.#gradients;
  }

  convolution(x: ReferenceActivation, layer: HeadLayer): ReferenceActivation {
    return this.#convolve(x, layer, layer.bias);
  }

  block(x: ReferenceActivation, { convolutions, norm }: BlockLayer): ReferenceActivation {
    return this.#normalize(convolutions.reduce((x, layer) => this.#convolve(x, layer), x), norm);
  }

  transposed(x: ReferenceActivation, layer: TransposedLayer): ReferenceActivation {
    const { size: k, channels } = layer;
    const shape = withChannels(doubled(x.shape), channels);
    // The gradient of a convolution from the larger grid to the smaller one.
    const shapes = { inputShape: shape, size: [k, k, k], stride: 2, channels: layer.inputChannels };
    const weights = this.#weights(layer);
    const bias = this.#get(layer.bias);
    const y = activation(
      this.#stored(convolveInputGradient(x.values, weights, shapes, bias)),
      shape,
    );
    this.#backward.push(() => {
      this.#set(layer.weights, convolveFilterGradient(y.gradient, x.values, shapes));
      this.#set(layer.bias, sumChannels(y.gradient, channels));
      add(x.gradient, convolve(y.gradient, weights, shapes));
    });
    return y;
  }

  upsample(x: ReferenceActivation, mode: "nearest" | "trilinear"): ReferenceActivation {
    const y = activation(
      this.#stored(upsampleReference(x.values, x.shape, mode)),
      doubled(x.shape),
    );
    this.#backward.push(() => {
      add(x.gradient, upsampleGradientReference(y.gradient, x.shape, mode));
    });
    return y;
  }

  maxPool(x: ReferenceActivation, size: 2 | 3): ReferenceActivation {
    const { output, shape } = maxPoolReference(x.values, x.shape, size);
    const y = activation(output, shape);
    this.#backward.push(() => {
      add(x.gradient, maxPoolGradientReference(x.values, x.shape, size, y.gradient));
    });
    return y;
  }

  concat(a: ReferenceActivation, b: ReferenceActivation): ReferenceActivation {
    const [m, n] = [a.shape[4], b.shape[4]];
    const shape = withChannels(a.shape, m + n);
    /** The part and the element of it that an element of the whole is. */
    const origin = (i: number): [ReferenceActivation, number] => {
      const [voxel, c] = [Math.floor(i / (m + n)), i % (m + n)];
      return c < m ? [a, voxel * m + c] : [b, voxel * n + c - m];
    };
    const values = new Float64Array(a.values.length + b.values.length);
    const y = activation(
      values.map((_, i) => {
        const [part, j] = origin(i);
        return part.values[j]!;
      }),
      shape,
    );
    this.#backward.push(() =>
      y.gradient.forEach((value, i) => {
        const [part, j] = origin(i);
        part.gradient[j]! += value;
      })
    );
    return y;
  }

  release(): void {}

  #convolve(x: ReferenceActivation, layer: ConvolutionLayer, bias?: string): ReferenceActivation {
    const { size, channels } = layer;
    const shapes: ReferenceConvolution = { inputShape: x.shape, size, stride: 1, channels };
    const weights = this.#weights(layer);
    const sums = convolve(x.values, weights, shapes, bias === undefined ? bias : this.#get(bias));
    const y = activation(
      // Those with a bias are logits.
      bias === undefined ? this.#stored(sums) : sums,
      withChannels(x.shape, channels),
    );
    this.#backward.push(() => {
      this.#set(layer.weights, convolveFilterGradient(x.values, y.gradient, shapes));
      if (bias !== undefined) this.#set(bias, sumChannels(y.gradient, channels));
      add(x.gradient, convolveInputGradient(y.gradient, weights, shapes));
    });
    return y;
  }

  #normalize(x: ReferenceActivation, norm: NormLayer): ReferenceActivation {
    const layer = {
      input: x.values,
      shape: x.shape,
      gamma: this.#get(norm.gamma),
      beta: this.#get(norm.beta),
      kind: norm.kind,
      epsilon: this.#epsilon,
      slope: norm.slope,
    };
    const moments = this.#trained && norm.running
      ? {
        mean: Float64Array.from(this.#get(norm.running.mean)),
        variance: Float64Array.from(this.#get(norm.running.variance)),
      }
      : momentsReference(layer);
    this.moments.push(moments);
    const y = activation(this.#stored(normalizeReference(layer, moments)), x.shape);
    this.#backward.push(() => {
      if (this.#trained) {
        throw new ReferenceError("Cannot differentiate: the network ran with running statistics");
      }
      const gradients = normalizeGradientReference(layer, y.gradient);
      this.#set(norm.gamma, gradients.gamma);
      this.#set(norm.beta, gradients.beta);
      add(x.gradient, gradients.input);
    });
    return y;
  }

  /** Values as they lie in memory. */
  #stored(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
    return this.#half ? Float64Array.from(Float16Array.from(values)) : values;
  }

  /** A layer's weights as they lie in memory. */
  #weights({ weights }: { readonly weights: string }): ArrayLike<number> {
    return this.#stored(Float64Array.from(this.#get(weights)));
  }

  #get(name: string): ArrayLike<number> {
    const values = this.#parameters.get(name);
    if (!values) {
      throw new ReferenceError(`Cannot run the network: there is no parameter "${name}"`);
    }
    return values;
  }

  #set(name: string, gradient: Float64Array): void {
    if (this.#gradients.has(name)) {
      throw new ReferenceError(`Cannot differentiate: two layers use parameter "${name}"`);
    }
    this.#gradients.set(name, gradient);
  }
}

function activation(values: Float64Array<ArrayBuffer>, shape: Shape): ReferenceActivation {
  return { values, shape, gradient: new Float64Array(values.length) };
}

function withChannels([batch, nz, ny, nx]: Shape, channels: number): Shape {
  return [batch, nz, ny, nx, channels];
}

function doubled([batch, nz, ny, nx, channels]: Shape): Shape {
  return [batch, 2 * nz, 2 * ny, 2 * nx, channels];
}

function add(sum: Float64Array, values: Float64Array): void {
  values.forEach((value, i) => sum[i]! += value);
}
