import { join } from "@std/path";
import type { Gpu, Staged } from "../gpu/mod.ts";
import { type Model, parametersOf, runningStatisticsOf, writeModel } from "../nn/mod.ts";
import type { Batch } from "./batches.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import { lossAt } from "./config.ts";
import { RecentStates } from "./recent_states.ts";
import {
  packState,
  readState,
  type RunHistory,
  type RunIdentity,
  type RunState,
  type Validation,
} from "./run_state.ts";
import type { TrainOptions } from "./trainer.ts";
import type { TrainingStep } from "./training_step.ts";
import { validate } from "./validate.ts";

/** A training while it runs: its losses as they come in, its validations and its files. Disposing of it frees its copies of the state. */
export class Run implements Disposable {
  /** The model's file. */
  readonly modelPath: string;
  readonly #gpu: Gpu;
  readonly #training: TrainingStep;
  readonly #identity: RunIdentity;
  readonly #options: TrainOptions;
  /** Steps done before this session. */
  readonly #began: number;
  readonly #recent: RecentStates;
  readonly #losses: number[];
  readonly #validations: Validation[];
  /** The loss of the last step, on its way: the host records the next step meanwhile. */
  #pending: Staged<Float32Array<ArrayBuffer>> | undefined;
  /** What the last checkpoint holds. */
  #kept: string;
  /** When the first step of this session was done. */
  #warm: { readonly step: number; readonly at: number } | undefined;

  constructor(gpu: Gpu, { training, before, identity, options }: {
    readonly training: TrainingStep;
    readonly before: RunState;
    readonly identity: RunIdentity;
    readonly options: TrainOptions;
  }) {
    this.#gpu = gpu;
    this.#training = training;
    this.#identity = identity;
    this.#options = options;
    this.#began = before.step;
    this.#recent = new RecentStates(gpu, training.state);
    this.#losses = [...before.losses];
    this.#validations = [...before.validations];
    this.#kept = `${before.step} ${before.validations.length}`;
    this.modelPath = join(options.folder, "model.safetensors");
  }

  /** Losses and validations so far. */
  get history(): RunHistory {
    return { losses: this.#losses, validations: this.#validations };
  }

  /** The validation with the highest Dice, the first of equal ones. */
  get best(): Validation | undefined {
    return this.#validations.reduce<Validation | undefined>(
      (best, one) => best === undefined || (one.dice ?? 0) > (best.dice ?? 0) ? one : best,
      undefined,
    );
  }

  /** Whether too many validations in a row have brought nothing better. */
  get outOfPatience(): boolean {
    const { patience = Infinity } = this.#options;
    const { best } = this;
    return best !== undefined &&
      this.#validations.length - 1 - this.#validations.indexOf(best) >= patience;
  }

  /** Records a step, and waits for the one before. */
  async step({ images, labels }: Batch, learningRate: number): Promise<void> {
    this.#recent.keep(this.#training.step);
    const spec = lossAt(this.#options.config, this.#training.step);
    using loss = this.#training.run(images, labels, learningRate, spec);
    const staged = this.#gpu.stage(loss, Float32Array, 1);
    await this.#settle();
    this.#pending = staged;
  }

  /**
   * Scores the weights as they are on the validation cases, if there are any and it was not done before a stop, and keeps the model if none
   * before was better.
   */
  async validate(): Promise<void> {
    const { data, signal, onValidation, onValidating } = this.#options;
    const { step } = this.#training;
    if (data.validation.length === 0 || this.#validations.at(-1)?.step === step) return;
    await this.#settle();
    onValidating?.(step);
    const model = await this.#model();
    const validation = { step, ...await validate(this.#gpu, model, data.validation, signal) };
    this.#validations.push(validation);
    onValidation?.(validation);
    if (this.best === validation) await writeModel(this.modelPath, model);
  }

  /** Writes a checkpoint, unless nothing has changed since the last one. */
  async save(): Promise<void> {
    await this.#settle();
    const { step } = this.#training;
    const kept = `${step} ${this.#validations.length}`;
    if (this.#kept === kept) return;
    const run = { ...this.history, step, state: await this.#state() };
    await saveCheckpoint(this.#options.folder, step, packState(run, this.#identity));
    this.#kept = kept;
  }

  /** Writes the model of the last step where no validation chose one. */
  async finish(): Promise<void> {
    await this.#settle();
    if (!this.best) await writeModel(this.modelPath, await this.#model());
  }

  async #settle(): Promise<void> {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = undefined;
    await pending.ready();
    const [loss = NaN] = await pending.take();
    this.#losses.push(loss);
    const step = this.#losses.length;
    if (!Number.isFinite(loss)) throw await this.#failure(`the loss of step ${step} is ${loss}`);
    const { steps, onStep } = this.#options;
    const now = performance.now();
    this.#warm ??= { step, at: now };
    const each = (now - this.#warm.at) / 1000 / (step - this.#warm.step);
    onStep?.({
      step,
      steps,
      losses: this.#losses,
      ...Number.isFinite(each) && { secondsLeft: each * (steps - step) },
    });
  }

  /** The state as it is, when all losses are known. A step whose loss was finite may have made numbers that are not. */
  async #state(): Promise<Map<string, Float32Array<ArrayBuffer>>> {
    const state = await readState(this.#gpu, this.#training.state);
    const bad = state.entries().find(([, values]) => !values.every(Number.isFinite));
    if (!bad) return state;
    throw await this.#failure(
      `step ${this.#training.step} left a number in "${bad[0]}" that is not finite`,
    );
  }

  /** Keeps the last state that is known to be good, the one of the last finite loss, as a checkpoint. */
  async #failure(what: string): Promise<Error> {
    const { folder } = this.#options;
    // The loss at place i is that of the state after i steps.
    const step = this.#losses.findLastIndex(Number.isFinite);
    const recent = step > this.#began ? this.#recent.at(step) : undefined;
    let kept = this.#began > 0
      ? `the checkpoint of step ${this.#began} is the last good state`
      : "no state but the first gave a finite loss";
    if (recent) {
      const losses = this.#losses.slice(0, step);
      const validations = this.#validations.filter((validation) => validation.step <= step);
      const run = { losses, validations, step, state: await readState(this.#gpu, recent) };
      const path = await saveCheckpoint(folder, step, packState(run, this.#identity));
      kept = `the state after step ${step}, the last of a finite loss, is kept in "${path}"`;
    }
    return new Error(`Cannot go on: ${what}; ${kept}; try a lower learning rate`);
  }

  /** The model as it is now: averages in the place of parameters where there are any. */
  async #model(): Promise<Model> {
    const { config, labels, spacing, provenance } = this.#options;
    const { network, augmentation: { window }, crop, averageDecay } = config;
    const state = await this.#state();
    const prefix = averageDecay === undefined ? "" : "average/";
    const weights = new Map([
      ...parametersOf(network).map(({ name }) => [name, state.get(prefix + name)!] as const),
      ...runningStatisticsOf(network).map(({ name }) => [name, state.get(name)!] as const),
    ]);
    return {
      config: network,
      labels,
      spacing,
      window: { low: window.low, high: window.high },
      crop,
      weights,
      provenance: { ...provenance, steps: `${this.#training.step}`, seed: `${config.seed}` },
    };
  }

  /** Frees the copies of the state. */
  [Symbol.dispose](): void {
    this.#recent[Symbol.dispose]();
  }
}
