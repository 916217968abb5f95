import { assert, assertEquals, assertRejects } from "@std/assert";
import { uploadVolume } from "../../src/augment/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { segmentResident, segmentVolume, uploadNetwork } from "../../src/infer/mod.ts";
import { GpuTensor, type Model, receptiveField } from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { createVolume, reorient, type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { untrainedModel } from "../nn/_models.ts";

/** Weights nobody trained: whatever comes out depends on the whole receptive field. */
const model: Model = {
  ...untrainedModel({ channels: [4, 6] }, 4),
  window: { low: -100, high: 100 },
  crop: [16, 16, 16],
};
const { config } = model;

function noise(dims: Vec3, seed: number) {
  const data = fillNormal({ seed, stream: 0 }, new Float32Array(voxelCount(dims)))
    .map((value) => 100 * value);
  return createVolume(data, { dims, spacing: [3, 3, 3] });
}

/** The whole volume at once, by the network alone: the class with the largest logit. */
async function whole(gpu: Gpu, volume: ReturnType<typeof noise>): Promise<Uint8Array> {
  const [nx, ny, nz] = volume.dims;
  using network = uploadNetwork(gpu, model);
  const windowed = Float32Array.from(
    volume.data,
    (hu) => Math.min(1, Math.max(0, (hu + 100) / 200)),
  );
  using image = new GpuTensor(gpu.upload(windowed), [1, nz, ny, nx, 1]);
  using logits = network.run(image);
  const values = await gpu.read(logits.array, Float32Array);
  return Uint8Array.from({ length: nx * ny * nz }, (_, i) => {
    const own = values.subarray(3 * i, 3 * i + 3);
    return own.indexOf(Math.max(...own));
  });
}

Deno.test(
  "segmentResident() gives what the whole volume at once gives, in one tile and away from tiles' faces",
  withGpu(async (gpu) => {
    const ct = noise([40, 24, 38], 1);
    const expected = await whole(gpu, ct);
    assertEquals([...new Set(expected)].sort(), [0, 1, 2]);
    using volume = uploadVolume(gpu, ct);
    using network = uploadNetwork(gpu, model);
    const before = gpu.memory.inUse;
    const options = { volume, network, model };
    assertEquals(await segmentResident(gpu, { ...options, tile: [40, 24, 38] }), expected);

    // Tiles of 32 begin at 0 and 8 along x, at 0 and 6 along z; along y one has all. A voxel is sound if it lies deep in all tiles that hold it.
    const reach = Math.ceil(receptiveField(config).exact / 2);
    const deep = (i: number, n: number, starts: readonly number[]) =>
      starts.filter((start) => i >= start && i < start + 32).every((start) =>
        (start === 0 || i >= start + reach) && (start + 32 >= n || i < start + 32 - reach)
      );
    for (const weighting of ["constant", "gaussian"] as const) {
      const found = await segmentResident(gpu, { ...options, tile: [32, 24, 32], weighting });
      let sound = 0;
      let wrong = 0;
      for (let i = 0; i < found.length; i++) {
        if (!deep(i % 40, 40, [0, 8]) || !deep(Math.floor(i / 960), 38, [0, 6])) continue;
        sound++;
        if (found[i] !== expected[i]) wrong++;
      }
      assert(sound > 1000, `${sound} voxels to compare`);
      assertEquals(wrong, 0, weighting);
    }
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "segmentResident() pads odd volumes, along each axis shorter or longer than a tile",
  withGpu(async (gpu) => {
    using network = uploadNetwork(gpu, model);
    for (const dims of [[1, 1, 1], [17, 3, 35], [5, 33, 2]] as Vec3[]) {
      using volume = uploadVolume(gpu, noise(dims, 2));
      const tiles: string[] = [];
      const onTile = (done: number, all: number) => tiles.push(`${done} of ${all}`);
      const tile = [16, 16, 16] as const;
      const labels = await segmentResident(gpu, { volume, network, model, tile, onTile });
      assertEquals(labels.length, voxelCount(dims));
      assert(labels.every((label) => label < 3));
      const count = dims.map((n) => Math.ceil(Math.max(0, Math.ceil(n / 2) * 2 - 16) / 12) + 1);
      const all = count.reduce((product, n) => product * n, 1);
      assertEquals(tiles, Array.from({ length: all }, (_, i) => `${i + 1} of ${all}`));
    }
  }),
);

Deno.test(
  "segmentResident() takes the paper's tiles by default, and the model's crop where statistics depend on the size",
  withGpu(async (gpu) => {
    using volume = uploadVolume(gpu, noise([24, 18, 20], 3));
    const count = async (norm: "batch" | "instance") => {
      const { weights, ...rest } = model;
      const own = { ...rest, config: { ...config, norm }, weights };
      using network = uploadNetwork(gpu, own);
      let tiles = 0;
      await segmentResident(gpu, { volume, network, model: own, onTile: (_, all) => tiles = all });
      return tiles;
    };
    assertEquals(await count("batch"), 1);
    // Crops of 16 cover 24 and 20 voxels in two tiles, 18 too.
    assertEquals(await count("instance"), 8);
  }),
);

/** One class wherever the image is bright: head weights alone decide, as one 1 x 1 x 1 convolution of the first channel. */
function brightModel(): Model {
  const bright = new Map(model.weights);
  const zero = (name: string) => new Float32Array(bright.get(name)!.length);
  for (const name of bright.keys()) {
    if (!/variance|gamma/.test(name)) bright.set(name, zero(name));
  }
  const centre = zero("down0.conv0.weights");
  centre[4 * 13] = 1;
  bright.set("down0.conv0.weights", centre);
  // Behind the concatenation come the 4 doubled channels, then the 4 skipped ones.
  const pass = zero("up0.conv0.weights");
  pass[4 * (8 * 13 + 4)] = 1;
  bright.set("up0.conv0.weights", pass);
  const head = zero("head.weights");
  head[1] = 10;
  bright.set("head.weights", head);
  bright.set("head.bias", Float32Array.of(5, 0, -100));
  return { ...model, weights: bright };
}

Deno.test(
  "segmentVolume() gives labels on the input's grid, whatever its orientation and spacing",
  withGpu(async (gpu) => {
    const dims = [30, 20, 21] as const;
    const data = new Int16Array(voxelCount(dims)).fill(-1000);
    for (let i = 0; i < data.length; i++) if (i % 30 >= 12) data[i] = 1000;
    const ras = createVolume(data, { dims, spacing: [2, 3, 1.5] });
    const volume = reorient(ras, "LPS");
    const labels = await segmentVolume(gpu, { volume, model: brightModel() });
    assertEquals([labels.dims, [...labels.affine]], [volume.dims, [...volume.affine]]);
    // The edge lies at x = 23 mm, midway between the model's voxels at 21.5 and 24.5 mm: interpolation puts it there, nearest ones at 22.
    let wrong = 0;
    reorient(labels, "RAS").data.forEach((label, i) => {
      if (label !== (i % 30 < 12 ? 0 : 1)) wrong++;
    });
    assertEquals(wrong, 0);
  }),
);

Deno.test(
  "segmentResident() labels a finer grid tile by tile as it does in one tile",
  withGpu(async (gpu) => {
    const bright = brightModel();
    using volume = uploadVolume(gpu, noise([17, 9, 45], 5));
    using network = uploadNetwork(gpu, bright);
    const onto = { dims: [40, 21, 111], first: [-0.2, 0, -0.3], step: [0.43, 0.4, 0.41] } as const;
    const options = { volume, network, model: bright, onto };
    const whole = await segmentResident(gpu, { ...options, tile: [32, 16, 48] });
    assertEquals(whole.length, voxelCount(onto.dims));
    assertEquals([...new Set(whole)].sort(), [0, 1]);
    // Tiles of 8 slices: a ring of 9.
    for (const weighting of ["constant", "gaussian"] as const) {
      const tiled = await segmentResident(gpu, { ...options, tile: [16, 16, 8], weighting });
      assertEquals(tiled.filter((label, i) => label !== whole[i]).length, 0, weighting);
    }
  }),
);

Deno.test(
  "segmentVolume() stops when it is told to, and leaves no memory in use",
  withGpu(async (gpu) => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const work = segmentVolume(gpu, {
      volume: noise([40, 16, 16], 3),
      model,
      tile: [16, 16, 16],
      signal: controller.signal,
      onTile: () => controller.abort(reason),
    });
    assertEquals(await assertRejects(() => work), reason);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "uploadNetwork() refuses weights that lack a name, and leaves no memory in use",
  withGpu((gpu) => {
    const weights = new Map([...model.weights].filter(([name]) => name !== "head.bias"));
    let message = "";
    try {
      uploadNetwork(gpu, { config, weights });
    } catch (error) {
      message = (error as Error).message;
    }
    assertEquals(message, 'Cannot run the network: it has no "head.bias"');
    assertEquals(gpu.memory.inUse, 0);
  }),
);
