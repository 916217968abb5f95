import { join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import {
  augment,
  type Augmented,
  type Filter,
  type PresetName,
  presets,
  sampleTransform,
  type Transform,
  uploadVolume,
} from "../augment/mod.ts";
import { PAPER_SPACING, readCase } from "../data/mod.ts";
import { type AdapterInfo, openGpu } from "../gpu/mod.ts";
import { encodeContactSheet, type SheetTile, sheetTile } from "../report/mod.ts";
import { type Affine, createVolume, writeNifti } from "../volume/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { oneOf, voxelSizes, wholeNumber } from "./flags.ts";
import { checkOutFolder, writeOutFolder } from "./out_folder.ts";
import { userPath } from "./paths.ts";

const PRESETS = Object.keys(presets) as PresetName[];
const FILTERS: readonly Filter[] = ["exact", "fast"];
const MOST = 10_000;

/** How many results are held in memory at once. */
const BATCH = 8;

/** The contact sheet shows so many results: more would be too small to see. */
const SHEET_TILES = 48;

/** Writes augmented copies of a CT. */
export const augmentCommand: Command = defineCommand({
  name: "augment",
  summary: "Write augmented copies of a CT, and a picture of what training sees",
  operands: ["INPUT", "OUT_DIR"],
  flags: {
    n: { type: "string", value: "N", help: "How many (8 by default)" },
    seed: { type: "string", value: "N", help: "Seed of all that is drawn (1 by default)" },
    labels: { type: "string", value: "FILE", help: "Labels on INPUT's grid, augmented alike" },
    preset: {
      type: "string",
      value: "NAME",
      help: `The author's settings: ${PRESETS.join(", ")} (live by default)`,
    },
    shape: {
      type: "string",
      value: "XxYxZ",
      help: "Voxels of each result (120x120x160 by default, the paper's)",
    },
    filter: {
      type: "string",
      value: "NAME",
      help: "exact (the default), or fast, the hardware's sampler as the paper's code",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "INPUT is a CT in Hounsfield units, .nii or .nii.gz. It is turned to RAS and resampled to " +
    `${PAPER_SPACING} mm as the paper\ndoes, labels by nearest neighbour; each result is a crop from a random place.\n\n` +
    "OUT_DIR must be absent or empty, and gets all of this or nothing:\n" +
    "  image-K.nii.gz     Float32 from 0 to 1, for K from 0\n" +
    "  labels-K.nii.gz    With --labels; 255 is outside of INPUT, to be ignored\n" +
    "  transforms.json    What was done, with command, seed, versions and adapter\n" +
    `  contact-sheet.png  Middle axial, coronal and sagittal slices of the first ${SHEET_TILES}; outlines: liver orange,\n` +
    "                     bladder yellow, lungs blue, kidneys pink, bone green, brain violet\n\n" +
    "Each file's affine says where its voxels came from, so a viewer shows it in place over INPUT: undone, with\n" +
    "rotations and reflections in the affine.",
  examples: [
    {
      line: "deno task augment ct.nii.gz augmented --labels labels.nii.gz",
      does: "Eight crops with their labels",
    },
    {
      line: "deno task augment ct.nii.gz strong --n 24 --seed 7 --preset organs2018",
      does: "Twenty-four with the earlier, stronger setting",
    },
  ],
  async run([input = "", output = ""], flags, { signal, progress, print }) {
    const n = countOf(flags.n);
    const seed = wholeNumber("seed", flags.seed) ?? 1;
    const preset = oneOf("preset", flags.preset ?? "live", PRESETS);
    const shape = voxelSizes("shape", flags.shape ?? "120x120x160");
    const filter = oneOf("filter", flags.filter ?? "exact", FILTERS);
    const target = userPath(output);
    await checkOutFolder(target);

    // Nothing is shown until the CT and a GPU are there: what is wrong with either is one line on stderr.
    const source = await readCase({
      volume: userPath(input),
      labels: flags.labels === undefined ? undefined : [{ path: userPath(flags.labels) }],
    }, { signal });
    const adapter = wantedAdapter(flags.adapter);
    await using gpu = await openGpu({ adapter, signal });
    const ranges = { ...presets[preset], crop: "uniform" } as const;
    const transforms = Array.from(
      { length: n },
      (_, stream) =>
        sampleTransform(ranges, { input: source.volume.dims, output: shape }, { seed, stream }),
    );
    const command = commandOf([input, output], {
      ...{ n, seed, preset, shape: shape.join("x"), filter },
      ...{ labels: flags.labels, adapter: flags.adapter },
    });

    using volume = uploadVolume(gpu, source.volume, { labels: source.labels, filter });
    await writeOutFolder(target, async (folder) => {
      const tiles: SheetTile[] = [];
      for (let first = 0; first < n; first += BATCH) {
        progress.stage(`${first} of ${n}: augment and write`);
        const batch = transforms.slice(first, first + BATCH);
        const results = await augment(gpu, { volume, transforms: batch, signal });
        for (const [i, result] of results.entries()) {
          const number = first + i;
          await writeResult(folder, number, source.volume.affine, result, signal);
          if (number < SHEET_TILES) tiles.push(sheetTile({ ...result, dims: shape }, number));
        }
      }
      progress.stage("Draw the contact sheet");
      const record = {
        command,
        seed,
        preset,
        filter,
        adapter: describeAdapter(gpu.info),
        versions: { "ct-organ-webgpu": config.version, deno: Deno.version.deno },
        input: { dims: source.volume.dims, affine: source.volume.affine },
        ranges,
        transforms,
      };
      const sheet = await encodeContactSheet(tiles);
      await Deno.writeFile(join(folder, "contact-sheet.png"), sheet, { signal });
      const json = `${JSON.stringify(record, null, 2)}\n`;
      await Deno.writeTextFile(join(folder, "transforms.json"), json, { signal });
    });
    progress[Symbol.dispose]();

    print(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}`);
    const what = source.labels ? "images with labels" : "images";
    print(`${target}: ${n} ${what}, ${shape.join(" x ")} voxels at ${PAPER_SPACING} mm`);
    print(join(target, "contact-sheet.png"));
  },
});

function countOf(text: string | undefined): number {
  const n = wholeNumber("n", text) ?? 8;
  if (n < 1 || n > MOST) {
    throw new UsageError(`Cannot use "--n ${n}": it must be from 1 to ${MOST}`);
  }
  return n;
}

/** The command with every default written out, for the record; quoted as a shell needs it. */
function commandOf(
  operands: readonly string[],
  flags: Readonly<Record<string, string | number | undefined>>,
): string {
  const quote = (text: string) =>
    /^[\w./,:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return [
    "deno task augment",
    ...operands.map(quote),
    ...given.map(([name, value]) => `--${name}=${quote(String(value))}`),
  ].join(" ");
}

function describeAdapter({ description, vendor, software }: AdapterInfo) {
  return { description, vendor, software };
}

async function writeResult(
  folder: string,
  number: number,
  affine: Affine,
  { transform, image, labels }: Augmented,
  signal: AbortSignal,
): Promise<void> {
  const grid = { dims: transform.shape, affine: after(affine, transform.matrix) };
  const file = (kind: string) => join(folder, `${kind}-${number}.nii.gz`);
  await writeNifti(file("image"), createVolume(image, grid), { signal });
  if (labels) await writeNifti(file("labels"), createVolume(labels, grid), { signal });
}

/** The map from a result's voxels to the world: that of the volume after the transform's. */
function after(affine: Affine, matrix: Transform["matrix"]): Affine {
  return Array.from({ length: 12 }, (_, i) => {
    const [row, column] = [i - i % 4, i % 4];
    const sum = affine[row]! * matrix[column]! + affine[row + 1]! * matrix[4 + column]! +
      affine[row + 2]! * matrix[8 + column]!;
    return column === 3 ? sum + affine[row + 3]! : sum;
  });
}
