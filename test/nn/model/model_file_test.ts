import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Model,
  readModel,
  type Safetensors,
  SafetensorsError,
  writeModel,
} from "../../../src/nn/mod.ts";
import { untrainedModel } from "../_models.ts";

const model: Model = {
  ...untrainedModel({ channels: [2, 3], pool: 2, up: "transposed-2" }),
  labels: ["background", "liver", "bladder"],
};

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "model.safetensors"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readModel() gives what writeModel() took, and its header can be read by any safetensors reader", async () => {
  await inFolder(async (path) => {
    await writeModel(path, model);
    const { weights, ...rest } = await readModel(path);
    const { weights: expected, ...others } = model;
    assertEquals(rest, others);
    assertEquals(new Map(weights), new Map(expected));
    const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path));
    assertEquals(tensors.get("head.weights")?.shape, [1, 1, 1, 2, 3]);
    assertEquals(JSON.parse(metadata["model"]!).labels, ["background", "liver", "bladder"]);
  });
});

const rewrite =
  (change: (file: { -readonly [K in keyof Safetensors]: Safetensors[K] }) => void) =>
  (bytes: Uint8Array) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const file = { tensors: new Map(tensors), metadata: { ...metadata } };
    change(file);
    return encodeSafetensors(file);
  };

const describe = (change: (description: Record<string, unknown>) => void) =>
  rewrite((file) => {
    const description = JSON.parse(file.metadata["model"]!);
    change(description);
    file.metadata = { ...file.metadata, model: JSON.stringify(description) };
  });

const without = (name: string) =>
  rewrite((file) => {
    file.tensors = new Map([...file.tensors].filter(([key]) => key !== name));
  });

const add = (name: string, shape: number[], data: number[]) =>
  rewrite((file) => {
    file.tensors = new Map([...file.tensors, [name, { shape, data: Float32Array.from(data) }]]);
  });

const bad: [what: string, change: (bytes: Uint8Array) => Uint8Array, says: string][] = [
  ["a file cut short", (bytes) => bytes.subarray(0, -1), "cut short"],
  ["another kind of file", () => new TextEncoder().encode("GIF89a, and so on"), "no safetensors"],
  ["safetensors of another project", rewrite((file) => file.metadata = {}), "no model of this"],
  ["a config that is none", describe((model) => model.config = { classes: 3 }), '"inputChannels"'],
  ["a missing parameter", without("head.bias"), '"head.bias" is missing'],
  ["an unknown parameter", add("tail.bias", [1], [0]), 'no "tail.bias"'],
  ["a parameter of another size", add("head.bias", [2], [0, 0]), '"head.bias" has 2 numbers'],
  ["a parameter of another shape", add("head.bias", [3, 1], [0, 0, 0]), "3 x 1, not 3"],
  ["weights that are not finite", add("head.bias", [3], [0, NaN, 0]), "not finite"],
  ["too few labels", describe((model) => model.labels = ["background"]), "3 names"],
  ["a spacing of 0", describe((model) => model.spacing = [3, 3, 0]), "spacing"],
  ["an empty window", describe((model) => model.window = { low: 1, high: 1 }), "window"],
  ["a crop that does not halve", describe((model) => model.crop = [16, 16, 3]), "multiples of 2"],
  ["no provenance", describe((model) => delete model.provenance), "provenance"],
];

for (const [what, change, says] of bad) {
  Deno.test(`readModel() refuses ${what} in one line that names the file`, async () => {
    await inFolder(async (path) => {
      await writeModel(path, model);
      await Deno.writeFile(path, change(await Deno.readFile(path)));
      const error = await assertRejects(() => readModel(path), SafetensorsError);
      assertStringIncludes(error.message, `Cannot read model "${path}": `);
      assertStringIncludes(error.message, says);
      assert(!error.message.includes("\n"));
    });
  });
}

Deno.test("readModel() says that there is no such file, and that a folder is none", async () => {
  await inFolder(async (path) => {
    await assertRejects(() => readModel(path), Deno.errors.NotFound, "no such file");
    await Deno.mkdir(path);
    await assertRejects(() => readModel(path), SafetensorsError, "not a file");
  });
});

Deno.test("writeModel() refuses a model that could not be read again, and leaves no file", async () => {
  await inFolder(async (path) => {
    const bad: Model = { ...model, weights: new Map() };
    await assertRejects(() => writeModel(path, bad), TypeError, '"down0.conv0.weights" is missing');
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  });
});
