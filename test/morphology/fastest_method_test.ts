import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import {
  ball,
  box,
  close,
  dilate,
  erode,
  fastestMethod,
  open,
  packMask,
  unpackMask,
} from "../../src/morphology/mod.ts";
import { withGpu } from "../_gpu.ts";
import { anyMask, anyOutside } from "./_random.ts";

const dims = [160, 160, 130] as const;
const spacing = [1, 1, 1] as const;
const gpu = { largestArray: 2 ** 27 };
const sphere = (radius: number) => ball({ diameter: 2 * radius, spacing, rule: "radius" });

Deno.test("fastestMethod() is packed for small balls and distance for large ones", () => {
  // Times at these radii stand in the source: 10 against 58 ms, 813 against 192 ms.
  assertEquals(fastestMethod(gpu, { dims, element: sphere(4) }), "packed");
  assertEquals(fastestMethod(gpu, { dims, element: sphere(40) }), "distance");
});

Deno.test("fastestMethod() is packed where distance cannot be", () => {
  const large = box({ size: [81, 81, 81], spacing });
  assertEquals(fastestMethod(gpu, { dims, element: large }), "packed");
  const even = ball({ diameter: 80, spacing });
  assertEquals([even.dims, fastestMethod(gpu, { dims, element: even })], [[80, 80, 80], "packed"]);
  // Distances take 4 bytes a voxel, of 40 rows and slices more on each side; a slab of one slice costs 81 / (1 + 80 / 130) = 50 times as much.
  const slice = 160 * 240 * 4;
  const within = (slices: number) =>
    fastestMethod({ largestArray: slice * slices }, { dims, element: sphere(40) });
  assertEquals([210, 170, 81, 80].map(within), ["distance", "distance", "packed", "packed"]);
});

const OPERATIONS = { dilate, erode, open, close };

Deno.test(
  "every operation by auto equals packed, whichever method it takes",
  withGpu(async (gpu) => {
    const taken = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        anyMask,
        fc.constantFrom(...Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]),
        fc.constantFrom(sphere(3), sphere(30), box({ size: [5, 3, 3], spacing })),
        anyOutside,
        async ({ data, dims }, operation, element, outside) => {
          taken.add(fastestMethod(gpu, { dims, element }));
          using mask = packMask(gpu, data, dims);
          using auto = OPERATIONS[operation](gpu, mask, element, { method: "auto", outside });
          using packed = OPERATIONS[operation](gpu, mask, element, { outside });
          assertEquals(await unpackMask(gpu, auto), await unpackMask(gpu, packed));
        },
      ),
      { numRuns: 60 },
    );
    assertEquals([...taken].sort(), ["distance", "packed"]);
  }),
);
