import { dirname, join } from "@std/path";
import type { Gpu } from "../gpu/mod.ts";
import { segmentVolume } from "../infer/mod.ts";
import { readModel } from "../nn/mod.ts";
import { readNifti, writeNifti } from "../volume/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import type { Stage } from "./_stage.ts";

/** What a segmentation's record keeps: it differs from run to run. */
export interface SegmentDetail {
  /** Of each case in the order of the test cases: from the CT in memory to labels on its own grid, the network brought to the GPU included. */
  readonly seconds: readonly number[];
}

/** What {@linkcode segmentStage} takes. */
export interface SegmentStageOptions {
  readonly gpu: Gpu;
  /** What its records and files are called, e.g. `segment/iou+aug-1`. */
  readonly name: string;
  /** The model's file. */
  readonly model: string;
  /** At 3 mm. */
  readonly cases: readonly CaseFiles[];
  /** Where a case's labels go. */
  predicted(number: number): string;
  readonly signal: AbortSignal | undefined;
  readonly onCase: (done: number) => void;
}

/** Where a trainee's labels of a case go, on the 3 mm grid. */
export function predictedFile(folder: string, set: string, name: string, number: number): string {
  return join(folder, set, name, `labels-${number}.nii.gz`);
}

/** Segments cases by a trained model, from 3 mm to the network's grid and back, as the task `segment` does. */
export function segmentStage(options: SegmentStageOptions): Stage {
  const { gpu, name, cases, predicted, signal, onCase } = options;
  const own = { ...signal && { signal } };
  return {
    name,
    code: [
      "src/infer",
      "src/nn",
      "src/augment",
      "src/gpu",
      "src/volume",
      "src/reproduce/_segment.ts",
    ],
    options: { adapter: gpu.info.description },
    inputs: {
      model: options.model,
      ...Object.fromEntries(cases.map(({ number, volume }) => [`volume ${number}`, volume])),
    },
    outputs: Object.fromEntries(cases.map(({ number }) => [`labels ${number}`, predicted(number)])),
    async run(): Promise<SegmentDetail> {
      const model = await readModel(options.model);
      const seconds: number[] = [];
      for (const { number, volume } of cases) {
        onCase(seconds.length);
        const ct = await readNifti(volume, own);
        const start = performance.now();
        const labels = await segmentVolume(gpu, { volume: ct, model, ...own });
        seconds.push((performance.now() - start) / 1000);
        const to = predicted(number);
        await Deno.mkdir(dirname(to), { recursive: true });
        await writeNifti(to, labels, own);
      }
      return { seconds };
    },
  };
}
