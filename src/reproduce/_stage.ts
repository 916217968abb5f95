import { join } from "@std/path";
import { codeVersion, hashFile, hashText } from "../files/mod.ts";
import { writeTextWhole } from "../report/mod.ts";
import { toJson } from "./_files.ts";

/** A piece of work from files to files: nothing else goes in or comes out. */
export interface Stage {
  /** Unique in the run, e.g. `labels/3`. */
  readonly name: string;
  /** The sources it rests on, relative to the project's folder: a change to them reruns the stage. */
  readonly code: readonly string[];
  /** What else its outputs depend on: plain data. */
  readonly options: unknown;
  /** Files read: paths by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Files written, each whole or not at all: paths by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /**
   * Does the work.
   *
   * @param key What names this stage with its options, code and inputs: work that was begun under another is not to be gone on with.
   * @returns Plain data to keep in the record, such as times.
   */
  run(key: string): Promise<unknown>;
  /**
   * Whether what {@linkcode Stage.run} returned may stand for good; without it, it may.
   *
   * @returns False to run the stage again next time.
   */
  settled?(detail: unknown): boolean;
}

/** What is kept of a stage that is done, in `stages/NAME.json`. */
export interface StageRecord {
  readonly stage: string;
  /** SHA-256 of options, code and inputs. */
  readonly key: string;
  /** SHA-256 of each input. */
  readonly inputs: Readonly<Record<string, string>>;
  /** SHA-256 of each output. */
  readonly outputs: Readonly<Record<string, string>>;
  /** How long it took when it was run. */
  readonly seconds: number;
  /** What {@linkcode Stage.run} returned. */
  readonly detail: unknown;
}

/** A stage's record, and whether it was found or made now. */
export interface StageOutcome {
  readonly record: StageRecord;
  readonly reused: boolean;
}

/** Runs stages of one folder; a stage whose record fits its options, code, inputs and outputs is not run again. */
export class StageRunner {
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  /** Hashes made in this run, by path. */
  readonly #hashes = new Map<string, string>();
  readonly #code = new Map<string, Promise<string>>();

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Runs a stage, or takes its outputs as they are. */
  async run(stage: Stage): Promise<StageOutcome> {
    this.#signal?.throwIfAborted();
    const inputs = await this.#hashAll(stage.inputs);
    const key = hashText(JSON.stringify({
      stage: stage.name,
      code: await this.#codeOf(stage.code),
      options: stage.options,
      inputs,
    }));
    const path = join(this.#folder, "stages", `${stage.name.replaceAll("/", "-")}.json`);
    const before = await readRecord(path);
    const settled = before?.key === key && (stage.settled?.(before.detail) ?? true);
    if (settled && await this.#intact(stage, before)) {
      return { record: before, reused: true };
    }
    const start = performance.now();
    const detail = await stage.run(key);
    const seconds = (performance.now() - start) / 1000;
    this.#signal?.throwIfAborted();
    for (const output of Object.values(stage.outputs)) this.#hashes.delete(output);
    const outputs = await this.#hashAll(stage.outputs);
    const record = { stage: stage.name, key, inputs, outputs, seconds, detail: detail ?? null };
    await writeTextWhole(path, toJson(record));
    return { record, reused: false };
  }

  /** Whether the outputs on disk are those of the record. */
  async #intact(stage: Stage, record: StageRecord): Promise<boolean> {
    try {
      const outputs = await this.#hashAll(stage.outputs);
      return JSON.stringify(outputs) === JSON.stringify(record.outputs);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async #hashAll(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const hashes: Record<string, string> = {};
    for (const [name, path] of Object.entries(files)) {
      const hash = this.#hashes.get(path) ?? await hashFile(path, this.#signal);
      this.#hashes.set(path, hash);
      hashes[name] = hash;
    }
    return hashes;
  }

  #codeOf(parts: readonly string[]): Promise<string> {
    const key = parts.join(" ");
    const known = this.#code.get(key) ?? codeVersion(parts);
    this.#code.set(key, known);
    return known;
  }
}

/** A record that is missing or damaged counts as none: the stage runs again. */
async function readRecord(path: string): Promise<StageRecord | undefined> {
  try {
    const record = JSON.parse(await Deno.readTextFile(path));
    return typeof record?.key === "string" && record.outputs ? record : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
