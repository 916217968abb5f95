import {
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { GpuMemoryError } from "../../src/gpu/mod.ts";
import { readModel } from "../../src/nn/mod.ts";
import { findCheckpoint } from "../../src/train/checkpoint.ts";
import type { TrainConfig } from "../../src/train/config.ts";
import { readBatchIndex } from "../../src/train/batch_files.ts";
import { estimateMemory } from "../../src/train/memory.ts";
import { withGpu } from "../_gpu.ts";
import { boxCase, DATA, inFolder, TINY, trainTiny } from "./_runs.ts";

/** All that a run's last checkpoint holds, but for its texts. */
async function tensorsOf(folder: string) {
  const found = await findCheckpoint(folder);
  return [...found!.checkpoint.tensors].map(([name, { data }]) => [name, data] as const);
}

Deno.test(
  "train() learns: the loss falls, and Dice on a case it never saw rises above 0.9",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const steps: number[] = [];
      const { losses, validations, best, modelPath, ended } = await trainTiny(gpu, folder, {
        validateEvery: 20,
        onStep: ({ step }) => steps.push(step),
      });
      const mean = (list: readonly number[]) =>
        list.reduce((sum, loss) => sum + loss, 0) / list.length;
      assertLess(mean(losses.slice(-10)), 0.6 * mean(losses.slice(0, 10)));
      assertEquals(validations.map(({ step }) => step), [20, 40]);
      assertGreater(best!.dice!, 0.9);
      assertEquals(best!.dice, best!.organs["box"]);
      assertEquals([ended, steps], ["steps", Array.from({ length: 40 }, (_, i) => i + 1)]);
      const model = await readModel(modelPath);
      assertEquals([model.labels, model.crop], [["background", "box"], TINY.crop]);
      assertEquals(model.window, { low: -200, high: 400 });
      assertEquals(model.provenance["steps"], `${best!.step}`);
      assertEquals(gpu.memory.inUse, 0);
    })
  ),
);

Deno.test(
  "train() gives the same weights bit for bit in one go, again, and stopped and resumed after 20 of 40 steps",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const options = { validateEvery: 15, checkpointEvery: 7 };
      const whole = await trainTiny(gpu, join(folder, "whole"), options);
      const again = await trainTiny(gpu, join(folder, "again"), options);
      const stopped = join(folder, "stopped");
      const controller = new AbortController();
      const reason = new Error("stopped");
      const { signal } = controller;
      // The loss of step 19 is known while step 20 runs.
      const onStep = ({ step }: { step: number }) => void (step === 19 && controller.abort(reason));
      const error = await assertRejects(() =>
        trainTiny(gpu, stopped, { ...options, signal, onStep })
      );
      assertEquals(error, reason);
      assertEquals((await findCheckpoint(stopped))?.step, 20);
      const notes: string[] = [];
      const onNote = (line: string) => notes.push(line);
      const resumed = await trainTiny(gpu, stopped, { ...options, resume: true, onNote });
      assertEquals(notes, ["Going on after step 20"]);
      assertEquals(resumed.resumedFrom, 20);
      for (const other of [again, resumed]) {
        assertEquals(other.losses, whole.losses);
        assertEquals(other.validations, whole.validations);
      }
      const expected = await tensorsOf(join(folder, "whole"));
      assertGreater(expected.length, 30);
      assertEquals(await tensorsOf(join(folder, "again")), expected);
      assertEquals(await tensorsOf(stopped), expected);
      assertEquals(
        await Deno.readFile(join(stopped, "model.safetensors")),
        await Deno.readFile(join(folder, "whole", "model.safetensors")),
      );
    })
  ),
);

Deno.test(
  "train() goes on to more steps, and does nothing where all are done",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const first = await trainTiny(gpu, folder, { steps: 3 });
      const more = await trainTiny(gpu, folder, { steps: 5, resume: true });
      assertEquals(more.losses.slice(0, 3), first.losses);
      const none = await trainTiny(gpu, folder, { steps: 5, resume: true });
      assertEquals([none.step, none.losses], [5, more.losses]);
    })
  ),
);

Deno.test(
  "train() refuses to resume with nothing to resume, another config, or other data, and to begin over a run",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const resume = { resume: true, steps: 4 };
      const fails = (options: Parameters<typeof trainTiny>[2], says: string) =>
        assertRejects(() => trainTiny(gpu, folder, options), Error, says);
      await fails(resume, `Cannot resume: there is no checkpoint in "${folder}"`);
      await trainTiny(gpu, folder, { steps: 2 });
      await fails({ steps: 4 }, "it holds one of 2 steps; go on with --resume");
      const config = { ...TINY, batch: 1, loss: { name: "dice", background: true } } as const;
      await fails({ ...resume, config }, "(loss, batch changed)");
      const data = { ...DATA, train: [boxCase(0), boxCase(1)] };
      await fails({ ...resume, data }, "the cases are not those of the checkpoint");
      assertEquals(gpu.memory.inUse, 0);
    })
  ),
);

Deno.test(
  "train() falls back to the checkpoint before a damaged one, says so, and ends the same",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const whole = await trainTiny(gpu, folder, { steps: 8, checkpointEvery: 4 });
      const expected = await tensorsOf(folder);
      const { path } = (await findCheckpoint(folder))!;
      await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, -9));
      const notes: string[] = [];
      const onNote = (line: string) => notes.push(line);
      const again = await trainTiny(gpu, folder, { steps: 8, resume: true, onNote });
      assertEquals(notes.length, 2);
      assertStringIncludes(notes[0]!, `Cannot use checkpoint "${path}"`);
      assertEquals(notes[1], "Going on after step 4");
      assertEquals([again.losses, await tensorsOf(folder)], [whole.losses, expected]);
    })
  ),
);

/** Four steps at a rate that does no harm, then one that no weights survive. */
function bursting(harmless: number): TrainConfig {
  const stages = [{ rate: harmless, steps: 4 }, { rate: 1e30, steps: 1 }];
  return { ...TINY, optimizer: { name: "sgd" }, schedule: { kind: "stages", stages } };
}

Deno.test(
  "train() stops at a loss that is not finite, names the step and keeps the last state that gave a finite one",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const config = bursting(0.01);
      // Also where a checkpoint was written of the state that the loss is not finite of.
      for (const checkpointEvery of [1, 1000]) {
        const run = join(folder, `${checkpointEvery}`);
        const error = await assertRejects(
          () => trainTiny(gpu, run, { config, checkpointEvery }),
          Error,
          "Cannot go on: the loss of step 6 is NaN; the state after step 4, the last of a finite loss, is kept in " +
            `"${join(run, "step-00000004.safetensors")}"; `,
        );
        const again = await assertRejects(() => trainTiny(gpu, run, { config, resume: true }));
        assertStringIncludes((again as Error).message, "the loss of step 6 is NaN");
        assertEquals((await findCheckpoint(run))?.step, 4, error.message);
        await trainTiny(gpu, join(folder, "four"), { config, steps: 4 });
        assertEquals(await tensorsOf(run), await tensorsOf(join(folder, "four")));
        await Deno.remove(join(folder, "four"), { recursive: true });
      }
      assertEquals(gpu.memory.inUse, 0);
    })
  ),
);

Deno.test(
  "train() stops at a state that is not finite, though no loss has told of it, and writes no model of it",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const config = { ...bursting(1e-12), l2: 1e10 };
      const options = { config, steps: 5, validateEvery: 5 };
      await assertRejects(
        () => trainTiny(gpu, folder, options),
        Error,
        `Cannot go on: step 5 left a number in "down0.conv0.weights" that is not finite; the state after step 4, `,
      );
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [
        "step-00000004.safetensors",
      ]);
    })
  ),
);

Deno.test(
  "train() keeps nothing of a training whose second loss is not finite, or the checkpoint it went on from",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const config = bursting(1e30);
      await assertRejects(
        () => trainTiny(gpu, folder, { config }),
        Error,
        "the loss of step 2 is NaN; no state but the first gave a finite loss; try a lower",
      );
      assertEquals([...Deno.readDirSync(folder)], []);
      const later = { config: bursting(0.01) };
      await trainTiny(gpu, folder, { ...later, steps: 4 });
      await assertRejects(
        () => trainTiny(gpu, folder, { ...later, resume: true }),
        Error,
        "the loss of step 6 is NaN; the checkpoint of step 4 is the last good state; try a lower",
      );
    })
  ),
);

Deno.test(
  "train() that is stopped before its first step says that there is nothing to resume",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const notes: string[] = [];
      const onNote = (line: string) => notes.push(line);
      const signal = AbortSignal.abort(new Error("stopped"));
      await assertRejects(() => trainTiny(gpu, folder, { signal, onNote }), Error, "stopped");
      assertEquals(notes, ["Stopped before the first step: there is nothing to resume"]);
      assertEquals([...Deno.readDirSync(folder)], []);
    })
  ),
);

Deno.test(
  "train() ends early when validations bring nothing better",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      // With so small a rate the Dice does not change.
      const config = { ...TINY, schedule: { kind: "constant", rate: 1e-12 } } as const;
      const { network } = TINY;
      const { ended, validations, step } = await trainTiny(gpu, folder, {
        config: { ...config, network: { ...network, norm: "instance" } },
        steps: 20,
        validateEvery: 2,
        patience: 3,
      });
      assertEquals([ended, step], ["patience", 8]);
      assertEquals(validations.map(({ step }) => step), [2, 4, 6, 8]);
    })
  ),
);

Deno.test(
  "train() writes the averages into the model where there are any",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const config = { ...TINY, averageDecay: 0.5 };
      const { modelPath } = await trainTiny(gpu, folder, { config, steps: 3 });
      const { weights } = await readModel(modelPath);
      const tensors = new Map(await tensorsOf(folder));
      const name = "head.weights";
      assertEquals(weights.get(name), tensors.get(`state/average/${name}`));
      assertNotEquals(weights.get(name), tensors.get(`state/${name}`));
      const mean = "down0.conv0.mean";
      assertEquals(weights.get(mean), tensors.get(`state/${mean}`));
    })
  ),
);

Deno.test(
  "train() writes the batches that it trains on",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const exportBatches = join(folder, "..", "batches");
      await trainTiny(gpu, folder, { steps: 2, exportBatches });
      const { batches, optimizer } = await readBatchIndex(exportBatches);
      assertEquals(optimizer, { name: "adam" });
      assertEquals(batches.map(({ step, shape }) => [step, shape.join()]), [
        [1, "2,16,16,16,1"],
        [2, "2,16,16,16,1"],
      ]);
      const labels = await Deno.readFile(join(exportBatches, batches[1]!.labels));
      assertEquals([...new Set(labels)].sort((a, b) => a - b), [0, 1, 255]);
    })
  ),
);

Deno.test(
  "train() refuses at once what does not fit the adapter, and takes no more than the estimate",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      // An activation of 4 channels on 2 x 2048^3 voxels: 256 GiB.
      const config = { ...TINY, crop: [2048, 2048, 2048] } as const;
      const error = await assertRejects(() => trainTiny(gpu, folder, { config }), GpuMemoryError);
      assertStringIncludes(error.message, "2 crops of 2048 x 2048 x 2048 voxels");
      assertEquals(gpu.memory.peak, 0);

      // A validation needs a volume of its own, and tiles as large as that.
      for (const validateEvery of [0, 3]) {
        const foretold = estimateMemory(gpu, TINY, {
          data: DATA,
          validate: validateEvery > 0,
          recompute: false,
        });
        assertEquals(foretold.validation > 0, validateEvery > 0);
        await trainTiny(gpu, join(folder, `${validateEvery}`), { steps: 3, validateEvery });
        // Sums inside of kernels, and rounding up to the pool's sizes.
        assertLess(gpu.memory.peak, 1.25 * foretold.peak + 2 ** 20);
        assertGreater(gpu.memory.peak, 0.5 * foretold.peak);
      }
    })
  ),
);

Deno.test(
  "train() takes the warm start's loss for its first steps, and the own one after them",
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const warm = { loss: { name: "cross-entropy" }, steps: 3 } as const;
      const losses = async (name: string, config: typeof TINY) =>
        (await trainTiny(gpu, join(folder, name), { config, steps: 5 })).losses;
      const mixed = await losses("mixed", { ...TINY, warmStart: warm });
      const first = await losses("first", { ...TINY, loss: warm.loss });
      assertEquals(mixed.slice(0, 3), first.slice(0, 3));
      // The weights of step 4 are those of three steps of cross-entropy; soft IOU lies below 1, as no cross-entropy need.
      assertNotEquals(mixed[3], first[3]);
      const config = { ...TINY, loss: warm.loss, warmStart: { loss: TINY.loss, steps: 3 } };
      assertEquals(
        (await losses("turned", config)).slice(0, 3),
        (await losses("own", TINY)).slice(0, 3),
      );
    })
  ),
);
