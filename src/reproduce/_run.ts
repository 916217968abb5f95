import { relative } from "@std/path";
import type { HashedFile } from "../report/mod.ts";
import { toldPath } from "./_files.ts";
import { type Stage, type StageOutcome, type StageRecord, StageRunner } from "./_stage.ts";

/** How far a run is. */
export interface ReproduceProgress {
  /** The first part of the stage's name, e.g. `data`, `labels`, `train`, `bench`; `report` at the end. */
  readonly stage: string;
  /** What is being done, in words. */
  readonly message: string;
  /** Share of the whole run that is done, 0 to 1. */
  readonly fraction: number;
  /** Seconds that the present stage will still take, judged by its own pace; absent while that is not known. */
  readonly stageSecondsLeft?: number;
  /**
   * Seconds that the run will still take, the present stage by its own pace where that is known, the others by that of those before; absent
   * before the first is done.
   */
  readonly secondsLeft?: number;
}

/** Stages shorter than this say nothing of a machine's speed, seconds. */
const SHORTEST = 0.2;

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
  /** Seconds expected of all that is done, and of the stages that really ran, and what those took. */
  #done = 0;
  #expected = 0;
  #took = 0;
  #stageStart = 0;

  /**
   * @param folder The run's folder.
   * @param total Seconds expected of all stages together.
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

  /**
   * Tells what is being done.
   *
   * @param stage The kind of stage.
   * @param message In words.
   * @param part How much of the present stage is done, 0 to 1, and the seconds expected of all of it.
   */
  say(
    stage: string,
    message: string,
    { within = 0, seconds = 0 }: { readonly within?: number; readonly seconds?: number } = {},
  ): void {
    const elapsed = (performance.now() - this.#stageStart) / 1000;
    const stageLeft = within > 0 ? elapsed * (1 - within) / within : undefined;
    const pace = this.#expected > 0 ? this.#took / this.#expected : undefined;
    const later = Math.max(0, this.#total - this.#done - seconds);
    this.#onProgress?.({
      stage,
      message,
      fraction: Math.min(1, (this.#done + within * seconds) / this.#total),
      ...stageLeft !== undefined && { stageSecondsLeft: stageLeft },
      ...pace !== undefined &&
        { secondsLeft: (stageLeft ?? pace * (1 - within) * seconds) + pace * later },
    });
  }

  /**
   * Runs a stage, or takes its outputs from the run before.
   *
   * @param stage The stage.
   * @param message What it does, in words.
   * @param seconds What it is expected to take.
   * @returns What is kept of it.
   */
  async stage(stage: Stage, message: string, seconds: number): Promise<StageRecord> {
    const kind = stage.name.split("/")[0]!;
    this.#stageStart = performance.now();
    this.say(kind, message);
    const { record, reused } = await this.#runner.run(stage);
    if (reused) {
      this.say(kind, `${message}: taken from the run before`, { within: 1, seconds });
    } else if (record.seconds > SHORTEST) {
      this.#expected += seconds;
      this.#took += record.seconds;
    }
    this.outcomes.push({ record, reused });
    for (const [name, path] of Object.entries(stage.inputs)) {
      if (!this.#written.has(path)) this.#read.set(path, record.inputs[name]!);
    }
    for (const [name, path] of Object.entries(stage.outputs)) {
      this.#written.set(path, record.outputs[name]!);
    }
    this.#done += seconds;
    return record;
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
