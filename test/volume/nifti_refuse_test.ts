import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { decodeNifti, NiftiError } from "../../src/volume/mod.ts";
import { gzip, type HandMade, handMade } from "./_hand_made.ts";

const BROKEN: [name: string, fields: HandMade, field: string, message: string][] = [
  ["sizeof_hdr", { sizeofHdr: 347 }, "sizeof_hdr", "neither NIfTI nor gzip"],
  ["ANALYZE", { magic: "\0\0\0\0" }, "magic", 'magic must be "n+1", found "...."'],
  ["NIfTI-1 magic in NIfTI-2", { version: 2, magic: "n+1\0" }, "magic", 'must be "n+2"'],
  ["a .hdr/.img pair", { magic: "ni1\0" }, "magic", "half of a .hdr/.img pair"],
  ["dim[0] of 0", { dim: [0, 2, 2, 2, 1, 1, 1, 1] }, "dim", "must be 1 to 7, found 0"],
  ["dim[0] of 8", { dim: [8, 2, 2, 2, 1, 1, 1, 1] }, "dim", "must be 1 to 7, found 8"],
  ["a dim of 0", { dim: [3, 2, 0, 2, 1, 1, 1, 1] }, "dim", "dim[2] must be a positive integer"],
  ["a negative dim", { dim: [3, 2, 2, -2, 1, 1, 1, 1], voxels: [] }, "dim", "found -2"],
  ["several frames", { dim: [4, 2, 2, 2, 5, 1, 1, 1] }, "dim", "dim[4] is 5"],
  ["several components", { dim: [5, 2, 2, 2, 1, 3, 1, 1] }, "dim", "dim[5] is 3"],
  ["bitpix against datatype", { bitpix: 8 }, "bitpix", "bitpix must be 16 for int16, found 8"],
  ["vox_offset in the header", { voxOffset: 348 }, "vox_offset", "at least 352, found 348"],
  ["a fractional vox_offset", { voxOffset: 352.5, voxels: [] }, "vox_offset", "found 352.5"],
  ["an infinite scl_slope", { slope: Infinity }, "scl_slope", "found Infinity"],
  ["a NaN scl_inter", { slope: 2, inter: NaN }, "scl_inter", "found NaN"],
  ["NaN spacing", { pixdim: [1, 1, NaN, 1, 0, 0, 0, 0] }, "pixdim", "pixdim[2] must be finite"],
  ["infinite spacing", { pixdim: [1, 1, 1, Infinity, 0, 0, 0, 0] }, "pixdim", "found Infinity"],
  ["zero spacing", { sform: 0, pixdim: [1, 1, 0, 1, 0, 0, 0, 0] }, "pixdim", "positive, found 0"],
  ["negative spacing", { sform: 0, pixdim: [1, 1, 1, -3, 0, 0, 0, 0] }, "pixdim", "found -3"],
  [
    "a NaN in srow",
    { srow: [1, 0, 0, 0, 0, NaN, 0, 0, 0, 0, 1, 0] },
    "srow_y",
    "srow_y[1] must be finite",
  ],
  [
    "a NaN in the quaternion, sform used",
    { qform: 1, quatern: [0, NaN, 0] },
    "quatern_c",
    "quatern_c must be finite",
  ],
  ["an infinite qoffset", { qform: 1, qoffset: [0, 0, -Infinity] }, "qoffset_z", "-Infinity"],
  ["a NaN qfac", { qform: 1, pixdim: [NaN, 1, 1, 1, 0, 0, 0, 0] }, "pixdim", "pixdim[0]"],
  ["a long quaternion", { qform: 1, sform: 0, quatern: [1, 1, 0] }, "quatern", "at most 1"],
  [
    "a singular srow",
    { srow: [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0] },
    "srow",
    "the affine is singular",
  ],
  ["an empty srow", { srow: Array(12).fill(0) }, "srow", "the affine is singular"],
];

for (const [name, fields, field, message] of BROKEN) {
  Deno.test(`decodeNifti() refuses ${name} in one line`, async () => {
    const file = handMade(fields);
    for (const bytes of [file, await gzip(file)]) {
      const error = await assertRejects(() => decodeNifti(bytes), NiftiError, message);
      assertEquals(error.field, field);
      assertEquals(error.message.split("\n").length, 1);
      assertEquals(error.message.startsWith("Cannot read NIfTI: "), true);
    }
  });
}

for (
  const [code, name] of [
    [1, "binary"],
    [32, "complex64"],
    [128, "RGB24"],
    [1536, "float128"],
    [
      1792,
      "complex128",
    ],
    [2048, "complex256"],
    [2304, "RGBA32"],
    [0, "unknown"],
    [3, "not in the standard"],
  ] as const
) {
  Deno.test(`decodeNifti() refuses datatype ${code} by name`, async () => {
    const file = handMade({ datatype: code });
    const error = await assertRejects(() => decodeNifti(file), NiftiError, name);
    assertEquals([error.field, error.value], ["datatype", code]);
  });
}

Deno.test("decodeNifti() refuses a file shorter or longer than its header claims", async () => {
  const file = handMade();
  for (const bytes of [file.slice(0, -1), Uint8Array.of(...file, 0)]) {
    const error = await assertRejects(
      () => decodeNifti(bytes),
      NiftiError,
      `header claims 2 x 2 x 2 voxels of int16, 368 bytes in all, the file holds ${bytes.length}`,
    );
    assertEquals(error.field, "dim");
    await assertRejects(async () => await decodeNifti(await gzip(bytes)), NiftiError, "368 bytes");
  }
});

Deno.test("decodeNifti() refuses a header of 10^6 cubed voxels without allocating them", async () => {
  const file = handMade({ version: 2, dim: [3, 1e6, 1e6, 1e6, 1, 1, 1, 1], voxels: [0] });
  for (const bytes of [file, await gzip(file)]) {
    await assertRejects(
      () => decodeNifti(bytes),
      NiftiError,
      "header claims 1000000 x 1000000 x 1000000 voxels",
    );
  }
});

Deno.test("decodeNifti() refuses a gzip file cut anywhere", async () => {
  const packed = await gzip(handMade());
  for (let length = 2; length < packed.length; length++) {
    await assertRejects(() => decodeNifti(packed.subarray(0, length)), NiftiError);
  }
});

Deno.test("decodeNifti() refuses gzip data with a wrong checksum", async () => {
  const packed = await gzip(handMade());
  packed[packed.length - 8]! ^= 1;
  await assertRejects(() => decodeNifti(packed), NiftiError, "gzip data");
});

Deno.test("decodeNifti() refuses what follows the gzip data", async () => {
  const packed = await gzip(handMade());
  // The same last four bytes, so that the promised size agrees.
  const twice = Uint8Array.of(...packed, ...packed);
  await assertRejects(() => decodeNifti(twice), NiftiError, "followed by other data");
});

Deno.test("decodeNifti() names a JPEG's first bytes, and an empty file", async () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70);
  await assertRejects(() => decodeNifti(jpeg), NiftiError, "its first bytes are ff d8 ff e0");
  await assertRejects(() => decodeNifti(new Uint8Array()), NiftiError, "it is empty");
  await assertRejects(async () => await decodeNifti(await gzip(jpeg)), NiftiError, "ff d8 ff e0");
});

Deno.test("NiftiError is a SyntaxError with a field and a value", async () => {
  const error = await assertRejects(() => decodeNifti(handMade({ bitpix: 8 })), NiftiError);
  assertInstanceOf(error, SyntaxError);
  assertEquals([error.name, error.field, error.value], ["NiftiError", "bitpix", 8]);
});
