import { openGpu } from "../gpu/mod.ts";
import {
  growOrgans,
  type LabelledOrgan,
  type LabelOptions,
  labelOrgans,
  type LabelStep,
  type OrganName,
  ORGANS,
  type OrganSeeds,
} from "../labels/mod.ts";
import { orientationOf, readNifti, type Volume, writeNifti } from "../volume/mod.ts";
import type { Context } from "./command.ts";
import { formatColumns } from "./table.ts";

/** What is labelled on a CT, and how. */
export interface LabelCtOptions extends Pick<LabelOptions, "variant" | "border"> {
  /** By the rules. */
  readonly organs: readonly LabelledOrgan[];
  /** From points, before the rules. */
  readonly seeds: OrganSeeds;
}

/**
 * Labels a CT: organs from points first, then those of the rules; says what each step took and how large each organ is.
 *
 * @param source Absolute path of the CT.
 * @param target Absolute path of the labels.
 * @param adapter Which adapter.
 * @param options Organs and rules.
 * @param context The process.
 */
export async function labelCt(
  source: string,
  target: string,
  adapter: string | undefined,
  { organs, seeds, ...rules }: LabelCtOptions,
  { signal, progress, print }: Context,
): Promise<void> {
  // Nothing is shown until the CT and a GPU are there: what is wrong with either is one line on stderr.
  const steps: LabelStep[] = [];
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const start = performance.now();
    const value = await work;
    steps.push({ name, ms: performance.now() - start });
    return value;
  };
  const ct = await timed("Read the CT", readNifti(source, { signal }));
  await using gpu = await timed("Open the GPU", openGpu({ adapter, signal }));
  const onStep = (step: LabelStep) => {
    progress.stage(step.name);
    steps.push(step);
  };
  const seeded = Object.keys(seeds) as OrganName[];
  const { labels: others, failures } = await growOrgans(gpu, ct, { seeds, signal, onStep });
  const labels = organs.length === 0
    ? others
    : await labelOrgans(gpu, ct, { organs, others, ...rules, signal, onStep });
  await timed("Write the labels", writeNifti(target, labels, { header: ct.header, signal }));
  progress[Symbol.dispose]();

  print(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}\n`);
  steps.push({ name: "In all", ms: steps.reduce((sum, { ms }) => sum + ms, 0) });
  print(formatColumns(["step", "ms"], steps.map(({ name, ms }) => [name, ms.toFixed(1)])));
  print("");
  const all = [...seeded, ...organs];
  print(formatColumns(["organ", "voxels", "mL"], all.map((organ) => sizeOf(labels, organ))));
  for (const organ of organs) {
    if (!labels.data.includes(ORGANS[organ])) print(`\n${organ}: not in view`);
  }
  for (const { organ, seed, why } of failures) {
    print(`\n${organ}: nothing grown from ${seed.join(", ")}: ${why}; click elsewhere in it`);
  }
  print(`\n${target}: ${labels.dims.join(" x ")} voxels, ${orientationOf(labels)}`);
}

function sizeOf(labels: Volume<Uint8Array>, organ: OrganName): string[] {
  const value = ORGANS[organ];
  let voxels = 0;
  for (const label of labels.data) if (label === value) voxels++;
  const [x, y, z] = labels.spacing;
  return [organ, String(voxels), (voxels * x * y * z / 1000).toFixed(1)];
}
