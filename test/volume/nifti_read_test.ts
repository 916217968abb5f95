import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { decodeNifti, NiftiError, type Volume } from "../../src/volume/mod.ts";
import {
  gzip,
  type HandMade,
  handMade,
  IDENTITY_SROW,
  type TypeName,
  TYPES,
} from "./_hand_made.ts";

const FORMS: { version: 1 | 2; little: boolean }[] = [
  { version: 1, little: true },
  { version: 1, little: false },
  { version: 2, little: true },
  { version: 2, little: false },
];
const nameOf = ({ version, little }: { version: number; little: boolean }) =>
  `NIfTI-${version} ${little ? "little" : "big"}-endian`;

/** Values at the ends of each type's range, and the array that must hold them. */
const EXTREMES: Record<TypeName, { values: (number | bigint)[]; array: string }> = {
  int8: { values: [-128, 127, -1, 0], array: "Int8Array" },
  uint8: { values: [0, 255, 128, 1], array: "Uint8Array" },
  int16: { values: [-32768, 32767, -1024, 258], array: "Int16Array" },
  uint16: { values: [0, 65535, 32768, 258], array: "Uint16Array" },
  int32: { values: [-(2 ** 31), 2 ** 31 - 1, -1, 16909060], array: "Int32Array" },
  uint32: { values: [0, 2 ** 32 - 1, 2 ** 31, 16909060], array: "Uint32Array" },
  int64: { values: [-(2n ** 53n) + 1n, 2n ** 53n - 1n, -1n, 4294967297n], array: "Float64Array" },
  uint64: { values: [0n, 2n ** 53n - 1n, 2n ** 32n, 4294967297n], array: "Float64Array" },
  float32: { values: [-1.5, 3.25, 2 ** 120, 0], array: "Float32Array" },
  float64: { values: [-1.1, Math.PI, 1e300, 0], array: "Float64Array" },
};

for (const form of FORMS) {
  for (const type of Object.keys(TYPES) as TypeName[]) {
    Deno.test(`decodeNifti() reads ${type} from ${nameOf(form)}`, async () => {
      const { values, array } = EXTREMES[type];
      const file = handMade({ ...form, type, dim: [3, 4, 1, 1, 1, 1, 1, 1], voxels: values });
      for (const bytes of [file, await gzip(file)]) {
        const volume = await decodeNifti(bytes);
        assertEquals(volume.data.constructor.name, array);
        assertEquals([...volume.data], values.map(Number));
      }
    });
  }

  Deno.test(`decodeNifti() prefers sform, then qform, then pixdim in ${nameOf(form)}`, async () => {
    const fields: HandMade = {
      ...form,
      pixdim: [-1, 2, 3, 4, 0, 0, 0, 0],
      // A half turn about z.
      quatern: [0, 0, 1],
      qoffset: [10, 20, 30],
      srow: [0, 5, 0, 1, 6, 0, 0, 2, 0, 0, 7, 3],
    };
    const affine = async (
      qform: number,
      sform: number,
    ) => [...(await decodeNifti(handMade({ ...fields, qform, sform }))).affine];
    assertEquals(await affine(2, 1), fields.srow!);
    assertEquals(await affine(0, 4), fields.srow!);
    // qfac -1 turns the z axis round.
    assertEquals(await affine(1, 0), [-2, 0, 0, 10, 0, -3, 0, 20, 0, 0, -4, 30]);
    assertEquals(await affine(0, 0), [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0]);
  });

  Deno.test(`decodeNifti() passes over extensions in ${nameOf(form)}`, async () => {
    const voxOffset = (form.version === 1 ? 352 : 544) + 64;
    const volume = await decodeNifti(handMade({ ...form, voxOffset, extension: 1 }));
    assertEquals([...volume.data], [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  Deno.test(`decodeNifti() fills the header from ${nameOf(form)}`, async () => {
    const { header } = await decodeNifti(
      handMade({
        ...form,
        qform: 1,
        sform: 2,
        slope: 2,
        inter: -4,
        pixdim: [1, 1, 1, 1, 9, 0, 0, 0],
      }),
    );
    assertEquals(header.version, form.version);
    assertEquals(header.littleEndian, form.little);
    assertEquals(header.dim, [3, 2, 2, 2, 1, 1, 1, 1]);
    assertEquals(header.pixdim, [1, 1, 1, 1, 9, 0, 0, 0]);
    assertEquals([header.datatype, header.voxOffset], [4, form.version === 1 ? 352 : 544]);
    assertEquals([header.qformCode, header.sformCode, header.xyztUnits], [1, 2, 2]);
    assertEquals([header.sclSlope, header.sclInter], [2, -4]);
    assertEquals(header.srow, IDENTITY_SROW);
  });
}

Deno.test("decodeNifti() turns by the quaternion", async () => {
  // A quarter turn about z: a = d = sqrt(1/2). x goes to y, y to -x.
  const volume = await decodeNifti(
    handMade({
      version: 2,
      qform: 1,
      sform: 0,
      quatern: [0, 0, Math.SQRT1_2],
      pixdim: [1, 2, 3, 4, 0, 0, 0, 0],
    }),
  );
  [0, -3, 0, 0, 2, 0, 0, 0, 0, 0, 4, 0].forEach((value, i) =>
    assertAlmostEquals(volume.affine[i]!, value, 1e-12)
  );
});

Deno.test("decodeNifti() shortens a quaternion that rounding made too long", async () => {
  const volume = await decodeNifti(
    handMade({ version: 2, qform: 1, sform: 0, quatern: [0, 0, 1.0005] }),
  );
  [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0].forEach((value, i) =>
    assertAlmostEquals(volume.affine[i]!, value, 1e-12)
  );
});

Deno.test("decodeNifti() takes qfac 0 as 1", async () => {
  const volume = await decodeNifti(
    handMade({ qform: 1, sform: 0, pixdim: [0, 1, 1, 2, 0, 0, 0, 0] }),
  );
  assertEquals([...volume.affine], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0]);
});

Deno.test("decodeNifti() turns metres and micrometres into mm", async () => {
  const spacing = async (units: number, size: number) =>
    (await decodeNifti(
      handMade({ version: 2, units, sform: 0, pixdim: [1, size, size, size, 0, 0, 0, 0] }),
    )).spacing.map((value) => Number(value.toPrecision(12)));
  assertEquals(await spacing(1, 0.003), [3, 3, 3]);
  assertEquals(await spacing(2, 3), [3, 3, 3]);
  assertEquals(await spacing(3, 3000), [3, 3, 3]);
  // Milliseconds (16) for time do not touch space; unknown space is mm.
  assertEquals(await spacing(2 | 16, 3), [3, 3, 3]);
  assertEquals(await spacing(0, 3), [3, 3, 3]);
});

Deno.test("decodeNifti() applies slope and intercept, and says so in the type", async () => {
  const scaled = async (type: TypeName, slope: number, inter: number) => {
    const { data } = await decodeNifti(
      handMade({
        version: 2,
        type,
        dim: [3, 3, 1, 1, 1, 1, 1, 1],
        voxels: [0, 1, 10],
        slope,
        inter,
      }),
    );
    return [data.constructor.name, ...data];
  };
  assertEquals(await scaled("int16", 2, -1024), ["Float32Array", -1024, -1022, -1004]);
  assertEquals(await scaled("uint8", 0.5, 0), ["Float32Array", 0, 0.5, 5]);
  assertEquals(await scaled("int16", 1, 3), ["Float32Array", 3, 4, 13]);
  assertEquals(await scaled("float32", -1, 0), ["Float32Array", 0, -1, -10]);
  for (const wide of ["int32", "uint32", "int64", "uint64", "float64"] as const) {
    assertEquals(await scaled(wide, 2, 1), ["Float64Array", 1, 3, 21]);
  }
  // Slope 0 means "not scaled", whatever the intercept; nibabel writes NaN for it.
  for (const [slope, inter] of [[1, 0], [0, 7], [NaN, NaN]] as const) {
    assertEquals(await scaled("int16", slope, inter), ["Int16Array", 0, 1, 10]);
  }
});

Deno.test("decodeNifti() takes one frame as a volume, and lesser axes as flat ones", async () => {
  const dims = async (dim: number[], pixdim?: number[]) =>
    (await decodeNifti(
      handMade({ dim, voxels: Array(6).fill(0), ...(pixdim ? { pixdim, sform: 0 } : {}) }),
    )).dims;
  assertEquals(await dims([4, 3, 2, 1, 1, 1, 1, 1]), [3, 2, 1]);
  assertEquals(await dims([7, 3, 2, 1, 1, 1, 1, 1]), [3, 2, 1]);
  // Entries beyond dim[0] do not count, whatever they hold.
  assertEquals(await dims([2, 3, 2, 0, -9, 5, 0, 0], [1, 1, 1, 0, 0, 0, 0, 0]), [3, 2, 1]);
  assertEquals(await dims([1, 6, 0, 0, 0, 0, 0, 0], [1, 1, 0, NaN, 0, 0, 0, 0]), [6, 1, 1]);
});

Deno.test("decodeNifti() refuses or maps voxels that are not finite", async () => {
  for (const type of ["float32", "float64"] as const) {
    const file = handMade({
      type,
      dim: [3, 4, 1, 1, 1, 1, 1, 1],
      voxels: [1, NaN, Infinity, -Infinity],
    });
    await assertRejects(() => decodeNifti(file), NiftiError, "voxel 1 is NaN");
    const { data } = await decodeNifti(file, { nonFinite: -1024 });
    assertEquals([...data], [1, -1024, -1024, -1024]);
  }
  await assertRejects(() => decodeNifti(handMade(), { nonFinite: NaN }), RangeError, "nonFinite");
});

Deno.test("decodeNifti() refuses values that scaling makes infinite", async () => {
  const file = handMade({ type: "int16", slope: 3e38 });
  await assertRejects(() => decodeNifti(file), NiftiError, "voxel 2 is Infinity");
});

Deno.test("decodeNifti() refuses 64-bit integers that a number cannot hold", async () => {
  const dim = [3, 2, 1, 1, 1, 1, 1, 1];
  for (
    const [type, value] of [
      ["int64", 2n ** 53n],
      ["int64", -(2n ** 53n) - 1n],
      ["uint64", 2n ** 53n + 1n],
      ["uint64", 2n ** 64n - 1n],
    ] as const
  ) {
    const file = handMade({ type, dim, voxels: [0n, value] });
    await assertRejects(() => decodeNifti(file), NiftiError, `voxel 1 of type ${type}`);
  }
});

Deno.test("decodeNifti() reads bytes at an odd offset and leaves them as they are", async () => {
  const file = handMade({ little: false });
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  const volume = await decodeNifti(shifted.subarray(1));
  assertEquals([...volume.data], [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(shifted.subarray(1), file);
});

Deno.test("decodeNifti() ends with the signal's reason when aborted", async () => {
  const reason = new Error("enough");
  for (const bytes of [handMade(), await gzip(handMade())]) {
    const error = await assertRejects(
      () => decodeNifti(bytes, { signal: AbortSignal.abort(reason) }),
      Error,
      "enough",
    );
    assertEquals(error, reason);
  }
});

Deno.test("decodeNifti() gives a volume that is plain data", async () => {
  const volume: Volume = await decodeNifti(handMade());
  assertEquals(structuredClone(volume).dims, volume.dims);
});
