// Damaged and hostile files: only NiftiError, no hang, no allocation beyond what the file's size allows.
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { decodeNifti, encodeNifti, NiftiError } from "../../src/volume/mod.ts";
import { anyVolume } from "./_affines.ts";
import { gzip, handMade, type TypeName, TYPES } from "./_hand_made.ts";

const CONSTRUCTORS = [
  "ArrayBuffer",
  "Uint8Array",
  "Float32Array",
  "Float64Array",
] as const;

/** Runs `work` and gives the largest buffer, in bytes, that it asked for by `new`. */
async function largestAllocation(work: () => Promise<unknown>): Promise<number> {
  const globals = globalThis as unknown as Record<string, new (...args: unknown[]) => unknown>;
  const originals = CONSTRUCTORS.map((name) => [name, globals[name]!] as const);
  let largest = 0;
  for (const [name, original] of originals) {
    const size = (original as unknown as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    globals[name] = new Proxy(original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === "number") largest = Math.max(largest, args[0] * size);
        return Reflect.construct(target, args, newTarget);
      },
    });
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
  }
  return largest;
}

/** Reads bytes that may be broken: a volume or a NiftiError, within the memory that is stated. */
async function readAnything(bytes: Uint8Array, packed: boolean): Promise<void> {
  let failure: unknown;
  const largest = await largestAllocation(() =>
    decodeNifti(bytes, { nonFinite: 0 }).catch((error) => failure = error)
  );
  // Deflate packs at most 1032 to 1; scaling makes at most four bytes of one.
  const stated = bytes.length * (packed ? 1032 : 1) * 4 + (1 << 16);
  assert(largest <= stated, `asked for ${largest} bytes for a file of ${bytes.length}`);
  if (failure !== undefined) {
    assertInstanceOf(failure, NiftiError);
    assertEquals(failure.message.split("\n").length, 1);
  }
}

const anyFile = fc.record({
  version: fc.constantFrom(1 as const, 2 as const),
  little: fc.boolean(),
  type: fc.constantFrom(...Object.keys(TYPES) as TypeName[]),
  qform: fc.constantFrom(0, 1),
  sform: fc.constantFrom(0, 1),
  slope: fc.constantFrom(0, 1, 2),
}).map((fields) => handMade(fields));

Deno.test("decodeNifti() survives a file cut anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(anyFile, fc.nat(), fc.boolean(), async (file, cut, packed) => {
      const bytes = packed ? await gzip(file) : file;
      await readAnything(bytes.subarray(0, cut % bytes.length), packed);
    }),
    { numRuns: 200 },
  );
});

Deno.test("decodeNifti() survives changed bytes, packed or not", async () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(anyFile, changes, fc.boolean(), async (file, list, packed) => {
      const bytes = packed ? await gzip(file) : file;
      for (const [at, value] of list) bytes[at % bytes.length] = value;
      await readAnything(bytes, packed);
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeNifti() survives hostile numbers in the header, packed or not", async () => {
  const numbers = fc.oneof(
    fc.constantFrom(0, -1, 1, NaN, Infinity, -Infinity, 1e300, -1e300, 1e-300, 2 ** 31, 2 ** 53),
    fc.double(),
    fc.integer(),
  );
  // Every place a field can start, in either version.
  const edits = fc.array(
    fc.tuple(
      fc.nat({ max: 266 }),
      numbers,
      fc.constantFrom("int16", "int32", "float32", "float64"),
    ),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(anyFile, edits, fc.boolean(), async (file, list, packed) => {
      const view = new DataView(file.buffer);
      // sizeof_hdr stays, for the rest to be looked at; its first byte tells the byte order.
      const little = view.getUint8(0) !== 0;
      for (const [place, value, type] of list) {
        const at = Math.min(4 + 2 * place, file.length - 8);
        if (type === "int16") view.setInt16(at, value, little);
        else if (type === "int32") view.setInt32(at, value, little);
        else if (type === "float32") view.setFloat32(at, value, little);
        else view.setFloat64(at, value, little);
      }
      await readAnything(packed ? await gzip(file) : file, packed);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decodeNifti() survives any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), fc.boolean(), async (bytes, packed) => {
      await readAnything(packed ? await gzip(Uint8Array.from(bytes)) : bytes, packed);
    }),
    { numRuns: 300 },
  );
});

Deno.test("decodeNifti() never gives other voxels for a file with one changed packed byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyVolume,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (volume, at, flip) => {
        const bytes = await encodeNifti(volume, { gzip: true });
        // Bytes 4 to 9 of gzip's header (time, flags of the packer, system) are not covered by its checksum.
        const place = 10 + at % (bytes.length - 10);
        bytes[place]! ^= flip;
        try {
          // Spare bits behind the last block are the one place where a change says nothing.
          assertEquals((await decodeNifti(bytes)).data, volume.data);
        } catch (error) {
          assertInstanceOf(error, NiftiError);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("decodeNifti() stops a gzip bomb at the first byte beyond the claim", async () => {
  // 64 MB of zeros behind a header of 8 voxels; the trailer is forged to promise just those.
  const head = handMade();
  const all = new Uint8Array(64 << 20);
  all.set(head);
  const bomb = await gzip(all);
  await assertRejects(() => decodeNifti(bomb), NiftiError, "gzip data end otherwise");
  new DataView(bomb.buffer).setUint32(bomb.length - 4, head.length, true);
  const largest = await largestAllocation(() =>
    assertRejects(() => decodeNifti(bomb), NiftiError, "goes on after the 368 bytes")
  );
  assert(largest <= 1 << 16, `asked for ${largest} bytes`);
});

Deno.test("decodeNifti() stops at what a claim can be when the trailer is forged to match it", async () => {
  // 2^40 voxels: the trailer, modulo 2^32, promises 544 bytes and is right.
  const file = handMade({
    version: 2,
    type: "uint8",
    dim: [3, 2 ** 20, 2 ** 20, 1, 1, 1, 1, 1],
    voxels: [],
  });
  const packed = await gzip(file);
  const largest = await largestAllocation(() =>
    assertRejects(() => decodeNifti(packed), NiftiError, "header claims 1048576 x 1048576 x 1")
  );
  assert(largest <= 1 << 16, `asked for ${largest} bytes`);
});
