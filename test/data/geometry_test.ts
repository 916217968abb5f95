import { assertEquals, assertMatch } from "@std/assert";
import { geometryNotes } from "../../src/data/mod.ts";
import { createVolume, decodeNifti, encodeNifti, type Vec3 } from "../../src/volume/mod.ts";

/** A volume of 4 x 4 x 3 voxels whose header's bytes are changed. */
async function read(affine: readonly number[], change?: (header: DataView) => void) {
  const dims: Vec3 = [4, 4, 3];
  const bytes = await encodeNifti(createVolume(new Int16Array(48), { dims, affine }));
  change?.(new DataView(bytes.buffer));
  return await decodeNifti(bytes);
}

/** Where NIfTI-1 keeps them: pixdim[1..3] from byte 80, xyzt_units 123, qform_code 252, sform_code 254. */
const setPixdim = (values: Vec3) => (header: DataView) =>
  values.forEach((value, axis) => header.setFloat32(80 + 4 * axis, value, true));

const PLAIN = [-0.7, 0, 0, 120, 0, -0.7, 0, 130, 0, 0, 2.5, -900];
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

Deno.test("geometryNotes() has nothing to say of a scanner's header, in any orientation", async () => {
  assertEquals(geometryNotes(await read(PLAIN)), []);
  assertEquals(geometryNotes(await read([0, 0.7, 0, 1, 0.7, 0, 0, 2, 0, 0, 5, 3])), []);
  // One millimetre everywhere is rare and possible where the header knows a place.
  assertEquals(geometryNotes(await read([1, 0, 0, -120, 0, 1, 0, -130, 0, 0, 1, 40])), []);
});

Deno.test("geometryNotes() names an identity affine, and what pixdim says instead", async () => {
  const [only, ...none] = geometryNotes(await read(IDENTITY));
  assertMatch(only!, /^Identity affine: .*1 x 1 x 1 mm/);
  assertEquals(none, []);
  const notes = geometryNotes(await read(IDENTITY, setPixdim([0.75, 0.75, 5])));
  assertEquals(notes.length, 2);
  assertEquals(
    notes[1],
    "Spacing is 1 x 1 x 1 mm by the affine, 0.75 x 0.75 x 5 by pixdim; the affine counts",
  );
});

Deno.test("geometryNotes() names a header without orientation, spacings and lengths that are no CT's", async () => {
  const noForm = (header: DataView) => {
    header.setInt16(252, 0, true);
    header.setInt16(254, 0, true);
  };
  assertMatch(geometryNotes(await read(PLAIN, noForm))[0]!, /^No orientation in the header/);
  const metres = geometryNotes(await read([700, 0, 0, 0, 0, 700, 0, 0, 0, 0, 2500, 1]));
  assertMatch(metres[0]!, /^Spacing of 700 x 700 x 2500 mm is none of a CT/);
  const tiny = geometryNotes(await read([7e-4, 0, 0, 0, 0, 7e-4, 0, 0, 0, 0, 2e-3, 1]));
  assertMatch(tiny[0]!, /none of a CT/);
  // 4 voxels of 9 mm are 36 mm; of 512 slices at 9 mm there would be 4.6 m.
  const long = { ...await read([1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 9, 1]), dims: [4, 4, 512] as const };
  assertMatch(geometryNotes(long)[0]!, /4 x 4 x 4608 mm/);
});

Deno.test("geometryNotes() does not compare pixdim in other units than mm", async () => {
  // 700 micrometres.
  const small = PLAIN.map((value) => 1000 * value);
  const notes = geometryNotes(await read(small, (header) => header.setUint8(123, 3)));
  assertEquals(notes, []);
});

Deno.test("geometryNotes() names an sform and a qform that disagree, not their rounding", async () => {
  // Byte 256 is quatern_b: half a turn about x, (0, 1, 0, 0), becomes none; byte 268 is qoffset_x.
  const turned = [0.7, 0, 0, 5, 0, -0.7, 0, 6, 0, 0, -2.5, 7];
  assertEquals(geometryNotes(await read(turned)), []);
  const [note] = geometryNotes(await read(turned, (header) => header.setFloat32(256, 0, true)));
  // Then y and z run the other way: the last corner is 2 x 3 x 0.7 and 2 x 2 x 2.5 mm off, 10.8 mm or 15.5 voxels of 0.7.
  assertMatch(note!, /^Its sform and qform lie up to 15 voxels apart/);
  const shifted = (mm: number) => read(PLAIN, (header) => header.setFloat32(268, 120 + mm, true));
  assertEquals(geometryNotes(await shifted(0.1)), []);
  assertMatch(geometryNotes(await shifted(70))[0]!, /up to 100 voxels apart/);
});
