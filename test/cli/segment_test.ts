import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { writeModel } from "../../src/nn/mod.ts";
import { readNifti, reorient, writeNifti } from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { untrainedModel } from "../nn/_models.ts";
import { handMade } from "../volume/_hand_made.ts";
import { Folder, runTask } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

/** A folder with a CT of 24 x 20 x 22 voxels of 6 mm, LPS, and a model that nobody trained. */
async function withCase(): Promise<Folder> {
  const folder = await Folder.make();
  const { ct } = await makePhantom({ seed: 1, dims: [24, 20, 22], spacing: [6, 6, 6] });
  await writeNifti(join(folder.path, "ct.nii.gz"), reorient(ct, "LPS"));
  await writeModel(join(folder.path, "model.safetensors"), {
    ...untrainedModel({
      ...{ channels: [2, 2], norm: "instance", slope: 0.1, pool: 2, up: "nearest" },
    }, 2),
    labels: ["background", "liver", "spleen"],
    spacing: [12, 12, 12],
    crop: [8, 8, 8],
  });
  return folder;
}

Deno.test("segment writes the model's labels on the input's grid and says what it found", async () => {
  await using folder = await withCase();
  const { code, stdout, errors } = await runTask(
    ["segment", "ct.nii.gz", "organs.nii.gz", "--model", "model.safetensors"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0, errors.join("\n"));
  const ct = await readNifti(join(folder.path, "ct.nii.gz"));
  const labels = await readNifti(join(folder.path, "organs.nii.gz"));
  assertEquals([labels.dims, labels.affine], [ct.dims, ct.affine]);
  assertEquals(labels.data instanceof Uint8Array, true);
  // What is printed must be what is in the file; a voxel is 6 x 6 x 6 mm = 0.216 mL.
  for (const [value, name] of [[1, "liver"], [2, "spleen"]] as const) {
    const voxels = Array.from(labels.data).filter((label) => label === value).length;
    const line = `^${name} +${value} +${voxels} +${(voxels * 0.216).toFixed(1)}$`;
    assertMatch(stdout, new RegExp(line, "m"));
  }
  assertMatch(stdout, /^Adapter: \S/m);
  assertMatch(stdout, /^Segmented in [\d.]+ s/m);
});

const M = ["--model", "model.safetensors"];

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no model", ["ct.nii.gz", "out.nii"], 2, "--model FILE"],
  ["a model that is not there", ["ct.nii.gz", "out.nii", "--model", "gone"], 1, "no such file"],
  ["a CT for a model", ["ct.nii.gz", "out.nii", "--model", "ct.nii.gz"], 1, "Cannot read model"],
  ["a model for a CT", ["model.safetensors", "out.nii", ...M], 1, "Cannot read NIfTI"],
  ["a missing CT", ["gone.nii", "out.nii", ...M], 1, "no such file"],
  ["an output that is the input", ["ct.nii.gz", "ct.nii.gz", ...M], 2, "it is the input"],
  ["an output of another kind", ["ct.nii.gz", "out.png", ...M], 2, ".nii.gz"],
  ["an output in no folder", ["ct.nii.gz", "gone/out.nii", ...M], 1, "no folder"],
  [
    "a weighting that there is not",
    ["ct.nii.gz", "out.nii", ...M, "--weighting", "linear"],
    2,
    "constant, gaussian",
  ],
  [
    "a precision that there is not",
    ["ct.nii.gz", "out.nii", ...M, "--precision", "f8"],
    2,
    "f32, f16",
  ],
  ["an adapter that is not there", ["ct.nii.gz", "out.nii", ...M, "--adapter", "no"], 3, '"no"'],
];

Deno.test("segment says what to do about a CT with a voxel that is no number, in one line", async () => {
  await using folder = await withCase();
  await folder.write("nan.nii", handMade({ type: "float32", voxels: [0, NaN, 0, 0, 0, 0, 0, 0] }));
  const found = await runTask(["segment", "nan.nii", "out.nii", ...M], { cwd: folder.path, env });
  assertEquals([found.code, found.stdout, found.errors.length], [1, "", 1]);
  assertMatch(found.errors[0]!, /nan\.nii": voxel 1 is NaN; put a finite number in its place/);
});

for (const [what, args, code, says] of bad) {
  Deno.test(`segment refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await withCase();
    const found = await runTask(["segment", ...args], { cwd: folder.path, env });
    assertEquals(
      [found.code, found.stdout, found.errors.length],
      [code, "", 1],
      found.errors.join("\n"),
    );
    assertMatch(found.errors[0]!, /^ct-organ segment: Cannot /);
    assertStringIncludes(found.errors[0]!, says);
    assertEquals(await folder.names(), ["ct.nii.gz", "model.safetensors"]);
  });
}
