import { assert, assertEquals, assertRejects } from "@std/assert";
import { bodyMask, removeTable } from "../../src/labels/mod.ts";
import { body } from "../../src/labels/_body.ts";
import { dice } from "../../src/metrics/mod.ts";
import { unpackMask, uploadImage } from "../../src/morphology/mod.ts";
import { reorient, type Vec3, type Volume } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { block, type Shape, TRUNK, trunk, tube, voxelsIn } from "./_trunk.ts";

// Cut by the field of view, and it touches the trunk.
const ARM = tube([112, 0], [24, 30]);
/** Two shells of 6 mm with foam between them, wider than the trunk; the upper one touches the back. */
const TABLE: [number, Shape][] = [
  [100, block([-110, -87, -1e3], [110, -66, 1e3])],
  [-950, block([-104, -81, -1e3], [104, -72, 1e3])],
  [40, TRUNK],
];
const LUNG: [number, Shape] = [-800, tube([-40, 0], [33, 45], 0)];

const share = (data: Uint8Array, shape: Shape, ct: Volume) => {
  const wanted = voxelsIn(shape, ct);
  return data.filter((on, i) => on && wanted[i]).length / wanted.filter((on) => on).length;
};

Deno.test(
  "bodyMask() finds trunk, arm and lungs, and no table that touches the back",
  withGpu(async (gpu) => {
    const ct = trunk([...TABLE, LUNG, [40, ARM]]);
    const found = await bodyMask(gpu, ct);
    const truth = voxelsIn((...at) => TRUNK(...at) || ARM(...at), ct);
    // The rest is the shell right under the back, where the 8 mm disc stands in both.
    const score = dice(found.data, truth, 1)!;
    assert(score >= 0.98, `${score}`);
    assert(share(found.data, LUNG[1], ct) === 1);
    assert(share(found.data, ARM, ct) > 0.95);
    const wing = block([95, -87, -1e3], [110, -66, 1e3]);
    assert(share(found.data, wing, ct) === 0);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "body() takes the table for body without the opening",
  withGpu(async (gpu) => {
    const ct = trunk([...TABLE, LUNG]);
    using image = uploadImage(gpu, ct);
    const step = async <T>(_: string, run: () => T | Promise<T>) => await run();
    const wing = block([95, -87, -1e3], [110, -66, 1e3]);
    for (const removed of [true, false]) {
      using mask = await body({ gpu, image, spacing: ct.spacing, step }, removed);
      assertEquals(share(await unpackMask(gpu, mask), wing, ct), removed ? 0 : 1);
    }
  }),
);

Deno.test(
  "bodyMask() works at 0.6 to 5 mm and in any orientation",
  withGpu(async (gpu) => {
    const grids: [Vec3, Vec3][] = [
      [[400, 300, 3], [0.6, 0.6, 1]],
      [[120, 90, 6], [2, 2, 5]],
      [[80, 60, 12], [3, 3, 5]],
    ];
    for (const [dims, spacing] of grids) {
      const ct = trunk([...TABLE, LUNG], { dims, spacing });
      const found = await bodyMask(gpu, ct);
      const score = dice(found.data, voxelsIn(TRUNK, ct), 1)!;
      assert(score >= 0.97, `${spacing}: ${score}`);
      const turned = await bodyMask(gpu, reorient(ct, "LPI"));
      assertEquals(reorient(turned, "RAS").data, found.data);
    }
  }),
);

Deno.test(
  "bodyMask() is empty where there are only air, cloth and a table",
  withGpu(async (gpu) => {
    const bare = trunk([[-1000, TRUNK], ...TABLE.slice(0, 2), [
      40,
      block([0, 0, 0], [20, 20, 20]),
    ]]);
    assertEquals((await bodyMask(gpu, bare)).data.includes(1), false);
  }),
);

Deno.test(
  "removeTable() makes air of all but the body and leaves its input as it was",
  withGpu(async (gpu) => {
    const ct = trunk([...TABLE, LUNG]);
    const before = ct.data.slice();
    const clean = await removeTable(gpu, ct);
    const inside = await bodyMask(gpu, ct);
    assertEquals(ct.data, before);
    assertEquals(clean.data, before.map((hu, i) => inside.data[i] ? hu : -1000));
    assertEquals(clean.affine, ct.affine);
  }),
);

Deno.test(
  "bodyMask() stops when told so and gives all GPU memory back",
  withGpu(async (gpu) => {
    const signal = AbortSignal.abort();
    await assertRejects(() => bodyMask(gpu, trunk([]), { signal }), DOMException, "abort");
    assertEquals(gpu.memory.inUse, 0);
  }),
);
