import { phantomReference } from "../../reference/mod.ts";
import { phantomScene } from "../../src/data/mod.ts";
import { renderScene, type Scene, type SceneGrid } from "../../src/phantom/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import type { Case, Pair } from "./pair.ts";

interface PhantomInput {
  readonly scene: Scene;
  readonly grid: SceneGrid;
}

function inputOf(
  patient: Parameters<typeof phantomScene>[0],
  dims: Vec3,
  spacing: Vec3,
  middle: Vec3 = [0, 0, 0],
): PhantomInput {
  const origin = dims.map((n, axis) => middle[axis]! - (n - 1) / 2 * spacing[axis]!);
  return {
    scene: phantomScene(patient),
    grid: { dims, spacing, origin: origin as unknown as Vec3 },
  };
}

/** A patient with a metal hip, screws in the spine and wires in the breastbone: streaks of three kinds. */
function withMetal(): PhantomInput {
  const input = inputOf({ seed: 3 }, [40, 30, 9], [9, 9, 30]);
  const metals = Float32Array.from([
    ...[-92, 4, -260, -200, 260, 30, 1, 0],
    ...[0, -60, -90, -40, 150, 30, 0.6, -0.8],
    ...[3, 84, 100, 220, 70, 30, 0, 1],
  ]);
  return { ...input, scene: { ...input.scene, metals } };
}

const cases: readonly Case<PhantomInput>[] = [
  {
    name: "a trunk, 45 x 37 x 64 at 9 mm",
    headline: true,
    input: () => inputOf({ seed: 1 }, [45, 37, 64], [9, 9, 9]),
  },
  {
    name: "a chest at 1.5 mm, odd dims",
    edge: true,
    input: () =>
      inputOf({ seed: 2, index: 1, fieldOfView: "chest" }, [37, 29, 23], [1.5, 1.5, 1.5], [
        60,
        -20,
        0,
      ]),
  },
  {
    name: "slices of 5 mm, arms beside",
    edge: true,
    input: () => inputOf({ seed: 2, index: 6 }, [51, 38, 14], [8, 8, 5], [0, 0, 180]),
  },
  { name: "streaks of metal", edge: true, input: withMetal },
  {
    name: "air alone",
    edge: true,
    input: () => inputOf({ seed: 1 }, [5, 4, 3], [2, 2, 2], [0, 900, 0]),
  },
  {
    name: "one voxel in the liver",
    edge: true,
    input: () => inputOf({ seed: 1 }, [1, 1, 1], [3, 3, 3], [70, 0, 40]),
  },
];

/** A body of shapes, scanned. */
export const render: Pair<PhantomInput> = {
  name: "phantom/render",
  kernels: ["src/phantom/render.wgsl", "src/phantom/blur.wgsl", "src/random/philox.wgsl"],
  cases,
  async gpu(gpu, { scene, grid }) {
    const { ct, labels } = await renderScene(gpu, scene, grid);
    return [ct, labels];
  },
  references: {
    typescript(input) {
      const { ct, labels } = phantomReference(input.scene, input.grid);
      return [ct, labels];
    },
  },
  parts: ({ grid }) => [
    { name: "HU", length: voxelCount(grid.dims) },
    {
      name: "labels",
      length: voxelCount(grid.dims),
      acceptance: {
        class: "mismatch-count",
        tolerance: 100,
        reason:
          "A voxel's middle within 3e-4 mm of a surface, what f32 coordinates of 400 mm are good for, may fall on its other side: with a " +
          "surface in a third of all voxels of 6 mm, 30 in a million; shapes pressed flat magnify that up to threefold",
      },
    },
  ],
  acceptance: {
    class: "absolute",
    tolerance: 1,
    exceptionsPerMillion: 100,
    reason:
      "Cover is off by 3e-4 mm of a voxel's width, 0.3 HU at edges of 1000 HU: the rounded HU differs by 1 at most; in the axis of a thin " +
      "shape the gradient turns over, and a voxel's middle there may take the other side's",
  },
  unit: "HU",
  work: ({ scene, grid }) => {
    const voxels = voxelCount(grid.dims);
    // The field's 16 modes and 7 sums, one object's term, 13 taps twice and once more, Philox.
    return {
      bytes: 3 * voxels + scene.terms.byteLength,
      flops: voxels * (16 * 16 + 60 + 3 * 10 + 10 * 24 / 2),
    };
  },
};
