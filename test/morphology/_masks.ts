import fc from "fast-check";
import type { Vec3 } from "../../src/volume/mod.ts";

/** Small masks of every density, dims of 1 included. */
export const anyMask: fc.Arbitrary<{ data: Uint8Array; dims: Vec3 }> = fc
  .tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .chain(([nx, ny, nz]) =>
    fc.tuple(
      fc.integer({ min: 0, max: 10 }),
      fc.array(fc.integer({ min: 0, max: 9 }), {
        minLength: nx * ny * nz,
        maxLength: nx * ny * nz,
      }),
    ).map(([density, draws]) => ({
      data: Uint8Array.from(draws, (d) => d < density ? 1 : 0),
      dims: [nx, ny, nz] as const,
    }))
  );

export const anyConnectivity: fc.Arbitrary<6 | 18 | 26> = fc.constantFrom(6, 18, 26);

export const anySlices: fc.Arbitrary<0 | 1 | 2 | undefined> = fc.constantFrom(0, 1, 2, undefined);

/** 1 where x + y + z is even. */
export function checkerboard(dims: Vec3): Uint8Array {
  const [nx, ny, nz] = dims;
  return Uint8Array.from(
    { length: nx * ny * nz },
    (_, i) => (i % nx + Math.floor(i / nx) % ny + Math.floor(i / (nx * ny))) % 2 === 0 ? 1 : 0,
  );
}
