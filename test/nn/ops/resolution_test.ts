import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  maxPoolGradientReference,
  maxPoolReference,
  upsampleReference,
} from "../../../reference/mod.ts";
import {
  elementCount,
  maxPool3d,
  maxPool3dGradient,
  type TensorShape,
  upsample3d,
  upsample3dGradient,
} from "../../../src/nn/mod.ts";
import { withGpu } from "../../_gpu.ts";
import { assertNear, centralDifferences, dot, numbers, tensor } from "../_gradients.ts";

Deno.test(
  "maxPool3d() takes the largest of each window, and nothing outside",
  withGpu(async (gpu) => {
    for (const axis of [1, 2, 3]) {
      const along = (n: number) =>
        [1, 1, 1, 1, 1].map((one, k) => k === axis ? n : one) as unknown as TensorShape;
      using input = tensor(gpu, along(5), [-5, -9, -3, -4, -2]);
      using threes = maxPool3d(gpu, { input, size: 3 });
      assertEquals(threes.shape, along(3));
      // Windows begin at -1, 1, 3.
      assertEquals([...await gpu.read(threes.array, Float32Array)], [-5, -3, -2]);
      assertThrows(() => maxPool3d(gpu, { input, size: 2 }), RangeError, "shorter");
    }
    using input = tensor(gpu, [1, 2, 2, 5, 1], Array.from({ length: 20 }, (_, i) => i));
    using twos = maxPool3d(gpu, { input, size: 2 });
    assertEquals(twos.shape, [1, 1, 1, 2, 1]);
    assertEquals([...await gpu.read(twos.array, Float32Array)], [16, 18]);
  }),
);

Deno.test(
  "maxPool3dGradient() gives all to the first of equal maxima, and adds up where windows overlap",
  withGpu(async (gpu) => {
    using input = tensor(gpu, [1, 1, 1, 5, 1], [7, 7, 7, 1, 1]);
    using gradient = tensor(gpu, [1, 1, 1, 3, 1], [1, 10, 100]);
    using by = maxPool3dGradient(gpu, { input, size: 3, gradient });
    // Windows (., 7, 7), (7, 7, 1), (1, 1, .).
    assertEquals([...await gpu.read(by.array, Float32Array)], [1, 10, 0, 100, 0]);
    using peak = tensor(gpu, [1, 1, 1, 5, 1], [1, 2, 3, 9, 3]);
    using shared = maxPool3dGradient(gpu, { input: peak, size: 3, gradient });
    assertEquals([...await gpu.read(shared.array, Float32Array)], [0, 1, 0, 110, 0]);
    using lowest = tensor(gpu, [1, 1, 1, 2, 1], [-Infinity, -Infinity]);
    using one = tensor(gpu, [1, 1, 1, 1, 1], [1]);
    using kept = maxPool3dGradient(gpu, { input: lowest, size: 3, gradient: one });
    assertEquals([...await gpu.read(kept.array, Float32Array)], [1, 0]);
  }),
);

for (const size of [2, 3] as const) {
  Deno.test(
    `maxPool3dGradient() agrees with central differences: windows of ${size}`,
    withGpu(async (gpu) => {
      const shape: TensorShape = [2, 3, 4, 5, 2];
      // All values apart by more than the differences' step.
      const values = numbers(elementCount(shape), 41).map((v, i) => Math.round(v * 8) + i / 1024);
      const outputs = maxPoolReference(values, shape, size);
      const dy = numbers(outputs.output.length, 42);
      const expected = centralDifferences(
        (x) => dot(maxPoolReference(x, shape, size).output, dy),
        values,
      );
      assertNear(maxPoolGradientReference(values, shape, size, dy), expected, 1e-9);
      using input = tensor(gpu, shape, values);
      using gradient = tensor(gpu, outputs.shape, dy);
      using by = maxPool3dGradient(gpu, { input, size, gradient });
      assertNear(await gpu.read(by.array, Float32Array), expected, 1e-6);
    }),
  );
}

Deno.test(
  "upsample3d() repeats the nearest voxel, or goes straight from middle to middle",
  withGpu(async (gpu) => {
    for (const axis of [1, 2, 3]) {
      const along = (n: number) =>
        [1, 1, 1, 1, 1].map((one, k) => k === axis ? n : one) as unknown as TensorShape;
      using input = tensor(gpu, along(3), [0, 4, 8]);
      using linear = upsample3d(gpu, { input, mode: "trilinear" });
      using nearest = upsample3d(gpu, { input, mode: "nearest" });
      const at = (values: Float32Array) => {
        // The two other axes became 2 x 2 equal rows.
        const stride = [4, 2, 1][axis - 1]!;
        return Array.from({ length: 6 }, (_, i) => values[i * stride]);
      };
      assertEquals(at(await gpu.read(linear.array, Float32Array)), [0, 1, 3, 5, 7, 8]);
      assertEquals(at(await gpu.read(nearest.array, Float32Array)), [0, 0, 4, 4, 8, 8]);
    }
  }),
);

Deno.test(
  "upsample3dGradient() is adjoint to upsample3d(): <U x, g> = <x, U* g>",
  withGpu(async (gpu) => {
    for (const mode of ["nearest", "trilinear"] as const) {
      for (const shape of [[2, 3, 2, 4, 3], [1, 1, 5, 2, 8]] as const) {
        const [batch, nz, ny, nx, channels] = shape;
        const x = numbers(elementCount(shape), 51);
        const g = numbers(8 * x.length, 52);
        using input = tensor(gpu, shape, x);
        using gradient = tensor(gpu, [batch, 2 * nz, 2 * ny, 2 * nx, channels], g);
        using up = upsample3d(gpu, { input, mode });
        using down = upsample3dGradient(gpu, { gradient, mode });
        assertEquals(up.shape, gradient.shape);
        assertEquals(down.shape, shape);
        const forward = dot(await gpu.read(up.array, Float32Array), g);
        assertAlmostEquals(dot(x, await gpu.read(down.array, Float32Array)), forward, 1e-4);
        assertAlmostEquals(dot(upsampleReference(x, shape, mode), g), forward, 1e-4);
      }
    }
  }),
);

Deno.test(
  "upsample3dGradient() refuses odd axes, maxPool3dGradient() a gradient of another shape",
  withGpu((gpu) => {
    using odd = tensor(gpu, [1, 2, 3, 2, 1], new Float32Array(12));
    assertThrows(
      () => upsample3dGradient(gpu, { gradient: odd, mode: "nearest" }),
      TypeError,
      "2 x 3 x 2",
    );
    assertThrows(
      () => maxPool3dGradient(gpu, { input: odd, size: 3, gradient: odd }),
      TypeError,
      "1 x 1 x 2 x 1 x 1",
    );
  }),
);
