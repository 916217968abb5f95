import type { LossSpec } from "../../src/nn/mod.ts";
import type { OptimizerSpec } from "../../src/train/mod.ts";
import { LineProgram, type ProgramCommand } from "../_line_program.ts";
import { readRaw } from "../_raw.ts";
import { parseReply } from "../protocol.ts";
import { pythonProgram } from "./python.ts";

/** Which training PyTorch is to repeat, and how. */
export interface TwinRequest {
  /** A folder of batches, as `BatchFolder` of `src/train` writes it. */
  readonly folder: string;
  /** In which numbers. */
  readonly dtype: "float32" | "float64";
  /** In place of the folder's loss. */
  readonly loss?: LossSpec;
  /** In place of the folder's optimizer. */
  readonly optimizer?: OptimizerSpec;
  /** In place of the folder's L2. */
  readonly l2?: number;
  /** A safetensors file in place of the folder's state. */
  readonly state?: string;
  /** An order of 0, 1, 2 by which the axes z, y, x are turned: the same training but for the order of its sums. */
  readonly axes?: readonly number[];
  /** Multiplies each parameter by 1 + size times a number from -1 to 1 that the seed draws. */
  readonly nudge?: { readonly size: number; readonly seed: number };
}

/** Loss and gradients of one step. */
export interface TwinGradients {
  readonly loss: number;
  /** By parameter, in the project's axes. */
  readonly gradients: ReadonlyMap<string, Float64Array>;
}

/** PyTorch's side of a comparison of trainings: `bench/peers/torch/twin.py`. Dispose of it to end it. */
export class TorchTwin implements AsyncDisposable {
  readonly #program: LineProgram;
  readonly #signal: AbortSignal | undefined;
  #version = "";

  private constructor(command: ProgramCommand, signal?: AbortSignal) {
    this.#program = new LineProgram(command, signal);
    this.#signal = signal;
  }

  /**
   * Looks for a Python with PyTorch.
   *
   * @param signal Ends the search.
   * @returns What to start, or in one line why there is none and how to get it.
   */
  static async find(signal?: AbortSignal): Promise<ProgramCommand | string> {
    return await pythonProgram({
      name: "torch-cpu",
      script: "torch/twin.py",
      modules: ["numpy", "torch"],
      get: "apt-get install python3-numpy python3-torch",
    }, signal);
  }

  /**
   * Starts it.
   *
   * @param command From {@linkcode TorchTwin.find}.
   * @param signal Kills it.
   * @returns The running program.
   * @throws {Error} If it does not start.
   */
  static async start(command: ProgramCommand, signal?: AbortSignal): Promise<TorchTwin> {
    const twin = new TorchTwin(command, signal);
    try {
      const { version, threads } = await twin.#ask("hello", {});
      twin.#version = `PyTorch ${version}, threads: ${threads}`;
      return twin;
    } catch (error) {
      await twin[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Its version and threads in words. */
  get version(): string {
    return this.#version;
  }

  /**
   * Trains.
   *
   * @param request The training, how many of the folder's batches, and a file for parameters and running statistics afterwards.
   * @returns The loss before each step.
   * @throws {Error} If PyTorch refuses.
   */
  async train(
    request: TwinRequest & { readonly steps: number; readonly out?: string },
  ): Promise<number[]> {
    const { losses } = await this.#ask("train", request);
    // JSON has no word for what is not a number.
    return (losses as (number | null)[]).map((loss) => loss ?? NaN);
  }

  /**
   * Takes the gradients of one of the folder's batches, by default of the first.
   *
   * @param request The training, the batch, and a file for the gradients.
   * @returns Loss and gradients, without L2.
   * @throws {Error} If PyTorch refuses.
   */
  async gradients(
    request: TwinRequest & { readonly batch?: number; readonly out: string },
  ): Promise<TwinGradients> {
    const { loss, sizes } = await this.#ask("gradients", request);
    const entries = Object.entries(sizes as Record<string, number>);
    const count = entries.reduce((sum, [, size]) => sum + size, 0);
    const all = await readRaw(request.out, "float64", count) as Float64Array;
    let end = 0;
    const gradients = new Map(
      entries.map(([name, size]) => [name, all.slice(end, end += size)]),
    );
    return { loss: loss as number, gradients };
  }

  /**
   * Runs the network forward on the folder's first batch.
   *
   * @param request The network, whether batch normalisation measures the batch, and a file for the logits.
   * @returns Logits, [batch, z, y, x, class].
   * @throws {Error} If PyTorch refuses.
   */
  async logits(
    request: TwinRequest & { readonly training: boolean; readonly out: string },
  ): Promise<Float64Array> {
    const { size } = await this.#ask("logits", request);
    return await readRaw(request.out, "float64", size as number) as Float64Array;
  }

  /**
   * Segments each of the folder's batches by the running statistics.
   *
   * @param request The network, and how the files of labels begin.
   * @returns The files, one a batch: one byte a voxel, [batch, z, y, x].
   * @throws {Error} If PyTorch refuses.
   */
  async segment(request: TwinRequest & { readonly out: string }): Promise<string[]> {
    const { files } = await this.#ask("segment", request);
    return files as string[];
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  async #ask(op: string, fields: object): Promise<Record<string, unknown>> {
    let reason: unknown;
    try {
      const reply = parseReply(await this.#program.ask({ op, ...fields }));
      if (reply.ok) return reply;
      reason = reply["error"];
    } catch (error) {
      this.#signal?.throwIfAborted();
      reason = (error as Error).message;
    }
    throw new Error(`Cannot ${op} with PyTorch: ${reason}`);
  }
}
