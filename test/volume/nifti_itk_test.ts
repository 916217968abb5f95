// ITK's own NIfTI reader, compiled to WebAssembly, as the independent reader. ITK's world is LPS:
// x and y have the other sign. It keeps origin, spacing and unit direction apart. It reads no NIfTI-2,
// which is held against hand-made bytes alone.
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { niftiReadImageNode } from "@itk-wasm/image-io";
import fc from "fast-check";
import { decodeNifti, writeNifti } from "../../src/volume/mod.ts";
import { anyVolume, smallDims } from "./_affines.ts";
import { type HandMade, handMade } from "./_hand_made.ts";

interface ItkImage {
  dims: number[];
  affine: number[];
  data: ArrayLike<number>;
}

async function itkRead(path: string): Promise<ItkImage> {
  const { image } = await niftiReadImageNode(path);
  const { origin, spacing, direction, size, data } = image;
  const affine = [-1, -1, 1].flatMap((sign, row) => [
    ...[0, 1, 2].map((c) => sign * Number(direction[3 * row + c]) * spacing[c]!),
    sign * origin[row]!,
  ]);
  return { dims: size, affine, data: data as ArrayLike<number> };
}

function assertClose(actual: readonly number[], expected: readonly number[], within: number) {
  actual.forEach((value, i) =>
    assert(Math.abs(value - expected[i]!) <= within, `[${actual}] is not [${expected}]`)
  );
}

async function withFile(name: string, work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ITK reads from writeNifti() the volume that was written", async () => {
  for (const name of ["a.nii", "a.nii.gz"]) {
    await withFile(name, async (path) => {
      await fc.assert(
        fc.asyncProperty(anyVolume, async (volume) => {
          await writeNifti(path, volume);
          const image = await itkRead(path);
          assertEquals(image.dims, [...volume.dims]);
          assertEquals(image.data.constructor.name, volume.data.constructor.name);
          assertEquals(Array.from(image.data), Array.from(volume.data));
          // ITK rebuilds its direction from float32 cosines: 500 mm to 1e-4 mm, unit axes to 1e-5.
          assertClose(image.affine, volume.affine, 2e-4);
        }),
        { numRuns: 25 },
      );
    });
  }
});

const anyHeader: fc.Arbitrary<HandMade> = fc.record({
  little: fc.boolean(),
  dims: smallDims,
  form: fc.constantFrom("qform", "neither"),
  q: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 })
    // Positive a: the header has no room for its sign, nor much precision near 0.
    .filter((q) => q[0]! > 0),
  qfac: fc.constantFrom(-1, 1),
  spacing: fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 3, maxLength: 3 }),
  qoffset: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 3, maxLength: 3 }),
}).map(({ little, dims, form, q, qfac, spacing, qoffset }) => ({
  little,
  dim: [3, ...dims, 1, 1, 1, 1],
  qform: form === "qform" ? 1 : 0,
  sform: 0,
  quatern: q.slice(1).map((value) => value / Math.hypot(...q)),
  qoffset,
  pixdim: [qfac, ...spacing.map((value) => value / 10), 0, 0, 0, 0],
}));

Deno.test("decodeNifti() places hand-made headers where ITK places them", async () => {
  await withFile("a.nii", async (path) => {
    await fc.assert(
      fc.asyncProperty(anyHeader, async (fields) => {
        const bytes = handMade(fields);
        await Deno.writeFile(path, bytes);
        const volume = await decodeNifti(bytes);
        const image = await itkRead(path);
        assertEquals([...volume.dims], image.dims);
        assertEquals(Array.from(volume.data), Array.from(image.data));
        // With neither form, ITK still uses qoffset and turns x and y; nifti1.h's method 1 does not.
        if (fields.qform === 1) assertClose(volume.affine, image.affine, 1e-3);
        else assertClose(volume.spacing, fields.pixdim!.slice(1, 4), 1e-6);
      }),
      { numRuns: 40 },
    );
  });
});

Deno.test("decodeNifti() reads srow and scaling as ITK does", async () => {
  await withFile("a.nii", async (path) => {
    for (const little of [true, false]) {
      const bytes = handMade({
        little,
        slope: 0.5,
        inter: -3,
        srow: [0, -2, 0, 7, 3, 0, 0, 8, 0, 0, 5, -9],
        pixdim: [1, 3, 2, 5, 0, 0, 0, 0],
      });
      await Deno.writeFile(path, bytes);
      const volume = await decodeNifti(bytes);
      const image = await itkRead(path);
      assertClose(volume.affine, image.affine, 1e-5);
      assertEquals(Array.from(volume.data), Array.from(image.data));
    }
  });
});
