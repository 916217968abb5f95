import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  closeReference,
  dilateReference,
  erodeReference,
  niimathClose,
  niimathDilate,
  niimathErode,
  niimathOpen,
  niimathSphere,
  openReference,
} from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { not } from "./_masks.ts";

Deno.test("niimathSphere() holds the voxels at most R mm away", () => {
  // x^2 + y^2 <= 9 has 29 integer solutions; one more voxel above and below, at exactly 3 mm.
  const { dims, origin, data } = niimathSphere({ radius: 3, spacing: [1, 1, 3] });
  assertEquals([dims, origin], [[7, 7, 3], [3, 3, 1]]);
  const inSlice = (z: number) => data.slice(49 * z, 49 * z + 49).reduce((sum, v) => sum + v, 0);
  assertEquals([inSlice(0), inSlice(1), inSlice(2)], [1, 29, 1]);
  assertEquals(niimathSphere({ radius: 0.9, spacing: [1, 2, 3] }).dims, [1, 1, 1]);
});

Deno.test("niimathSphere() is what niimath puts around a single voxel, ties and anisotropic spacing included", async () => {
  const random = new RandomStream({ seed: 51, stream: 0 });
  const cases: { radius: number; spacing: [number, number, number] }[] = [
    { radius: 2.1, spacing: [0.7, 0.7, 0.7] },
    { radius: 12.5, spacing: [3, 3, 3] },
    { radius: 5, spacing: [1, 1, 1] },
    { radius: 1.5, spacing: [0.3, 0.5, 0.1] },
    { radius: 12.5, spacing: [0.78125, 0.78125, 5] },
  ];
  for (let k = 0; k < 10; k++) {
    const spacing = [random.uniform(0.5, 3), random.uniform(0.5, 3), random.uniform(0.5, 5)];
    cases.push({ radius: random.uniform(3, 8), spacing: spacing as [number, number, number] });
  }
  for (const { radius, spacing } of cases) {
    const { dims, origin, data: ball } = niimathSphere({ radius, spacing });
    const data = new Uint8Array(ball.length);
    data[origin[0] + dims[0] * (origin[1] + dims[1] * origin[2])] = 1;
    const found = await niimathDilate({ data, dims, spacing, radius });
    assertEquals(found, ball, `radius ${radius}, spacing ${spacing}`);
  }
});

Deno.test("niimath equals the references for random masks, with the border each states", async () => {
  const random = new RandomStream({ seed: 52, stream: 0 });
  for (let trial = 0; trial < 12; trial++) {
    const dims = [2 + random.integer(13), 2 + random.integer(11), 1 + random.integer(9)] as const;
    const spacing = [
      random.uniform(0.5, 3),
      random.uniform(0.5, 3),
      random.uniform(0.5, 5),
    ] as const;
    const radius = random.uniform(0.4, 7);
    const density = random.uniform(0, 0.2);
    const length = dims[0] * dims[1] * dims[2];
    const sparse = Uint8Array.from({ length }, () => random.uniform() < density ? 1 : 0);
    const dense = not(sparse);
    const ball = { dims, spacing, radius };
    const grid = { dims, element: niimathSphere(ball) };
    const background = { ...grid, outside: "background" } as const;
    const foreground = { ...grid, outside: "foreground" } as const;
    const name = `trial ${trial}: ${JSON.stringify(ball)}`;
    const dilated = dilateReference({ ...background, data: sparse });
    assertEquals(await niimathDilate({ ...ball, data: sparse }), dilated, name);
    const eroded = erodeReference({ ...foreground, data: dense });
    assertEquals(await niimathErode({ ...ball, data: dense }), eroded, name);
    const closed = closeReference({ ...background, data: sparse });
    assertEquals(await niimathClose({ ...ball, data: sparse }), closed, name);
    const opened = openReference({ ...background, data: dense });
    assertEquals(await niimathOpen({ ...ball, data: dense }), opened, name);
  }
});

Deno.test("niimathErode() keeps the faces, niimathOpen() does not see beyond them", async () => {
  const full = { data: new Uint8Array(27).fill(1), dims: [3, 3, 3], spacing: [1, 1, 1] } as const;
  assertEquals((await niimathErode({ ...full, radius: 1 })).join(""), "1".repeat(27));
  // A 3-cube opened by a 7-voxel cross on background: the cross in its middle is all that is left.
  const opened = await niimathOpen({ ...full, radius: 1 });
  assertEquals(opened.join(""), "000010000" + "010111010" + "000010000");
});

Deno.test("niimath takes every value but 0 as inside and leaves its input as it is", async () => {
  const data = new Uint8Array([0, 0, 0, 200, 0, 0, 0, 0]);
  const options = { data, dims: [4, 2, 1], spacing: [1, 1, 1], radius: 1 } as const;
  assertEquals((await niimathDilate(options)).join(""), "00110001");
  assertEquals((await niimathClose(options)).join(""), "00010000");
  assert(data[3] === 200);
});

Deno.test("niimath refuses what does not fit, by name", async () => {
  const options = {
    data: new Uint8Array(8),
    dims: [4, 2, 1],
    spacing: [1, 1, 1],
    radius: 1,
  } as const;
  for (const operator of [niimathDilate, niimathErode, niimathClose, niimathOpen]) {
    await assertRejects(() => operator({ ...options, radius: 0 }), RangeError, "0 mm");
    await assertRejects(() => operator({ ...options, spacing: [1, -1, 1] }), RangeError, "-1 mm");
    await assertRejects(() => operator({ ...options, dims: [4, 4, 1] }), TypeError, "found 8");
  }
  const thin = { ...options, dims: [8, 1, 1] } as const;
  await assertRejects(() => niimathDilate(thin), RangeError, "at least 2 voxels along x and y");
  assertThrows(() => niimathSphere({ radius: NaN, spacing: [1, 1, 1] }), RangeError, "NaN mm");
});
