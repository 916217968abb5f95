import * as fc from "fast-check";
import type { Gpu } from "../../src/gpu/mod.ts";
import type { StructuringElement } from "../../src/morphology/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";

/** A mask on the host, 0 or 1 a voxel, x fastest. */
export interface HostMask {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dims: Vec3;
}

/** Voxels inside with a given chance, each on its own. */
export function randomMask(dims: Vec3, share: number, seed: number): HostMask {
  const random = new RandomStream({ seed, stream: 0 });
  return {
    dims,
    data: Uint8Array.from({ length: voxelCount(dims) }, () => Number(random.uniform() < share)),
  };
}

/** Every voxel of a box inside with a given chance, at least one; its name tells all of it. */
export function randomElement(
  dims: Vec3,
  origin: Vec3,
  share: number,
  seed: number,
): StructuringElement {
  const { data } = randomMask(dims, share, seed);
  if (!data.includes(1)) data[seed % data.length] = 1;
  return { name: `random ${dims} at ${origin}, ${share}, seed ${seed}`, dims, origin, data };
}

/** Chances that give empty, thin, half full, nearly full and full masks. */
const share = fc.constantFrom(0, 0.02, 0.2, 0.5, 0.8, 0.98, 1);
const seed = fc.nat(1e6);

/** Row lengths about the 32 voxels of a word, and any other. */
const rowLength = fc.oneof(
  fc.constantFrom(1, 2, 31, 32, 33, 63, 64, 65, 96, 97),
  fc.integer({ min: 1, max: 100 }),
);

/** Masks with dims of 1 and rows that fill no whole number of words. */
export const anyMask: fc.Arbitrary<HostMask> = fc
  .tuple(rowLength, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }), share, seed)
  .map(([nx, ny, nz, chance, key]) => randomMask([nx, ny, nz], chance, key));

const elementDims: fc.Arbitrary<Vec3> = fc.oneof(
  fc.tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 4 }),
    fc.nat(2).map((n) => n + 1),
  ),
  // Longer than a word and a word's neighbours.
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 2 }), fc.constant(1)),
);

/**
 * Elements of every kind: even and odd sizes, any voxel of the box as origin, whether it is inside or not, now and then one beside the
 * box; empty rows and several runs in a row; never empty.
 */
export const anyElement: fc.Arbitrary<StructuringElement> = elementDims.chain((dims) => {
  const origin = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(...dims.map((n) => fc.nat(n - 1))) },
    { weight: 1, arbitrary: fc.tuple(...dims.map((n) => fc.integer({ min: -5, max: n + 5 }))) },
  ) as unknown as fc.Arbitrary<Vec3>;
  return fc.tuple(origin, share, seed)
    .map(([at, chance, key]) => randomElement(dims, at, chance, key));
});

/** What lies beyond the faces. */
export const anyOutside: fc.Arbitrary<"background" | "foreground"> = fc.constantFrom(
  "background",
  "foreground",
);

/** 1 where the mask is 0, and the other way round. */
export function not({ data, dims }: HostMask): HostMask {
  return { data: data.map((value) => 1 - value), dims };
}

/** Whether every voxel of `a` lies in `b`. */
export function isSubset(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((value, i) => value <= b[i]!);
}

/** Fills the pool with buffers of ones, so that whatever a kernel forgets to write shows. */
export function soil(gpu: Gpu): void {
  const arrays = Array.from(
    { length: 40 },
    (_, i) => gpu.upload(new Uint32Array(64 + 16 * i).fill(0xffffffff)),
  );
  for (const array of arrays) array[Symbol.dispose]();
}

/**
 * Runs some work again and again, letting its first request for memory fail, then its second, and so on until it succeeds; then the
 * same with its dispatches. What a failure leaves behind is the difference.
 *
 * @returns Bytes in use after each failure, over those in use before.
 */
export function leaks(gpu: Gpu, work: () => Disposable): number[] {
  const left: number[] = [];
  for (const method of ["allocate", "dispatch"] as const) {
    const original = gpu[method];
    for (let failing = 0, done = false; !done; failing++) {
      let calls = 0;
      const before = gpu.memory.inUse;
      // deno-lint-ignore no-explicit-any -- stands in for either method
      (gpu as any)[method] = (...args: unknown[]) => {
        if (calls++ === failing) throw new RangeError("no more of it");
        return (original as (...args: unknown[]) => unknown).apply(gpu, args);
      };
      try {
        work()[Symbol.dispose]();
        done = true;
      } catch (error) {
        if (!(error instanceof RangeError && error.message === "no more of it")) throw error;
      } finally {
        // deno-lint-ignore no-explicit-any -- the prototype's method shows again
        delete (gpu as any)[method];
      }
      left.push(gpu.memory.inUse - before);
    }
  }
  return left;
}
