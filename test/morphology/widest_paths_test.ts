import { assertEquals, assertRejects } from "@std/assert";
import { widestPaths } from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

Deno.test(
  "widestPaths() passes the wider of two gates, and no way is wider than its narrowest place",
  withGpu(async (gpu) => {
    // A wall along the middle column with gates of width 2 and 3; widths 5 on the left, 4 on the right.
    const data = Float32Array.of(
      ...[5, 2, 4],
      ...[5, 0, 4],
      ...[5, 3, 4],
    );
    const dims: Vec3 = [3, 3, 1];
    assertEquals(
      [...await widestPaths(gpu, { data, dims }, { seeds: [0] })],
      [5, 3, 3, 5, 0, 3, 5, 3, 3].map((level, i) => i === 1 ? 2 : level),
    );
  }),
);

Deno.test(
  "widestPaths() goes through faces alone, and not at all out of a wall",
  withGpu(async (gpu) => {
    const data = Float32Array.of(1, 0, 0, 1);
    const from = (seeds: number[]) => widestPaths(gpu, { data, dims: [2, 2, 1] }, { seeds });
    assertEquals([...await from([0])], [1, 0, 0, 0]);
    assertEquals([...await from([1])], [0, 0, 0, 0]);
    assertEquals([...await from([0, 3])], [1, 0, 0, 1]);
  }),
);

Deno.test(
  "widestPaths() refuses what it cannot use",
  withGpu(async (gpu) => {
    const image = { data: new Float32Array(8), dims: [2, 2, 2] as const };
    for (const seeds of [[], [8], [-1], [0.5]]) {
      await assertRejects(() => widestPaths(gpu, image, { seeds }), RangeError, "Cannot find");
    }
    await assertRejects(
      () => widestPaths(gpu, { ...image, dims: [2, 2, 3] }, { seeds: [0] }),
      TypeError,
      "there are 8 widths",
    );
  }),
);
