import { join } from "@std/path";
import { writeWhole } from "../files/mod.ts";
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "../nn/mod.ts";

/** What a run needs to go on: tensors and texts by name. */
export type Checkpoint = Safetensors;

/** A checkpoint that was found. */
export interface FoundCheckpoint {
  /** Its file. */
  readonly path: string;
  /** Steps done when it was written. */
  readonly step: number;
  readonly checkpoint: Checkpoint;
  /** One line for each newer file that could not be used. */
  readonly passedOver: readonly string[];
}

const NAME = /^step-(\d+)\.safetensors$/;
/** What a writer that was killed leaves behind. */
const LEFTOVER = /^\..+\.tmp$/;

/** How many files are kept: the newest, and the one before in case the newest is damaged. */
const KEPT = 2;

/**
 * Writes a checkpoint, whole or not at all, and removes all others but the one before it. Whatever ends the process meanwhile, the newest whole
 * checkpoint of before is still there.
 *
 * @param folder The run's folder of checkpoints, of which one process at a time makes use; made if it is not there.
 * @param step Steps done.
 * @param checkpoint What to keep.
 * @returns The file.
 */
export async function saveCheckpoint(
  folder: string,
  step: number,
  checkpoint: Checkpoint,
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `step-${String(step).padStart(8, "0")}.safetensors`);
  await writeWhole(path, encodeSafetensors(checkpoint));
  const { files, leftovers } = await list(folder);
  // A later step is of a damaged file that the run did not go on from.
  const old = [
    ...files.filter((file) => file.step > step),
    ...files.filter((file) => file.step <= step).slice(KEPT),
  ];
  for (const file of [...old.map(({ path }) => path), ...leftovers]) await Deno.remove(file);
  return path;
}

/**
 * Tells whether there is a checkpoint, whole or not.
 *
 * @param folder The run's folder.
 * @returns The steps that the newest claims; undefined if there is none.
 */
export async function newestStep(folder: string): Promise<number | undefined> {
  return (await list(folder)).files[0]?.step;
}

/**
 * Finds the newest checkpoint that is whole.
 *
 * @param folder The run's folder of checkpoints.
 * @returns The checkpoint; undefined if there is no file at all.
 * @throws {Error} If there are files and none is whole.
 */
export async function findCheckpoint(folder: string): Promise<FoundCheckpoint | undefined> {
  const { files } = await list(folder);
  const passedOver: string[] = [];
  for (const { path, step } of files) {
    try {
      const checkpoint = decodeSafetensors(await Deno.readFile(path));
      return { path, step, checkpoint, passedOver };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      passedOver.push(`Cannot use checkpoint "${path}": ${error.message}`);
    }
  }
  if (passedOver.length > 0) throw new Error(passedOver[0]);
  return undefined;
}

/** Checkpoints, the newest first, and what was left by a writer that was killed. */
async function list(folder: string) {
  const files: { readonly path: string; readonly step: number }[] = [];
  const leftovers: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      const step = NAME.exec(name)?.[1];
      if (isFile && step !== undefined) {
        files.push({ path: join(folder, name), step: Number(step) });
      }
      if (isFile && LEFTOVER.test(name)) leftovers.push(join(folder, name));
    }
  } catch (error) {
    const none = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!none) throw error;
  }
  return { files: files.sort((a, b) => b.step - a.step), leftovers };
}
