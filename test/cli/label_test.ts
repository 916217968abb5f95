import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { ORGANS } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { createVolume, readNifti, writeNifti } from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { testUnless } from "../_skip.ts";
import { clicks } from "../labels/_click.ts";
import { gzip, handMade } from "../volume/_hand_made.ts";
import { Folder, runTask, taskCommand } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

async function withPhantom(): Promise<Folder> {
  const folder = await Folder.make();
  const { ct } = await makePhantom({ seed: 1, spacing: [6, 6, 6] });
  await writeNifti(join(folder.path, "ct one.nii.gz"), ct);
  return folder;
}

Deno.test("label writes lungs and bone on the input's grid, from a folder with spaces", async () => {
  await using folder = await withPhantom();
  const { code, stdout } = await runTask(["label", "ct one.nii.gz", "labels one.nii.gz"], {
    cwd: folder.path,
    env,
  });
  assertEquals(code, 0);
  assertEquals(await folder.names(), ["ct one.nii.gz", "labels one.nii.gz"]);
  const ct = await readNifti(join(folder.path, "ct one.nii.gz"));
  const labels = await readNifti(join(folder.path, "labels one.nii.gz"));
  assertEquals([labels.dims, labels.affine], [ct.dims, ct.affine]);
  assertEquals([...new Set(labels.data)].sort(), [0, ORGANS.lungs, ORGANS.bone]);
  // What is printed must be what is in the file; a voxel is 6 x 6 x 6 mm = 0.216 mL.
  for (const organ of ["lungs", "bone"] as const) {
    const voxels = Array.from(labels.data).filter((label) => label === ORGANS[organ]).length;
    assertGreater(voxels, 0);
    assertMatch(stdout, new RegExp(`^${organ} +${voxels} +${(voxels * 0.216).toFixed(1)}$`, "m"));
  }
  assertMatch(stdout, /^Adapter: \S/m);
  assertMatch(stdout, /^Bone: .+ [\d.]+$/m);
  assertMatch(stdout, /^In all +[\d.]+$/m);
});

Deno.test("label leaves out organs that were not asked for", async () => {
  await using folder = await withPhantom();
  const { code, stdout } = await runTask(
    ["label", "ct one.nii.gz", "bone.nii", "--organs", "bone", "--border=original"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0);
  const { data } = await readNifti(join(folder.path, "bone.nii"));
  assertEquals([...new Set(data)].sort(), [0, ORGANS.bone]);
  assert(!stdout.includes("lungs"));
});

Deno.test("label grows organs from points, before the rules and never overwritten by them", async () => {
  await using folder = await Folder.make();
  const { ct, labels: truth } = await makePhantom({ seed: 3, index: 10_001, spacing: [4, 4, 4] });
  await writeNifti(join(folder.path, "ct.nii"), ct);
  const seeds = { liver: clicks(truth, "liver"), bladder: clicks(truth, "bladder") };
  await folder.write("points.json", new TextEncoder().encode(JSON.stringify(seeds)));
  const run = async (...args: string[]) => {
    const line = ["label", "ct.nii", "out.nii", "--seeds", "points.json", ...args];
    const { code, stdout, errors } = await runTask(line, { cwd: folder.path, env });
    assertEquals(code, 0, errors.join("\n"));
    return { stdout, data: Uint8Array.from((await readNifti(join(folder.path, "out.nii"))).data) };
  };
  const all = await run();
  for (const organ of ["liver", "bladder"] as const) {
    const found = dice(all.data, truth.data, ORGANS[organ])!;
    assertGreater(found, 0.85, organ);
    assertMatch(all.stdout, new RegExp(`^Grow ${organ} +[\\d.]+$`, "m"));
  }
  assertEquals([...new Set(all.data)].sort(), [
    ...[0, ORGANS.liver, ORGANS.bladder, ORGANS.lungs, ORGANS.bone],
  ]);
  const { data, stdout } = await run("--organs", "liver");
  assertEquals([...new Set(data)].sort(), [0, ORGANS.liver]);
  assert(!stdout.includes("lungs"));
  const many = await runTask(["label", ".", "many", "--seeds", "points.json"], {
    cwd: folder.path,
  });
  assertEquals(many.code, 2);
  assertStringIncludes(many.errors.at(-1)!, "Cannot use points for a folder");
  // Later organs take nothing from the liver.
  assert(data.every((value, i) => value === 0 || all.data[i] === value));
});

Deno.test("label of a folder goes on past a bad CT, and on where it was", async () => {
  await using folder = await Folder.make();
  const cts = join(folder.path, "cts");
  await Deno.mkdir(cts);
  for (const index of [3, 20]) {
    const { ct } = await makePhantom({ seed: 1, index, spacing: [6, 6, 6] });
    await writeNifti(join(cts, `volume-${index}.nii.gz`), ct);
  }
  // Above both lungs and bone there is nothing to find.
  const air = createVolume(new Int16Array(8 ** 3).fill(-1000), {
    dims: [8, 8, 8],
    spacing: [3, 3, 3],
  });
  await writeNifti(join(cts, "volume-100.nii"), air);
  await folder.write("cts/volume-4.nii.gz", new Uint8Array(9));
  // Labels beside the CTs are no CTs.
  await folder.write("cts/labels-3.nii.gz", new Uint8Array(9));
  const place = { cwd: folder.path, env };
  const { code, stdout, errors } = await runTask(["label", "cts", "out"], place);
  assertEquals(code, 1, errors.join("\n"));
  assertMatch(errors.at(-1)!, /^ct-organ label: Cannot label case 4: Cannot read NIfTI .*volume-4/);
  const lines = stdout.trimEnd().split("\n");
  assertMatch(lines[1]!, /^3: lungs [\d.]+ ml, bone [\d.]+ ml, [\d.]+ s$/);
  assertMatch(lines[2]!, /^4: FAILED: Cannot read NIfTI/);
  assertMatch(lines[3]!, /^20: lungs [\d.]+ ml, bone/);
  assertMatch(lines[4]!, /^100: lungs not in view, bone not in view, [\d.]+ s$/);
  const out = join(folder.path, "out");
  assertEquals(lines.slice(5), [join(out, "labels.csv"), join(out, "labels.html")]);
  const names = (await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).sort();
  assertEquals(names, [
    ...["labels-100.nii.gz", "labels-20.nii.gz", "labels-3.nii.gz"],
    ...["labels.csv", "labels.html", "labels.json"],
  ]);

  const csv = (await Deno.readTextFile(join(out, "labels.csv"))).trimEnd().split("\n");
  assertEquals(csv[0], "case,organ,ml,found,seconds");
  assertEquals(csv.length, 1 + 3 * 2 + 1);
  const labels = await readNifti(join(out, "labels-20.nii.gz"));
  const voxels = Array.from(labels.data).filter((label) => label === ORGANS.lungs).length;
  // A voxel is 6 x 6 x 6 mm.
  assertStringIncludes(csv.join("\n"), `\n20,lungs,${Number((voxels * 0.216).toFixed(3))},yes,`);
  assertMatch(csv.join("\n"), /\n100,bone,0,not in view,[\d.]+\n/);
  assertMatch(csv.at(-1)!, /^4,,,"?Cannot read NIfTI/);
  const html = await Deno.readTextFile(join(out, "labels.html"));
  assertEquals(html.match(/<div class="slice">/g)?.length, 3 * 3);

  // The bad CT is mended and one file of labels damaged; the other CTs' labels are there already.
  await writeNifti(join(cts, "volume-4.nii.gz"), air);
  const before = await Deno.readFile(join(out, "labels-3.nii.gz"));
  await folder.write("out/labels-3.nii.gz", new Uint8Array(9));
  const again = await runTask(["label", "cts", "out"], place);
  assertEquals(again.code, 0, again.errors.join("\n"));
  const which = again.stdout.split("\n").filter((line) => line.endsWith("there already"));
  assertEquals(which.map((line) => line.split(":")[0]), ["20", "100"]);
  assertEquals(await Deno.readFile(join(out, "labels-3.nii.gz")), before);
  const page = await Deno.readTextFile(join(out, "labels.html"));
  assertEquals(page.match(/<div class="slice">/g)?.length, 3 * 4);

  // By other rules they are made anew.
  const other = await runTask(["label", "cts", "out", "--variant", "paper"], place);
  assertEquals([other.code, other.stdout.includes("there already")], [0, false]);

  // A folder that lost a CT is another folder.
  await Deno.remove(join(cts, "volume-20.nii.gz"));
  const fewer = await runTask(["label", "cts", "out"], place);
  assertEquals(fewer.code, 1);
  assertStringIncludes(fewer.errors.at(-1)!, "holds case 20, which is not among those to write");
});

Deno.test("label of a folder finds CTs in TotalSegmentator's layout, and names a subject without one", async () => {
  await using folder = await Folder.make();
  const air = createVolume(new Int16Array(8 ** 3).fill(-1000), {
    dims: [8, 8, 8],
    spacing: [3, 3, 3],
  });
  for (const name of ["s0002", "s0010", "s0003/segmentations", "other"]) {
    await Deno.mkdir(join(folder.path, "cts", name), { recursive: true });
  }
  await writeNifti(join(folder.path, "cts/s0010/ct.nii.gz"), air);
  await writeNifti(join(folder.path, "cts/s0002/ct.nii"), air);
  await folder.write("cts/meta.csv", new Uint8Array(1));
  const { code, stdout, errors } = await runTask(["label", "cts", "out"], {
    ...{ cwd: folder.path, env },
  });
  assertEquals(code, 1, errors.join("\n"));
  assertMatch(errors.at(-1)!, /^ct-organ label: Cannot label case s0003: .*s0003\/ct\.nii\.gz/);
  const lines = stdout.trimEnd().split("\n").slice(1, 4).map((line) => line.split(" ")[0]);
  assertEquals(lines, ["s0002:", "s0003:", "s0010:"]);
  const out = join(folder.path, "out");
  const names = (await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).sort();
  assertEquals(names, [
    ...["labels.csv", "labels.html", "labels.json"],
    ...["s0002.nii.gz", "s0010.nii.gz"],
  ]);
});

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1]);
const NO_VOXELS = { voxels: [], dim: [3, 1e6, 1e6, 1e6, 1, 1, 1, 1] };

const badFiles: [what: string, name: string, bytes: () => Promise<Uint8Array>, says: RegExp][] = [
  ["a JPEG named .nii.gz", "ct.nii.gz", () => Promise.resolve(JPEG), /NIfTI/],
  [
    "a truncated gzip",
    "ct.nii.gz",
    async () => (await gzip(handMade())).subarray(0, -20),
    /gzip|ends|truncated/i,
  ],
  [
    "a header that claims 10^6 cubed voxels",
    "ct.nii",
    () => Promise.resolve(handMade({ version: 2, ...NO_VOXELS })),
    /1000000 x 1000000 x 1000000/,
  ],
  [
    "NaN spacing",
    "ct.nii",
    () => Promise.resolve(handMade({ sform: 0, pixdim: [1, NaN, 1, 1, 0, 0, 0, 0] })),
    /NaN/,
  ],
  [
    "a singular affine",
    "ct.nii",
    () => Promise.resolve(handMade({ srow: [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0] })),
    /singular|affine|srow/i,
  ],
];

for (const [what, name, bytes, says] of badFiles) {
  Deno.test(`label refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await Folder.make();
    await folder.write(name, await bytes());
    const { code, stdout, errors } = await runTask(["label", name, "out.nii.gz"], {
      cwd: folder.path,
    });
    assertEquals([code, stdout, errors.length], [1, "", 1], errors.join("\n"));
    assertMatch(errors[0]!, /^ct-organ label: Cannot read NIfTI /);
    assertMatch(errors[0]!, says);
    assertEquals(await folder.names(), [name]);
  });
}

const badArguments: [what: string, args: string[], code: number, says: string][] = [
  ["a missing file", ["gone.nii.gz", "out.nii.gz"], 1, "no such file"],
  ["a folder and a file for its labels", [".", "out.nii.gz"], 2, "name a folder"],
  ["a folder as its own output", [".", "."], 1, 'holds "ct.nii" and no labels.json'],
  ["an output folder in no folder", [".", "gone/out"], 1, "no folder"],
  ["an unknown organ", ["ct.nii", "out.nii", "--organs", "lungs,spleen"], 2, "lungs, bone, liver"],
  [
    "an organ without a point",
    ["ct.nii", "out.nii", "--organs", "liver"],
    2,
    "give one with --seeds",
  ],
  ["points that are not there", ["ct.nii", "out.nii", "--seeds", "gone.json"], 1, "no such file"],
  ["points that are none", ["ct.nii", "out.nii", "--seeds", "ct.nii"], 1, "they are not JSON"],
  ["an unknown flag", ["ct.nii", "out.nii", "--orgns", "bone"], 2, '"--organs"'],
  ["a flag without its value", ["ct.nii", "out.nii", "--organs"], 2, "needs a value"],
  ["an unknown variant", ["ct.nii", "out.nii", "--variant", "other"], 2, "robust, paper"],
  ["an unknown border rule", ["ct.nii", "out.nii", "--border", "none"], 2, "safe, original"],
  ["an output that is the input", ["ct.nii", "./ct.nii"], 2, "it is the input"],
  ["an output of another kind", ["ct.nii", "out.png"], 2, ".nii.gz"],
  ["an output in no folder", ["ct.nii", "gone/out.nii"], 1, "no folder"],
  ["too few arguments", ["ct.nii"], 2, "INPUT OUTPUT"],
  ["an adapter that is not there", ["ct.nii", "out.nii", "--adapter", "no such"], 3, "no such"],
];

for (const [what, args, code, says] of badArguments) {
  Deno.test(`label refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await Folder.make();
    const ct = handMade();
    await folder.write("ct.nii", ct);
    const found = await runTask(["label", ...args], { cwd: folder.path });
    assertEquals(
      [found.code, found.stdout, found.errors.length],
      [code, "", 1],
      found.errors.join("\n"),
    );
    assertMatch(found.errors[0]!, /^ct-organ label: Cannot /);
    assertStringIncludes(found.errors[0]!, says);
    assertEquals(await folder.names(), ["ct.nii"]);
    assertEquals(await Deno.readFile(join(folder.path, "ct.nii")), ct);
  });
}

Deno.test("label shows a stack trace only with --verbose", async () => {
  await using folder = await Folder.make();
  const place = { cwd: folder.path };
  const { code, errors } = await runTask(["label", "gone.nii", "out.nii", "--verbose"], place);
  assertEquals(code, 1);
  assertGreater(errors.filter((line) => /^ +at /.test(line)).length, 0);
});

testUnless(
  "label finds no adapter where no driver answers, and exits with 3",
  Deno.build.os === "linux" ? undefined : "only Linux has Vulkan drivers that can be hidden",
  async () => {
    await using folder = await Folder.make();
    await folder.write("ct.nii", handMade());
    const nowhere = { VK_ICD_FILENAMES: "/nowhere.json", VK_DRIVER_FILES: "/nowhere.json" };
    const { code, errors } = await runTask(["label", "ct.nii", "out.nii"], {
      cwd: folder.path,
      env: { DENO_WEBGPU_BACKEND: "vulkan", ...nowhere },
    });
    assertEquals([code, errors.length], [3, 1], errors.join("\n"));
    assertStringIncludes(errors[0]!, "mesa-vulkan-drivers");
  },
);

testUnless(
  "label stops on Ctrl-C, writes nothing and exits with 130",
  Deno.build.os === "windows" ? "Windows cannot send Ctrl-C to a child" : undefined,
  async () => {
    await using folder = await Folder.make();
    // Large enough that the steps after the first take far longer than a signal needs to arrive.
    const ct = createVolume(new Int16Array(240 ** 3), {
      dims: [240, 240, 240],
      spacing: [2, 2, 2],
    });
    await writeNifti(join(folder.path, "ct.nii"), ct);
    const child = taskCommand(["label", "ct.nii", "out.nii.gz"], { cwd: folder.path, env }).spawn();
    const drained = child.stdout.cancel();
    let errors = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      // The first stage is announced: the work has begun. `deno task` delivers one Ctrl-C twice as well.
      if (errors === "") {
        child.kill("SIGINT");
        child.kill("SIGINT");
      }
      errors += text;
    }
    await drained;
    assertEquals((await child.status).code, 130, errors);
    assertEquals(errors.trimEnd().split("\n").at(-1), "ct-organ label: Interrupted");
    assertEquals(await folder.names(), ["ct.nii"]);
  },
);
