import {
  type BlockLayer,
  type ConvolutionLayer,
  foldBatchNorm,
  type HeadLayer,
  type Model,
  type NetworkOps,
  NORM_EPSILON,
  type NormLayer,
  runUNet,
  type TransposedLayer,
} from "../model/mod.ts";
import type { PoolSize, UpsampleMode } from "../ops/mod.ts";
import { splitTransposed } from "./filters.ts";
import { GraphBuilder, list, text } from "./graph.ts";

/** What a network is made of. */
type NetworkOf = Pick<Model, "config" | "weights">;

/**
 * Writes a network as a TensorFlow graph of operations that every backend of TensorFlow.js has for five axes, for images of any size that
 * the network takes. Batch normalisation goes into the convolution before it.
 *
 * @param model The network; its weights must be those of its config.
 * @returns The graph from `image` [batch, z, y, x, inputChannels] to `logits` and `probabilities` [batch, z, y, x, classes].
 */
export function unetGraph(model: NetworkOf): GraphBuilder {
  const { config } = model;
  const graph = new GraphBuilder();
  const image = graph.placeholder("image", [-1, -1, -1, -1, config.inputChannels]);
  const last = runUNet(config, new GraphOps(graph, model), image);
  const logits = graph.add("Identity", [last], {}, "logits");
  graph.add("Softmax", [logits], {}, "probabilities");
  return graph;
}

/** An activation is the name of the node that makes it. */
class GraphOps implements NetworkOps<string> {
  readonly #graph: GraphBuilder;
  readonly #weights: Model["weights"];
  readonly #slope: number;

  constructor(graph: GraphBuilder, { config, weights }: NetworkOf) {
    this.#graph = graph;
    this.#weights = weights;
    this.#slope = config.slope;
  }

  #numbers(name: string): Float32Array<ArrayBuffer> {
    return this.#weights.get(name)!;
  }

  /** A convolution of stride 1 that keeps the size; a filter of two taps sees a voxel and the next one. */
  #convolve(
    x: string,
    { weights, size, inputChannels, channels }: ConvolutionLayer,
    numbers = this.#numbers(weights),
  ): string {
    const filter = this.#graph.constant(weights, [...size, inputChannels, channels], numbers);
    return this.#graph.add("Conv3D", [x, filter], windows("SAME", [1, 1, 1]));
  }

  /** One number for each channel. All five axes are there: tfjs's WebGPU backend fails to broadcast one axis to five. */
  #perChannel(name: string, numbers = this.#numbers(name)): string {
    return this.#graph.constant(name, [1, 1, 1, 1, numbers.length], numbers);
  }

  #activate(x: string): string {
    if (this.#slope === 1) return x;
    return this.#slope === 0
      ? this.#graph.add("Relu", [x])
      : this.#graph.add("LeakyRelu", [x], { alpha: { f: this.#slope } });
  }

  convolution(x: string, layer: HeadLayer): string {
    return this.#add(this.#convolve(x, layer), this.#perChannel(layer.bias));
  }

  block(x: string, block: BlockLayer): string {
    const { convolutions, norm } = block;
    const last = convolutions.at(-1)!;
    const before = convolutions.slice(0, -1).reduce((at, layer) => this.#convolve(at, layer), x);
    const folded = foldBatchNorm(this.#weights, block);
    if (!folded) {
      const y = this.#normalizeInstances(this.#convolve(before, last), norm);
      return this.#activate(y);
    }
    const { weights, bias } = folded;
    const y = this.#convolve(before, last, weights);
    return this.#activate(this.#add(y, this.#perChannel(norm.beta, bias)));
  }

  /** By each image's own mean and biased variance. */
  #normalizeInstances(x: string, { gamma, beta }: NormLayer): string {
    const graph = this.#graph;
    const mean = (x: string) =>
      graph.add("Mean", [x, graph.integers([1, 2, 3])], { keep_dims: { b: true } });
    const away = graph.add("Sub", [x, mean(x)]);
    const variance = mean(graph.add("Mul", [away, away]));
    const rate = graph.add("Rsqrt", [this.#add(variance, graph.float(NORM_EPSILON))]);
    const scale = graph.add("Mul", [rate, this.#perChannel(gamma)]);
    return this.#add(graph.add("Mul", [away, scale]), this.#perChannel(beta));
  }

  transposed(x: string, layer: TransposedLayer): string {
    const parts = splitTransposed(this.#numbers(layer.weights), layer).map((filter, i) =>
      this.#convolve(
        x,
        { ...layer, weights: `${layer.weights}.${i}`, size: filter.size },
        filter.weights,
      )
    );
    return this.#add(this.#interleave(parts), this.#perChannel(layer.bias));
  }

  upsample(x: string, mode: UpsampleMode): string {
    const nearest = this.#interleave([x]);
    if (mode === "nearest") return nearest;
    // 3/4 of a voxel and 1/4 of its neighbour are 1/4 of itself and 3/4 of the mean of three, of which two are the same; so they are at the
    // faces, where the mean is of the two.
    const graph = this.#graph;
    return ([[3, 1, 1], [1, 3, 1], [1, 1, 3]] as const).reduce((at: string, size) => {
      const mean = graph.add("AvgPool3D", [at], windows("SAME", [1, 1, 1], size));
      return this.#add(
        graph.add("Mul", [at, graph.float(0.25)]),
        graph.add("Mul", [mean, graph.float(0.75)]),
      );
    }, nearest);
  }

  /**
   * Puts the voxels of eight activations in turns, x fastest, or of one for all eight. Behind each other along the channels, values of two
   * activations lie in memory as in turns along x; along x as in turns along y; along y as in turns along z.
   */
  #interleave(parts: readonly string[]): string {
    const graph = this.#graph;
    const shape = graph.add("Shape", [parts[0]!]);
    const doubled = graph.add("Mul", [shape, graph.integers([1, 2, 2, 2, 1])]);
    const [rows] = [4, 3, 2].reduce((at, axis) => {
      const halves = at.length === 1 ? [at[0]!, at[0]!] : at;
      return Array.from(
        { length: halves.length / 2 },
        (_, i) => this.#join(halves[2 * i]!, halves[2 * i + 1]!, axis),
      );
    }, parts);
    return graph.add("Reshape", [rows!, doubled]);
  }

  maxPool(x: string, size: PoolSize): string {
    if (this.#slope === 0) return this.#maxPoolPositive(x, size);
    const graph = this.#graph;
    const axes = graph.integers([0, 1, 2, 3, 4]);
    const least = graph.add("Min", [x, axes], { keep_dims: { b: true } });
    return this.#add(this.#maxPoolPositive(graph.add("Sub", [x, least]), size), least);
  }

  /** Of values from 0 up: tfjs's WebAssembly backend takes 0 for the maximum of values below. */
  #maxPoolPositive(x: string, size: PoolSize): string {
    const pool = (x: string, ...of: Parameters<typeof windows>) =>
      this.#graph.add("MaxPool3D", [x], windows(...of));
    if (size === 2) return pool(x, "VALID", [2, 2, 2], [2, 2, 2]);
    // With stride 2 TensorFlow pads axes of even length behind them alone. With stride 1 it pads both sides, and every second voxel is what
    // is wanted: windows of one voxel take those.
    return pool(pool(x, "SAME", [1, 1, 1], [3, 3, 3]), "VALID", [2, 2, 2], [1, 1, 1]);
  }

  concat(a: string, b: string): string {
    return this.#join(a, b, 4);
  }

  #add(a: string, b: string): string {
    return this.#graph.add("AddV2", [a, b]);
  }

  #join(a: string, b: string, axis: number): string {
    return this.#graph.add("ConcatV2", [a, b, this.#graph.integers(axis)]);
  }

  release(): void {}
}

type Axes = readonly [z: number, y: number, x: number];

/** Attributes of a convolution, or with a size those of a pooling. */
function windows(padding: "SAME" | "VALID", strides: Axes, size?: Axes) {
  return {
    padding: text(padding),
    strides: list([1, ...strides, 1]),
    ...size ? { ksize: list([1, ...size, 1]) } : { dilations: list([1, 1, 1, 1, 1]) },
    data_format: text("NDHWC"),
  };
}
