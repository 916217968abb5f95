import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { presets, sampleTransform } from "../../src/augment/mod.ts";
import {
  createVolume,
  readNifti,
  reorient,
  resample,
  type Volume,
  writeNifti,
} from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { testUnless } from "../_skip.ts";
import { decodePng } from "../report/_decode.ts";
import { handMade } from "../volume/_hand_made.ts";
import { Folder, runTask, taskCommand } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

/** 120 x 100 x 110 mm of a phantom's middle, on the grid that the command resamples to. */
const { ct, labels } = await makePhantom({ seed: 1, dims: [40, 34, 36], spacing: [3, 3, 3] });

async function withPhantom(turn: <V extends Volume>(volume: V) => Volume = (volume) => volume) {
  const folder = await Folder.make();
  await writeNifti(join(folder.path, "ct.nii.gz"), turn(ct));
  await writeNifti(join(folder.path, "labels.nii"), turn(labels));
  return folder;
}

const SMALL = ["--n", "3", "--shape", "24x20x28"];

async function augment(folder: Folder, out: string, ...args: string[]): Promise<string> {
  const { code, stdout, errors } = await runTask(["augment", "ct.nii.gz", out, ...args], {
    cwd: folder.path,
    env,
  });
  assertEquals(code, 0, errors.join("\n"));
  return stdout;
}

async function namesOf(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("augment writes images, labels, transforms and a contact sheet", async () => {
  await using folder = await withPhantom();
  const stdout = await augment(folder, "out one", ...SMALL, "--labels", "labels.nii");
  const out = join(folder.path, "out one");
  assertEquals(await folder.names(), ["ct.nii.gz", "labels.nii", "out one"]);
  const numbers = [0, 1, 2];
  assertEquals(await namesOf(out), [
    "contact-sheet.png",
    ...numbers.map((k) => `image-${k}.nii.gz`),
    ...numbers.map((k) => `labels-${k}.nii.gz`),
    "transforms.json",
  ]);
  assertMatch(stdout, /^Adapter: \S/);
  assertStringIncludes(stdout, join(out, "contact-sheet.png"));

  const record = JSON.parse(await Deno.readTextFile(join(out, "transforms.json")));
  const ranges = { ...presets.live, crop: "uniform" } as const;
  const sizes = { input: ct.dims, output: [24, 20, 28] } as const;
  assertEquals(
    record.transforms,
    numbers.map((stream) => sampleTransform(ranges, sizes, { seed: 1, stream })),
  );
  assertEquals([record.seed, record.preset, record.filter], [1, "live", "exact"]);
  assertStringIncludes(record.command, "deno task augment ct.nii.gz 'out one' --n=3 --seed=1");
  assert(record.adapter.description);
  assertEquals(record.versions.deno, Deno.version.deno);

  for (const k of numbers) {
    const image = await readNifti(join(out, `image-${k}.nii.gz`));
    const own = await readNifti(join(out, `labels-${k}.nii.gz`));
    assertEquals([image.dims, own.dims], [[24, 20, 28], [24, 20, 28]]);
    assert(image.data instanceof Float32Array && own.data instanceof Uint8Array);
    assert(image.data.every((value) => value >= 0 && value <= 1));
    assertGreater(new Set(image.data).size, 1000);
    assertEquals(image.affine, own.affine);
    assertOverlay(own);
  }
  // 24 x 20 x 28 is enlarged by 9: axial and coronal 216 wide, sagittal 180, 252 high; 16 around, 4 between;
  // the legend takes 15 pixels and 16 below.
  const { width, height } = decodePng(await Deno.readFile(join(out, "contact-sheet.png")));
  assertEquals([(width - 16) % (216 + 216 + 180 + 8 + 16), (height - 16 - 31) % (252 + 16)], [
    0,
    0,
  ]);
});

/** In the world, each label lies where it lay: the affine undoes the augmentation. */
function assertOverlay({ dims, affine, data }: Volume): void {
  let [wrong, inside] = [0, 0];
  data.forEach((label, i) => {
    const index = [
      i % dims[0],
      Math.floor(i / dims[0]) % dims[1],
      Math.floor(i / dims[0] / dims[1]),
    ];
    const at = [0, 1, 2].map((row) => {
      const world = index.reduce(
        (sum, n, c) => sum + affine[4 * row + c]! * n,
        affine[4 * row + 3]!,
      );
      return Math.round((world - ct.affine[4 * row + 3]!) / 3);
    });
    const within = at.every((n, axis) => n >= 0 && n < ct.dims[axis]!);
    const [x, y, z] = at as [number, number, number];
    const expected = within ? labels.data[x + ct.dims[0] * (y + ct.dims[1] * z)] : 255;
    if (within) inside++;
    if (label !== expected) wrong++;
  });
  assertGreater(inside, data.length / 2);
  // Files hold affines in f32: a voxel just at the middle between two may go the other way.
  assertLess(wrong, data.length / 1000);
}

Deno.test("augment gives the same files for a seed, others for another, whatever way the input lies", async () => {
  await using folder = await withPhantom();
  await Deno.mkdir(join(folder.path, "again"));
  await augment(folder, "once", ...SMALL, "--labels", "labels.nii");
  await augment(folder, "again", ...SMALL, "--labels", "labels.nii", "--seed", "1");
  await augment(folder, "other", ...SMALL, "--seed", "2");
  await using turned = await withPhantom((volume) => reorient(volume, "PIL"));
  await augment(turned, "once", ...SMALL, "--labels", "labels.nii");
  for (const name of await namesOf(join(folder.path, "once"))) {
    if (name === "transforms.json") continue;
    const bytes = await Deno.readFile(join(folder.path, "once", name));
    assertEquals(await Deno.readFile(join(folder.path, "again", name)), bytes, name);
    assertEquals(await Deno.readFile(join(turned.path, "once", name)), bytes, name);
    if (name.startsWith("image")) {
      assertNotEquals(await Deno.readFile(join(folder.path, "other", name)), bytes, name);
    }
  }
  assertEquals(
    (await namesOf(join(folder.path, "other"))).filter((name) => name.startsWith("labels")),
    [],
  );
});

Deno.test("augment resamples to 3 mm and takes labels that are stored as floats", async () => {
  await using folder = await Folder.make();
  const fine = { spacing: 2, interpolation: "nearest" } as const;
  const floats = resample(createVolume(Float32Array.from(labels.data), labels), fine);
  await writeNifti(join(folder.path, "ct.nii.gz"), resample(ct, fine));
  await writeNifti(join(folder.path, "labels.nii"), floats);
  await augment(folder, "out", "--n", "1", "--labels", "labels.nii", "--preset", "organs2018");
  const { input, preset } = JSON.parse(
    await Deno.readTextFile(join(folder.path, "out", "transforms.json")),
  );
  assertEquals([input.dims, preset], [ct.dims, "organs2018"]);
  const own = await readNifti(join(folder.path, "out", "labels-0.nii.gz"));
  assertEquals(own.dims, [120, 120, 160]);
  for (const label of new Set(own.data)) assert(label === 255 || labels.data.includes(label));
});

const moved = { srow: [1, 0, 0, 9, 0, 1, 0, 0, 0, 0, 1, 0] };
const bad: [what: string, args: string[], code: number, says: string][] = [
  ["a missing file", ["gone.nii", "out"], 1, "no such file"],
  ["missing labels", ["ct.nii", "out", "--labels", "gone.nii"], 1, "no such file"],
  ["labels on another grid", ["ct.nii", "out", "--labels", "moved.nii"], 1, "their grid"],
  ["labels that are no integers", ["ct.nii", "out", "--labels", "half.nii"], 1, "value 0.5"],
  ["an n of 0", ["ct.nii", "out", "--n", "0"], 2, "from 1 to"],
  ["an n that is no number", ["ct.nii", "out", "--n", "two"], 2, "--n two"],
  ["a negative seed", ["ct.nii", "out", "--seed=-1"], 2, "--seed"],
  ["an unknown preset", ["ct.nii", "out", "--preset", "liv"], 2, "live, organs2018"],
  ["an unknown filter", ["ct.nii", "out", "--filter", "cubic"], 2, "exact, fast"],
  ["a shape of two sizes", ["ct.nii", "out", "--shape", "120x120"], 2, "120x120x160"],
  ["a shape with a 0", ["ct.nii", "out", "--shape", "120x0x160"], 2, "above 0"],
  ["an OUT_DIR that is a file", ["ct.nii", "moved.nii"], 1, "it is a file"],
  ["an OUT_DIR that is not empty", ["ct.nii", "full"], 1, 'holds "mine"'],
  ["an OUT_DIR in no folder", ["ct.nii", "gone/out"], 1, "no folder"],
  ["too few arguments", ["ct.nii"], 2, "INPUT OUT_DIR"],
  ["an adapter that is not there", ["ct.nii", "out", "--adapter", "no such"], 3, "no such"],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`augment refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await Folder.make();
    await folder.write("ct.nii", handMade());
    await folder.write("moved.nii", handMade({ type: "uint8", ...moved }));
    const halves = Array.from({ length: 8 }, (_, i) => i / 2);
    await folder.write("half.nii", handMade({ type: "float32", voxels: halves }));
    await Deno.mkdir(join(folder.path, "full"));
    await folder.write("full/mine", new Uint8Array());
    const before = await folder.names();
    const found = await runTask(["augment", ...args], { cwd: folder.path });
    assertEquals(
      [found.code, found.stdout, found.errors.length],
      [code, "", 1],
      found.errors.join("\n"),
    );
    assertMatch(found.errors[0]!, /^ct-organ augment: Cannot /);
    assertStringIncludes(found.errors[0]!, says);
    assertEquals(await folder.names(), before);
    assertEquals(await namesOf(join(folder.path, "full")), ["mine"]);
  });
}

Deno.test("augment that fails on the GPU leaves nothing", async () => {
  await using folder = await withPhantom();
  const before = await folder.names();
  const huge = ["augment", "ct.nii.gz", "out", "--shape", "40000x40000x40000"];
  const { code, errors } = await runTask(huge, { cwd: folder.path, env });
  assertEquals(code, 1, errors.join("\n"));
  assertMatch(errors.at(-1)!, /^ct-organ augment: Cannot /);
  assertEquals(await folder.names(), before);
});

testUnless(
  "augment stops on Ctrl-C, leaves nothing and exits with 130",
  Deno.build.os === "windows" ? "Windows cannot send Ctrl-C to a child" : undefined,
  async () => {
    await using folder = await withPhantom();
    const before = await folder.names();
    const child = taskCommand(["augment", "ct.nii.gz", "out", "--n", "400"], {
      cwd: folder.path,
      env,
    }).spawn();
    const drained = child.stdout.cancel();
    let errors = "";
    let interrupted = false;
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      errors += text;
      // The second batch is announced: the first one's files are there. `deno task` delivers one Ctrl-C twice as well.
      if (errors.includes("8 of 400") && !interrupted) {
        interrupted = true;
        child.kill("SIGINT");
        child.kill("SIGINT");
      }
    }
    await drained;
    assertEquals((await child.status).code, 130, errors);
    assertEquals(errors.trimEnd().split("\n").at(-1), "ct-organ augment: Interrupted");
    assertEquals(await folder.names(), before);
  },
);
