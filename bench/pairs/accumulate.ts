import { accumulateReference, type AccumulateTile, tfjsAccumulate } from "../../reference/mod.ts";
import { accumulateTile, tileWeights } from "../../src/infer/mod.ts";
import { GpuTensor } from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import type { Case, Pair } from "./pair.ts";

interface AccumulateInput {
  /** Voxels of the sums along x, y, z. */
  readonly dims: readonly [number, number, number];
  readonly classes: number;
  readonly tiles: readonly (AccumulateTile & { readonly logits: Float32Array<ArrayBuffer> })[];
}

type Triple = readonly [number, number, number];

function tilesOf(
  classes: number,
  tile: Triple,
  places: readonly { readonly origin: Triple; readonly inside?: Triple }[],
  weighting: "constant" | "gaussian" = "gaussian",
): AccumulateInput["tiles"] {
  return places.map(({ origin, inside = tile }, stream) => {
    const logits = fillNormal(
      { seed: 40, stream },
      new Float32Array(tile[0] * tile[1] * tile[2] * classes),
    ).map((value) => 4 * value);
    const [x, y, z] = tile.map((n) => tileWeights(n, weighting)) as [
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
      Float32Array<ArrayBuffer>,
    ];
    return { logits, tile, origin, inside, weights: [x, y, z] };
  });
}

/** One tile of 7 classes that covers all. */
function wholeTile(n: number) {
  const dims: Triple = [n, n, n];
  return {
    name: `7 classes, ${dims.join(" x ")}, Gaussian weights`,
    input: () => ({ dims, classes: 7, tiles: tilesOf(7, dims, [{ origin: [0, 0, 0] }]) }),
  };
}

const cases: readonly Case<AccumulateInput>[] = [
  {
    ...wholeTile(96),
    headline: true,
    without: { "tfjs-cpu": "it takes seconds a call, a tensor for each operation" },
  },
  { ...wholeTile(32), brief: true },
  {
    name: "two tiles that overlap in a ring of slices, 3 classes",
    edge: true,
    input: () => ({
      dims: [13, 9, 8],
      classes: 3,
      tiles: tilesOf(3, [8, 8, 8], [{ origin: [0, 0, 0] }, { origin: [5, 1, 6] }]),
    }),
  },
  {
    name: "a tile that reaches beyond an odd volume, 7 classes",
    edge: true,
    input: () => ({
      dims: [5, 3, 7],
      classes: 7,
      tiles: tilesOf(7, [8, 4, 8], [{ origin: [0, 0, 0], inside: [5, 3, 7] }], "constant"),
    }),
  },
  {
    name: "one voxel, 2 classes with logits 100 apart",
    edge: true,
    input: () => ({
      dims: [1, 1, 1],
      classes: 2,
      tiles: [{
        logits: Float32Array.of(100, 0),
        tile: [1, 1, 1],
        origin: [0, 0, 0],
        inside: [1, 1, 1],
        weights: [Float32Array.of(1), Float32Array.of(1), Float32Array.of(0.5)],
      }],
    }),
  },
];

/** Softmax of tiles, weighted and added. */
export const accumulate: Pair<AccumulateInput> = {
  name: "nn/accumulate",
  kernels: ["src/infer/accumulate.wgsl"],
  cases,
  async gpu(gpu, { dims: [nx, ny, nz], classes, tiles }) {
    using held = new DisposableStack();
    const shape = [1, nz, ny, nx, classes] as const;
    const sums = held.use(
      new GpuTensor(gpu.upload(new Float32Array(nx * ny * nz * classes)), shape),
    );
    for (const { logits, tile: [tx, ty, tz], origin, inside, weights } of tiles) {
      const all = Float32Array.from(weights.flatMap((part) => [...part]));
      const tile = new GpuTensor(gpu.upload(logits), [1, tz, ty, tx, classes]);
      accumulateTile(gpu, held.use(tile), {
        sums,
        origin,
        inside,
        weights: held.use(gpu.upload(all)),
      });
    }
    return await gpu.read(sums.array, Float32Array);
  },
  references: {
    typescript: ({ dims, classes, tiles }) => accumulateReference(dims, classes, tiles),
    "tfjs-cpu": ({ dims, classes, tiles }) => tfjsAccumulate(dims, classes, tiles),
  },
  acceptance: {
    class: "absolute",
    tolerance: 2e-6,
    reason:
      "WGSL's exp is good to 3 + 2 |x| ulp, so each term is within 3 ulp of the largest: with 7 of them and a division 8 * 2^-23 of a " +
      "probability, and twice that where two tiles meet",
  },
  work: ({ tiles, classes }) => {
    const voxels = tiles.reduce((sum, { inside: [x, y, z] }) => sum + x * y * z, 0);
    return { bytes: voxels * classes * 12, flops: voxels * (classes * 8 + 4) };
  },
};
