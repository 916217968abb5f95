import { assert, assertEquals } from "@std/assert";
import { largestSlices } from "../../src/report/_largest_slices.ts";
import { packCases, type ViewedCase } from "../../src/report/viewer_cases.ts";
import { createVolume, reorient, type Vec3 } from "../../src/volume/mod.ts";
import { pictureFixture } from "./_fixtures.ts";

const GRID = { dims: [2, 1, 2] as Vec3, spacing: [3, 3, 3] as Vec3 };

async function inflate(text: string): Promise<number[]> {
  const stream = new Blob([Uint8Array.fromBase64(text)]).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  return [...new Uint8Array(await new Response(stream).arrayBuffer())];
}

function viewed(): ViewedCase {
  const { ct, truth, prediction } = pictureFixture([20, 16, 12]);
  const labels = (volume: typeof truth) => createVolume(Uint8Array.from(volume!.data), volume!);
  return { case: 7, ct, truth: labels(truth), prediction: labels(prediction) };
}

Deno.test("packCases() keeps greys of the window and both labels of each voxel", async () => {
  const { texts, factor } = await packCases([{
    case: 0,
    ct: createVolume(Int16Array.of(-1000, -200, 100, 3000), GRID),
    truth: createVolume(Uint8Array.of(0, 5, 3, 0), GRID),
    prediction: createVolume(Uint8Array.of(0, 5, 0, 6), GRID),
  }]);
  assertEquals(factor, 1);
  // 100 HU is the window's middle, 127.5; labels are truth + 8 x prediction.
  assertEquals(await inflate(texts[0]!), [0, 0, 128, 255, 0, 45, 3, 48]);
});

Deno.test("packCases() gives the same whatever way a case is stored", async () => {
  const one = viewed();
  const turned = {
    case: 7,
    ct: reorient(one.ct, "PIL"),
    truth: reorient(one.truth, "PIL"),
    prediction: reorient(one.prediction, "PIL"),
  };
  assertEquals((await packCases([turned])).texts, (await packCases([one])).texts);
});

Deno.test("packCases() enlarges the voxels of all cases alike until they fit", async () => {
  const cases = [viewed(), { ...viewed(), case: 8 }];
  const whole = (await packCases(cases)).texts.join("").length;
  const budget = Math.floor(whole / 3);
  const { cases: reduced, texts, factor } = await packCases(cases, budget);
  const size = texts.join("").length;
  assert(size <= budget, `${size} characters, ${budget} allowed`);
  assert(size > budget / 2, `${size} characters of ${budget}: far more was taken than needed`);
  assert(factor > 1);
  for (const [i, { case: number, ct, truth, prediction }] of reduced.entries()) {
    assertEquals(number, 7 + i);
    // 20 x 16 x 12 voxels of 3 x 3 x 4 mm keep their field of view but for half a voxel at each end.
    [60, 48, 48].forEach((mm, axis) =>
      assert(Math.abs(ct.dims[axis]! * ct.spacing[axis]! - mm) <= ct.spacing[axis]!)
    );
    assertEquals([truth.dims, prediction.dims], [ct.dims, ct.dims]);
    assertEquals((await inflate(texts[i]!)).length, 2 * ct.data.length);
  }
});

Deno.test("packCases() ends at one voxel where nothing fits", async () => {
  const { cases } = await packCases([viewed()], 1);
  assertEquals(cases[0]!.ct.dims, [1, 1, 1]);
});

Deno.test("largestSlices() finds the slices with most of an organ, and nothing where there is none", () => {
  const data = new Uint8Array(3 * 3 * 3);
  // Two voxels at x = 2, y = 1; one more at z = 2.
  for (const [x, y, z] of [[2, 1, 0], [2, 0, 2], [0, 1, 2]]) data[x! + 3 * (y! + 3 * z!)] = 4;
  const labels = createVolume(data, { dims: [3, 3, 3], spacing: [1, 1, 1] });
  assertEquals(largestSlices(labels, 4), [2, 1, 2]);
  assertEquals(largestSlices(labels, 1), undefined);
});
