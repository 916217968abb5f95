import { relative } from "@std/path";
import type { HashedFile } from "../report/mod.ts";
import { toldPath } from "./_files.ts";
import { type Stage, type StageOutcome, StageRunner } from "./_stage.ts";

/** How far a run is. */
export interface ReproduceProgress {
  /** `data`, `grid`, `labels`, `score`, `bench` or `report`. */
  readonly stage: string;
  /** What is being done, in words. */
  readonly message: string;
  /** Share of the whole run that is done, 0 to 1. */
  readonly fraction: number;
}

/** A run: its stages one after the other, what they read and wrote, and how far it is. */
export class Run {
  /** The stages so far, in order. */
  readonly outcomes: StageOutcome[] = [];
  readonly #folder: string;
  readonly #runner: StageRunner;
  readonly #total: number;
  readonly #onProgress: ((progress: ReproduceProgress) => void) | undefined;
  /** By path. */
  readonly #read = new Map<string, string>();
  readonly #written = new Map<string, string>();
  #done = 0;

  /**
   * @param folder The run's folder.
   * @param total The shares of all stages together.
   */
  constructor(
    folder: string,
    total: number,
    { signal, onProgress }: {
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: ReproduceProgress) => void;
    },
  ) {
    this.#folder = folder;
    this.#total = total;
    this.#runner = new StageRunner(folder, signal);
    this.#onProgress = onProgress;
  }

  /** Tells what is being done; `within` is how much of the present stage's share is done. */
  say(stage: string, message: string, within = 0): void {
    this.#onProgress?.({ stage, message, fraction: (this.#done + within) / this.#total });
  }

  /** Runs a stage, or takes its outputs from the run before; `share` is its part of the total. */
  async stage(stage: Stage, message: string, share = 1): Promise<void> {
    const kind = stage.name.split("/")[0]!;
    this.say(kind, message);
    const { record, reused } = await this.#runner.run(stage);
    if (reused) this.say(kind, `${message}: taken from the run before`, share);
    this.outcomes.push({ record, reused });
    for (const [name, path] of Object.entries(stage.inputs)) {
      if (!this.#written.has(path)) this.#read.set(path, record.inputs[name]!);
    }
    for (const [name, path] of Object.entries(stage.outputs)) {
      this.#written.set(path, record.outputs[name]!);
    }
    this.#done += share;
  }

  /** Files that came from outside. */
  get inputs(): HashedFile[] {
    return [...this.#read].map(([path, sha256]) => ({ path: toldPath(path), sha256 }));
  }

  /** Files the run wrote, by their place in its folder. */
  get outputs(): HashedFile[] {
    return [...this.#written].map(([path, sha256]) => ({
      path: relative(this.#folder, path).replaceAll("\\", "/"),
      sha256,
    }));
  }
}
