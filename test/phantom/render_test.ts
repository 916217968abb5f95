import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BRICK,
  ellipsoid,
  FIELD_BOUND,
  grown,
  halfSpace,
  listBricks,
  MODES,
  outside,
  Painter,
  renderScene,
  type Scene,
  type Term,
  TILE,
  tube,
  WEIGHT_FLOATS,
} from "../../src/phantom/mod.ts";
import { phantomScene } from "../../src/data/mod.ts";
import { voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

/** A scene without deformation, noise or blur. */
function sceneOf(painter: Painter): Scene {
  return {
    ...painter.finish(),
    pose: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0),
    waves: new Float64Array(6 * MODES),
    weights: new Float32Array(WEIGHT_FLOATS * MODES),
    metals: new Float32Array(0),
    tile: new Float32Array(TILE ** 3),
    scanner: { blur: 0, noise: 0, reach: [100, 100], key: { seed: 1, stream: 1 } },
  };
}

/** Labels along x at whole mm from -5 to 5. */
async function row(gpu: Parameters<typeof renderScene>[0], ...shape: Term[]) {
  const painter = new Painter();
  painter.paint(shape, { hu: 100, label: 7 });
  const grid = { dims: [11, 1, 1], spacing: [1, 1, 1], origin: [-5, 0, 0] } as const;
  return await renderScene(gpu, sceneOf(painter), grid);
}

Deno.test(
  "renderScene() labels middles inside, and shares HU at surfaces by their distance",
  withGpu(async (gpu) => {
    const { ct, labels } = await row(gpu, ellipsoid([0, 0, 0], [2.25, 9, 9]));
    assertEquals([...labels], [0, 0, 0, 7, 7, 7, 7, 7, 0, 0, 0]);
    // The surface at 2.25 mm leaves 1/4 mm of the voxel from 1.5 to 2.5 mm to air: 100 - 1100 / 4.
    assertEquals([...ct], [-1000, -1000, -1000, -175, 100, 100, 100, -175, -1000, -1000, -1000]);
  }),
);

Deno.test(
  "renderScene() intersects terms, complements and planes, and paints later objects over earlier ones",
  withGpu(async (gpu) => {
    const ball = ellipsoid([0, 0, 0], [4.25, 4.25, 4.25]);
    const hollow = await row(gpu, ball, outside(ellipsoid([0, 0, 0], [1.25, 1.25, 1.25])));
    assertEquals([...hollow.labels], [0, 7, 7, 7, 0, 0, 0, 7, 7, 7, 0]);
    const half = await row(gpu, ball, halfSpace([1, 0, 0], 1.25));
    assertEquals([...half.labels], [0, 7, 7, 7, 7, 7, 7, 0, 0, 0, 0]);
    const smaller = await row(gpu, grown(ball, -2));
    assertEquals([...smaller.labels], [0, 0, 0, 7, 7, 7, 7, 7, 0, 0, 0]);
    const pipe = await row(gpu, tube([-3, 0, 0], [1, 0, 0], 1.25));
    assertEquals([...pipe.labels], [0, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0]);
    const painter = new Painter();
    painter.paint(ball, { hu: 100, label: 7 });
    painter.paint(tube([0, 0, 0], [9, 0, 0], 0.5), { hu: 50, label: 2 });
    const grid = { dims: [11, 1, 1], spacing: [1, 1, 1], origin: [-5, 0, 0] } as const;
    const { labels } = await renderScene(gpu, sceneOf(painter), grid);
    assertEquals([...labels], [0, 7, 7, 7, 7, 2, 2, 2, 2, 2, 2]);
  }),
);

Deno.test("listBricks() leaves out no object that is met in a brick", () => {
  const scene = phantomScene({ seed: 4, index: 2 });
  const grid = { dims: [40, 33, 56], spacing: [10, 10, 10], origin: [-195, -160, -275] } as const;
  const all = listBricks(scene, grid);
  // What is met at a voxel's middle, in a picture of a few hundredths of a mm, must be in the list of the voxel's brick.
  for (let z = 1; z < 56; z += BRICK * 3) {
    for (let y = 2; y < 33; y += BRICK) {
      for (let x = 3; x < 40; x += BRICK) {
        const [i, j, k] = [x, y, z].map((n) => Math.floor(n / BRICK)) as [number, number, number];
        const brick = i + all.bricks[0] * (j + all.bricks[1] * k);
        const objects = (lists: typeof all, at: number) =>
          [...lists.entries.subarray(lists.starts[at], lists.starts[at + 1])].map((e) => e >>> 8);
        const origin = [-195 + 10 * x, -160 + 10 * y, -275 + 10 * z] as const;
        const one = listBricks(scene, {
          ...{ dims: [1, 1, 1], spacing: [0.01, 0.01, 0.01], origin },
        });
        const there = new Set(objects(all, brick));
        assert(objects(one, 0).every((object) => there.has(object)), `voxel ${x}, ${y}, ${z}`);
      }
    }
  }
});

Deno.test(
  "a patient's surface fields keep within their bound",
  () => {
    for (let index = 0; index < 5; index++) {
      const { weights } = phantomScene({ seed: 1, index });
      for (let f = 0; f < 4; f++) {
        let most = 0;
        for (let m = 0; m < MODES; m++) most += Math.abs(weights[WEIGHT_FLOATS * m + 3 + f]!);
        assert(most > 0 && most <= FIELD_BOUND, `field ${f}: ${most}`);
      }
    }
  },
);

Deno.test(
  "renderScene() gives noise of the SD asked for, whatever the blur",
  withGpu(async (gpu) => {
    const painter = new Painter();
    painter.paint(ellipsoid([0, 0, 0], [500, 500, 500]), { hu: 0 });
    for (const blur of [0, 1, 2.5]) {
      const scene = sceneOf(painter);
      const scanner = { ...scene.scanner, blur, noise: 20, reach: [1e6, 1e6] as const };
      const grid = { dims: [37, 40, 41], spacing: [2, 2, 2], origin: [-36, -39, -40] } as const;
      const { ct } = await renderScene(gpu, { ...scene, scanner }, grid);
      const n = voxelCount(grid.dims);
      const sd = Math.sqrt(ct.reduce((sum, hu) => sum + hu * hu, 0) / n);
      // Of 60,680 voxels, (2 sqrt(pi) 1.25)^3 = 87 of which share a noise at the widest blur: SD of the SD 20 / sqrt(2 * 697) = 0.5.
      // Where the blur meets the faces, a voxel that goes on has more noise.
      assert(Math.abs(sd - 20) < 2.2, `SD ${sd} at ${blur} mm`);
    }
  }),
);

Deno.test("Painter refuses objects of no terms or of nine", () => {
  const ball = ellipsoid([0, 0, 0], [1, 1, 1]);
  const painter = new Painter();
  assertThrows(() => painter.paint([], { hu: 0 }), RangeError, "0 terms");
  assertThrows(() => painter.paint(Array(9).fill(ball), { hu: 0 }), RangeError, "9 terms");
});
