import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type Affine,
  createVolume,
  decodeNifti,
  encodeNifti,
  type NiftiHeader,
  sameGrid,
  type Volume,
} from "../../src/volume/mod.ts";
import { quaternionOf } from "../../src/volume/_header_affine.ts";
import { anyVolume, rotation } from "./_affines.ts";
import { type HandMade, handMade } from "./_hand_made.ts";

/** Largest distance in mm between what two affines say of the corners of a grid. */
function distance(a: Affine, b: Affine, dims: readonly number[]): number {
  let largest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const index = dims.map((n, axis) => (corner >> axis & 1) * (n - 1));
    for (let r = 0; r < 12; r += 4) {
      const at = (m: Affine) =>
        m[r]! * index[0]! + m[r + 1]! * index[1]! + m[r + 2]! * index[2]! + m[r + 3]!;
      largest = Math.max(largest, Math.abs(at(a) - at(b)));
    }
  }
  return largest;
}

Deno.test("encodeNifti() then decodeNifti() gives the same voxels, type and grid", async () => {
  await fc.assert(
    fc.asyncProperty(anyVolume, fc.boolean(), async (volume, packed) => {
      const back = await decodeNifti(await encodeNifti(volume, { gzip: packed }));
      assertEquals(back.data.constructor, volume.data.constructor);
      assertEquals(back.data, volume.data);
      assertEquals([...back.dims], [...volume.dims]);
      // float32 holds 500 mm to 3e-5 mm.
      assert(distance(back.affine, volume.affine, volume.dims) < 1e-4);
    }),
    { numRuns: 200 },
  );
});

Deno.test("quaternionOf() gives the quaternion that made the rotation", () => {
  const part = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(
      fc.tuple(part, part, part, part).filter((q) => q.some((value) => value !== 0)),
      fc.constantFrom(1, -1),
      (q, qfac) => {
        const r = rotation(q);
        // Column z of spacing 4 turned round where qfac is -1.
        const affine = [0, 3, 6].flatMap((
          i,
        ) => [2 * r[i]!, 3 * r[i + 1]!, 4 * qfac * r[i + 2]!, 7]);
        const found = quaternionOf(affine, [2, 3, 4]);
        assertEquals(found?.qfac, qfac as 1 | -1);
        // q and -q are one rotation; the header's a is not negative, so where a = 0 either will do.
        const length = Math.hypot(...q);
        const off = (sign: number) =>
          Math.max(...found!.quatern.map((v, i) => Math.abs(v - sign * q[i + 1]! / length)));
        const signs = q[0] === 0 ? [1, -1] : [Math.sign(q[0])];
        assert(Math.min(...signs.map(off)) < 1e-9, `${found!.quatern} is not ${q}`);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("encodeNifti() writes a quaternion that says what the srow says", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(anyVolume, async (volume) => {
      const bytes = await encodeNifti(volume);
      const view = new DataView(bytes.buffer);
      assertEquals(view.getInt32(0, true), 348);
      if (view.getInt16(252, true) === 0) return;
      view.setInt16(254, 0, true);
      const byQuaternion = await decodeNifti(bytes);
      compared++;
      assert(sameGrid(byQuaternion, volume));
    }),
    { numRuns: 200 },
  );
  assert(compared > 100);
});

Deno.test("encodeNifti() leaves the quaternion out where axes are not at right angles", async () => {
  const affine = [1, 0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const volume = createVolume(new Uint8Array(8), { dims: [2, 2, 2], affine });
  const { header } = await decodeNifti(await encodeNifti(volume));
  assertEquals([header.qformCode, header.sformCode], [0, 1]);
});

Deno.test("encodeNifti() writes the fields of nifti1.h", async () => {
  const volume = createVolume(Int16Array.of(-2, 258), {
    dims: [2, 1, 1],
    affine: [-2, 0, 0, 10, 0, -3, 0, 20, 0, 0, 4, 30],
  });
  const bytes = await encodeNifti(volume);
  const view = new DataView(bytes.buffer);
  assertEquals(bytes.length, 352 + 4);
  assertEquals(view.getInt32(0, true), 348);
  assertEquals(Array.from({ length: 5 }, (_, i) => view.getInt16(40 + 2 * i, true)), [
    3,
    2,
    1,
    1,
    1,
  ]);
  assertEquals([view.getInt16(70, true), view.getInt16(72, true)], [4, 16]);
  // A half turn about z: qfac 1, (b, c, d) = (0, 0, 1).
  assertEquals(Array.from({ length: 4 }, (_, i) => view.getFloat32(76 + 4 * i, true)), [
    1,
    2,
    3,
    4,
  ]);
  assertEquals(Array.from({ length: 6 }, (_, i) => view.getFloat32(256 + 4 * i, true)), [
    0,
    0,
    1,
    10,
    20,
    30,
  ]);
  assertEquals(view.getFloat32(108, true), 352);
  assertEquals([view.getFloat32(112, true), view.getFloat32(116, true)], [1, 0]);
  assertEquals(view.getUint8(123), 2);
  assertEquals(
    Array.from({ length: 12 }, (_, i) => view.getFloat32(280 + 4 * i, true)),
    [...volume.affine],
  );
  assertEquals(new TextDecoder().decode(bytes.subarray(344, 352)), "n+1\0\0\0\0\0");
  assertEquals([view.getInt16(352, true), view.getInt16(354, true)], [-2, 258]);
});

Deno.test("encodeNifti() writes NIfTI-2 where NIfTI-1 has no room", async () => {
  const version = async (volume: Volume) => {
    const back = await decodeNifti(await encodeNifti(volume));
    assertEquals([...back.dims], [...volume.dims]);
    assertEquals([...back.affine], [...volume.affine]);
    return back.header.version;
  };
  const long = (n: number) =>
    createVolume(new Uint8Array(n), { dims: [n, 1, 1], spacing: [1, 1, 1] });
  assertEquals(await version(long(32767)), 1);
  assertEquals(await version(long(32768)), 2);
  // float32 holds 1e6 + 0.03 to 0.06 mm, half a voxel here.
  const far = createVolume(new Uint8Array(1), {
    dims: [1, 1, 1],
    spacing: [0.1, 0.1, 0.1],
    origin: [1e6 + 0.03, 0, 0],
  });
  assertEquals(await version(far), 2);
});

/** Byte ranges of the geometry fields: pixdim, units, codes to srow; NIfTI-2 likewise. */
const GEOMETRY = {
  1: [[39, 40], [76, 108], [123, 124], [252, 328]],
  2: [[104, 168], [344, 496], [500, 504], [524, 525]],
} as const;

const TEMPLATES: [string, HandMade][] = [
  ["sform and another qform", {
    qform: 1,
    sform: 2,
    quatern: [0.1, 0.2, 0.3],
    qoffset: [1, 2, 3],
    srow: [0.7, 0.1, 0, -3.3, 0, 0.9, 0, 4, 0.01, 0, 2.5, 5],
    pixdim: [-1, 0.7, 0.9, 2.5, 1.25, 0, 0, 0],
  }],
  ["qform alone", { qform: 3, sform: 0, quatern: [0, 0, 0.6], pixdim: [-1, 2, 2, 3, 0, 0, 0, 0] }],
  ["neither", { qform: 0, sform: 0, pixdim: [0, 0.7, 0.7, 5, 0, 0, 0, 0] }],
  ["metres", { qform: 0, sform: 0, units: 1, pixdim: [1, 0.003, 0.003, 0.003, 0, 0, 0, 0] }],
  ["a NaN time step", { pixdim: [1, 1, 1, 1, NaN, 0, 0, 0] }],
];

for (const [name, fields] of TEMPLATES) {
  for (const version of [1, 2] as const) {
    Deno.test(`encodeNifti() keeps the geometry bytes of a NIfTI-${version} header: ${name}`, async () => {
      const input = handMade({ ...fields, version });
      const ct = await decodeNifti(input);
      const labels = createVolume(Uint8Array.of(7, 6, 5, 4, 3, 2, 1, 0), ct);
      const output = await encodeNifti(labels, { header: ct.header });
      for (const [from, to] of GEOMETRY[version]) {
        assertEquals(output.subarray(from, to), input.subarray(from, to));
      }
      const back = await decodeNifti(output);
      assertEquals(back.data, labels.data);
      assertEquals(back.affine, ct.affine);
    });
  }
}

Deno.test("encodeNifti() keeps the grid of a big-endian header, in little-endian bytes", async () => {
  const ct = await decodeNifti(handMade({ little: false, slope: 2, inter: 5 }));
  const back = await decodeNifti(
    await encodeNifti(createVolume(Int16Array.from(ct.data), ct), { header: ct.header }),
  );
  assertEquals([...back.data], [5, 7, 9, 11, 13, 15, 17, 19]);
  assertEquals(back.affine, ct.affine);
  assertEquals(back.header.littleEndian, true);
});

Deno.test("encodeNifti() keeps a flat image flat", async () => {
  const ct = await decodeNifti(
    handMade({
      dim: [2, 4, 2, 0, 0, 0, 0, 0],
      voxels: Array(8).fill(1),
      sform: 0,
      pixdim: [1, 2, 2, 0, 0, 0, 0, 0],
    }),
  );
  const back = await decodeNifti(await encodeNifti(ct, { header: ct.header }));
  assertEquals(back.affine, ct.affine);
  assertEquals(back.header.dim[0], 2);
});

Deno.test("encodeNifti() refuses a volume that does not lie on the header's grid", async () => {
  const { header } = await decodeNifti(handMade());
  const write = (volume: Volume, template: NiftiHeader = header) =>
    encodeNifti(volume, { header: template });
  const message = "does not lie on the grid of the header";
  await assertRejects(
    () => write(createVolume(new Uint8Array(12), { dims: [2, 2, 3], spacing: [1, 1, 1] })),
    RangeError,
    message,
  );
  await assertRejects(
    () => write(createVolume(new Uint8Array(8), { dims: [2, 2, 2], spacing: [1, 1, 1.01] })),
    RangeError,
    message,
  );
});

Deno.test("encodeNifti() writes only the part of a buffer that the array shows", async () => {
  const all = Int16Array.of(9, 9, 1, 2, 9);
  const volume = createVolume(all.subarray(2, 4), { dims: [2, 1, 1], spacing: [1, 1, 1] });
  assertEquals([...(await decodeNifti(await encodeNifti(volume))).data], [1, 2]);
});

Deno.test("encodeNifti() packs what gzip unpacks to the same bytes", async () => {
  const volume = createVolume(Float32Array.of(1, -0.5), { dims: [2, 1, 1], spacing: [1, 1, 1] });
  const packed = await encodeNifti(volume, { gzip: true });
  assertEquals([packed[0], packed[1]], [0x1f, 0x8b]);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const plain = await encodeNifti(volume);
  assertEquals(new Uint8Array(await new Response(stream).arrayBuffer()), plain);
});

Deno.test("encodeNifti() refuses a volume whose array no longer fits", async () => {
  const volume = { ...createVolume(new Uint8Array(8), { dims: [2, 2, 2], spacing: [1, 1, 1] }) };
  await assertRejects(
    () => encodeNifti({ ...volume, data: new Uint8Array(7) }),
    RangeError,
    "Cannot write NIfTI",
  );
});
