import type { Gpu, GpuArray } from "../gpu/mod.ts";
import {
  type BlockLayer,
  checkInputShape,
  elementCount,
  type GpuTensor,
  lerp,
  type LossSpec,
  type Parameter,
  parametersOf,
  runningStatisticsOf,
  runUNet,
  type UNetConfig,
  updateRunningStatistics,
} from "../nn/mod.ts";
import { loss } from "./ops/loss.ts";
import { tapeOps } from "./ops/network.ts";
import { type Optimizer, optimizerOf, type OptimizerSpec } from "./optimizer.ts";
import { Tape, type Tensor } from "./tape.ts";

/** What {@linkcode createTrainingStep} takes. */
export interface TrainingStepOptions {
  readonly config: UNetConfig;
  /**
   * All that training changes, by name. A fresh start is `initialParameters` and `initialStatistics`; what belongs to the optimizer and the
   * averages may be absent, and begins as their authors say. A resumed one is {@linkcode TrainingStep.state}, read back.
   */
  readonly state: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  /** L2 regularization: the gradient of weights, not of biases, gammas and betas, gets this much of themselves. Default 0. */
  readonly l2?: number | undefined;
  /** True to run convolutions again in the backward pass instead of keeping their outputs. Default false. */
  readonly recompute?: boolean | undefined;
  /** Share of the old in the exponential moving averages of the parameters; without it there are none. */
  readonly averageDecay?: number | undefined;
  /** Steps that were done before. Default 0. */
  readonly step?: number | undefined;
}

/** Share of a new batch in the running mean and variance of batch normalisation: PyTorch's default, and TensorFlow's 1 - 0.9. */
const RUNNING_MOMENTUM = 0.1;

/** A network in training: one step after the other, all on the GPU. Disposing of it frees its state. */
export class TrainingStep implements Disposable {
  /**
   * All that training changes, by name, changed in place by {@linkcode TrainingStep.run}: parameters (`down0.conv0.weights`), running
   * statistics (`down0.conv0.mean`), and with the name of a parameter behind a slash the optimizer's (`adam.mean/...`,
   * `rmsprop.square/...`, `sgd.velocity/...`) and the averages (`average/...`).
   */
  readonly state: ReadonlyMap<string, GpuArray>;
  readonly #gpu: Gpu;
  readonly #options: TrainingStepOptions;
  readonly #optimizer: Optimizer;
  readonly #parameters: readonly Parameter[];
  readonly #tape: Tape;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #owned: DisposableStack;
  #step: number;

  /**
   * Use {@linkcode createTrainingStep}.
   *
   * @param gpu Where.
   * @param options What to train.
   */
  constructor(gpu: Gpu, options: TrainingStepOptions) {
    this.#gpu = gpu;
    this.#options = options;
    this.#step = options.step ?? 0;
    this.#optimizer = optimizerOf(options.optimizer);
    this.#parameters = parametersOf(options.config);
    using owned = new DisposableStack();
    this.state = new Map(
      initialState(options, this.#optimizer).map(([name, values]) => [
        name,
        owned.use(gpu.upload(values, name)),
      ]),
    );
    const tape = this.#tape = owned.use(new Tape(gpu));
    tape.activate();
    this.#tensors = new Map(
      this.#parameters.map(({ name }) => [name, tape.borrow(this.state.get(name)!)]),
    );
    this.#owned = owned.move();
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /**
   * Records one step: forward, loss, backward, optimizer, running statistics, averages. It waits for nothing. After an exception the state is
   * not sound: dispose of the step.
   *
   * @param images [batch, z, y, x, channel].
   * @param labels One byte a voxel in the images' order, each image padded to whole words; 255 does not count.
   * @param rate Learning rate.
   * @param spec The loss of this step, where it is not that of all steps.
   * @returns One 32-bit float, the loss before the step, without L2. The caller disposes of it.
   * @throws {TypeError} If the images have not the network's channels, or the labels not as many bytes as the images have voxels.
   * @throws {RangeError} If an axis is not a multiple of what the network needs.
   * @throws {GpuMemoryError} If an activation does not fit one binding.
   */
  run(
    images: GpuTensor,
    labels: GpuArray,
    rate: number,
    spec: LossSpec = this.#options.loss,
  ): GpuArray {
    const { config, recompute = false } = this.#options;
    checkInputShape(config, images.shape);
    const tape = this.#tape;
    tape.activate();
    const image = tape.borrow(images.array, images.shape);
    const bytes = tape.borrow(labels);
    const forward = () => {
      const ops = tapeOps(tape, {
        image,
        parameters: this.#tensors,
        recompute,
        onStatistics: (...given) => this.#keepStatistics(...given),
      });
      return loss(tape, { logits: runUNet(config, ops, image), labels: bytes }, spec);
    };
    const { value, gradients } = tape.gradients(forward, [...this.#tensors.values()]);
    this.#update(gradients, rate);
    for (const tensor of [...gradients, image, bytes]) tensor.dispose();
    return tape.take(value);
  }

  /** Frees all memory. */
  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #keepStatistics({ norm }: BlockLayer, statistics: Tensor, shape: readonly number[]): void {
    if (!norm.running) return;
    updateRunningStatistics(this.#gpu, {
      running: {
        mean: this.#array(norm.running.mean),
        variance: this.#array(norm.running.variance),
      },
      statistics: this.#tape.arrayOf(statistics),
      count: elementCount(shape.slice(0, 4)),
      momentum: RUNNING_MOMENTUM,
    });
  }

  #update(gradients: readonly Tensor[], rate: number): void {
    const { l2 = 0, averageDecay } = this.#options;
    this.#step++;
    for (const [i, { name, role }] of this.#parameters.entries()) {
      const weights = this.#array(name);
      this.#optimizer.apply(this.#gpu, {
        weights,
        gradient: this.#tape.arrayOf(gradients[i]!),
        slots: this.#optimizer.slots.map((slot) => this.#array(`${slot.name}/${name}`)),
        step: this.#step,
        rate,
        l2: role === "weights" ? l2 : 0,
      });
      if (averageDecay === undefined) continue;
      const values = this.#array(`${AVERAGE}/${name}`);
      lerp(this.#gpu, { values, source: weights, weight: 1 - averageDecay });
    }
  }

  #array(name: string): GpuArray {
    return this.state.get(name)!;
  }
}

/** Before the slash in the names of averages. */
const AVERAGE = "average";

/** Every array of a training by name, with what it begins with. */
function initialState(
  { config, state, averageDecay }: TrainingStepOptions,
  { slots }: Optimizer,
): [name: string, values: Float32Array<ArrayBuffer>][] {
  const network = [...parametersOf(config), ...runningStatisticsOf(config)];
  const sizes = new Map(network.map(({ name, shape }) => [name, elementCount(shape)]));
  const given = (name: string): Float32Array<ArrayBuffer> => {
    const values = state.get(name);
    const size = sizes.get(name)!;
    if (values?.length === size) return values;
    throw new TypeError(
      `Cannot train: "${name}" has ${size} numbers, ${
        values ? `${values.length} are` : "none is"
      } given`,
    );
  };
  const made: [string, Float32Array<ArrayBuffer>][] = network.map((
    { name },
  ) => [name, given(name)]);
  for (const { name } of parametersOf(config)) {
    const size = sizes.get(name)!;
    const companions = [
      ...slots.map((slot) => [slot.name, new Float32Array(size).fill(slot.initial)] as const),
      ...averageDecay === undefined ? [] : [[AVERAGE, given(name)] as const],
    ];
    for (const [prefix, initial] of companions) {
      const full = `${prefix}/${name}`;
      sizes.set(full, size);
      made.push([full, state.has(full) ? given(full) : initial]);
    }
  }
  const unknown = [...state.keys()].find((name) => !sizes.has(name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot train: nothing in this training is called "${unknown}"`);
  }
  return made;
}

/**
 * Readies a network for training: checks its state and brings it to the GPU.
 *
 * @param gpu Where to train.
 * @param options What to train.
 * @returns The training, one step after the other; dispose of it.
 * @throws {TypeError} If a parameter is missing, of another size, or unknown.
 *
 * @example
 * ```ts
 * const config = presetConfig("unet-small", { classes: 7 });
 * const state = new Map([...initialParameters(config, 1), ...initialStatistics(config)]);
 * using training = createTrainingStep(gpu, { config, state, loss: parseLoss("iou"), optimizer: { name: "adam" } });
 * using loss = training.run(images, labels, 1e-3);
 * const [value] = await gpu.read(loss, Float32Array);
 * ```
 */
export function createTrainingStep(gpu: Gpu, options: TrainingStepOptions): TrainingStep {
  return new TrainingStep(gpu, options);
}
