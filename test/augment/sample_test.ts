import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type AugmentRanges,
  checkTransform,
  presets,
  sampleTransform,
  type Transform,
} from "../../src/augment/mod.ts";
import { affineThrough, composeLinear, type LinearParts } from "../../src/augment/_linear.ts";
import { draw } from "./_draws.ts";
import { IDENTITY } from "./_volumes.ts";

const EYE = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const NOTHING: LinearParts = {
  rotation: [0, 0, 0],
  scale: [1, 1, 1],
  reflected: [false, false, false],
  perturbation: EYE.map(() => 0),
};
const shape = { input: [160, 150, 130], output: [120, 120, 160] } as const;
const key = { seed: 1, stream: 0 };

/** Every range at once, each far from doing nothing. */
const ALL = {
  rotation: [30, 20, 10],
  reflection: [0.5, 0.5, 0.5],
  scaling: [1.5, 1.4, 1.3],
  perturbation: 0.1,
  initial: [0, 1, 0, -1, 0, 0, 0, 0, 1],
  translation: [5, 6, 7],
  crop: "uniform",
  window: { low: -200, high: 400, jitter: 100 },
  noise: 5,
  occlusion: 0.7,
} as const satisfies AugmentRanges;

function assertNear(found: readonly number[], expected: readonly number[], tolerance = 1e-12) {
  assertEquals(found.length, expected.length);
  found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance));
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return EYE.map((_, i) => {
    const [row, column] = [i - i % 3, i % 3];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  });
}

function linearOf({ matrix }: Transform): number[] {
  return matrix.filter((_, i) => i % 4 < 3);
}

/** Where a map takes the middle of its output. */
function middleOf({ matrix, shape }: Transform): number[] {
  return [0, 4, 8].map((row) =>
    shape.reduce((sum, n, axis) => sum + matrix[row + axis]! * (n - 1) / 2, matrix[row + 3]!)
  );
}

Deno.test("composeLinear() of nothing is the identity", () => {
  assertEquals(composeLinear(NOTHING).map((entry) => entry + 0), EYE);
});

for (
  const [axis, rotation, expected] of [
    // The lower of the other axes goes to the higher: y to z, x to z, x to y. Columns are where x, y, z go.
    ["x", [90, 0, 0], [1, 0, 0, 0, 0, -1, 0, 1, 0]],
    ["y", [0, 90, 0], [0, 0, -1, 0, 1, 0, 1, 0, 0]],
    ["z", [0, 0, 90], [0, -1, 0, 1, 0, 0, 0, 0, 1]],
  ] as const
) {
  Deno.test(`composeLinear() turns 90 degrees about ${axis}`, () => {
    assertNear(composeLinear({ ...NOTHING, rotation }), expected);
  });
}

Deno.test("composeLinear() turns 30 degrees by cos and sin of 30 degrees", () => {
  const [cos, sin] = [Math.sqrt(3) / 2, 0.5];
  assertNear(
    composeLinear({ ...NOTHING, rotation: [0, 0, 30] }),
    [cos, -sin, 0, sin, cos, 0, 0, 0, 1],
  );
});

Deno.test("composeLinear() turns about z first, then y, then x", () => {
  // x goes to y about z, stays about y, goes to z about x. y goes to -x, then to -z, then to y. z stays, then goes to -x.
  assertNear(
    composeLinear({ ...NOTHING, rotation: [90, 90, 90] }),
    [0, 0, -1, 0, 1, 0, 1, 0, 0],
  );
});

Deno.test("composeLinear() scales, reflects and perturbs", () => {
  assertEquals(
    composeLinear({
      ...NOTHING,
      scale: [2, 1, 0.5],
      reflected: [true, false, true],
      perturbation: [1, 0, 0, 0, 0, 0, 0, 3, 0],
    }).map((entry) => entry + 0),
    // diag(-2, 1, -0.5) [[2, 0, 0], [0, 1, 0], [0, 3, 1]]
    [-4, 0, 0, 0, 1, 0, 0, -1.5, -0.5],
  );
});

Deno.test("composeLinear() does Init first, then Gauss, Reflect, Scale, Rot", () => {
  // Init swaps x and y. Gauss: [[1, 1, 0], [0, 1, 0], [0, 0, 1]]. Then x is turned round and scaled by 2. Rot: x to y.
  // Gauss . Init = [[1, 1, 0], [1, 0, 0], [0, 0, 1]]; scaled and reflected: [[-2, -2, 0], [1, 0, 0], [0, 0, 1]];
  // turned, row x is minus row y, row y is row x. Any other order gives another matrix.
  assertNear(
    composeLinear({
      rotation: [0, 0, 90],
      scale: [2, 1, 1],
      reflected: [true, false, false],
      perturbation: [0, 1, 0, 0, 0, 0, 0, 0, 0],
      initial: [0, 1, 0, 1, 0, 0, 0, 0, 1],
    }),
    [-1, 0, 0, -2, -2, 0, 0, 0, 1],
  );
});

Deno.test("affineThrough() takes one point to the other, rounded to f32, without -0", () => {
  const matrix = affineThrough([0.1, 0, 0, 0, -2, 0, -0, 0, 1], [10, 1, 4], [0, 3, 4]);
  assertEquals(matrix, [Math.fround(0.1), 0, 0, -1, 0, -2, 0, 5, 0, 0, 1, 0]);
});

Deno.test("sampleTransform() of no ranges is the identity on the centred crop, from a whole voxel on", () => {
  const transform = sampleTransform({}, { input: [9, 8, 7], output: [5, 8, 10] }, key);
  const matrix = IDENTITY.with(3, 2).with(11, -2);
  assertEquals(transform, { shape: [5, 8, 10], matrix });
});

Deno.test("sampleTransform() centres odd and even crops on a voxel of a wanted label, from a whole voxel on", () => {
  const labels = new Uint8Array(9 * 8 * 7);
  labels[6 + 9 * (5 + 8 * 4)] = 3;
  const shape = { input: [9, 8, 7], output: [5, 4, 10], labels } as const;
  const { matrix } = sampleTransform({ crop: "nonzero" }, shape, key);
  assertEquals(matrix, IDENTITY.with(3, 6 - 2).with(7, 5 - 2).with(11, 4 - 5));
});

Deno.test("sampleTransform() takes the output's middle to the crop's, plus the translation", () => {
  const { translation: _, ...still } = ALL;
  for (let stream = 0; stream < 50; stream++) {
    const own = { seed: 9, stream };
    const crop = sampleTransform({ crop: "uniform" }, shape, own);
    const moved = sampleTransform(
      { crop: "uniform", translation: ALL.translation },
      shape,
      own,
    );
    // f32 has 2^-17 between numbers of 64 to 128, and the shift is rounded to that.
    assertNear(middleOf(sampleTransform(still, shape, own)), middleOf(crop), 1e-4);
    assertNear(middleOf(sampleTransform(ALL, shape, own)), middleOf(moved), 1e-4);
  }
});

Deno.test("sampleTransform() composes what each range draws alone: switching one off leaves the others", () => {
  const { rotation, scaling, reflection, perturbation, initial } = ALL;
  for (let stream = 0; stream < 50; stream++) {
    const own = { seed: 2, stream };
    const alone = (ranges: AugmentRanges) => linearOf(sampleTransform(ranges, shape, own));
    const expected = [
      alone({ rotation }),
      alone({ scaling }),
      alone({ reflection }),
      alone({ perturbation }),
      initial,
    ].reduce(product);
    assertNear(linearOf(sampleTransform(ALL, shape, own)), expected, 1e-5);
  }
});

for (const name of Object.keys(ALL) as (keyof typeof ALL)[]) {
  Deno.test(`sampleTransform() without ${name} changes no window, noise or occlusion but its own`, () => {
    const { [name]: _, ...others } = ALL;
    for (let stream = 0; stream < 50; stream++) {
      const own = { seed: 3, stream };
      const { matrix: _all, [name as "window"]: _own, ...all } = sampleTransform(ALL, shape, own);
      const { matrix: _rest, ...rest } = sampleTransform(others, shape, own);
      assertEquals(rest, all);
    }
  });
}

Deno.test("sampleTransform() draws the same whatever the scaling rule and the crop are", () => {
  const labels = new Uint8Array(160 * 150 * 130).fill(1);
  const other = { ...ALL, scalingRule: "original", crop: "valid" } as const;
  for (let stream = 0; stream < 20; stream++) {
    const own = { seed: 3, stream };
    const { matrix: _, ...expected } = sampleTransform(ALL, shape, own);
    const { matrix: __, ...found } = sampleTransform(other, { ...shape, labels }, own);
    assertEquals(found, expected);
  }
});

Deno.test("sampleTransform() gives the same transform for the same key, another for another", () => {
  const found = draw(ALL, shape, 200);
  assertEquals(draw(ALL, shape, 200), found);
  assertEquals(new Set(found.map((transform) => JSON.stringify(transform))).size, 200);
  assertEquals(sampleTransform(ALL, shape, { seed: 5n, stream: 7n }), found[7]);
});

Deno.test("sampleTransform() gives what JSON gives back, with numbers that f32 holds", () => {
  const zero = { low: 0, high: 1 };
  for (const ranges of [ALL, presets.live, presets.organs2018, { window: zero }]) {
    for (const transform of draw(ranges, shape, 100)) {
      assertEquals(JSON.parse(JSON.stringify(transform)), transform);
      assertEquals(transform.matrix, transform.matrix.map(Math.fround));
      checkTransform(transform);
    }
  }
});

Deno.test("sampleTransform() gives each transform a noise field apart from all drawings", () => {
  const keys = draw({ noise: 5 }, shape, 100).map(({ noise }) => noise!.key);
  assertEquals(new Set(keys.map(({ stream }) => stream)).size, 100);
  for (const { seed, stream } of keys) {
    assertEquals(seed, 5);
    // A drawing with such a stream is refused.
    assertThrows(() => sampleTransform({}, shape, { seed: 5, stream }), RangeError, "below 2^52");
  }
  const last = { seed: 0, stream: 2 ** 52 - 1 };
  const { noise } = sampleTransform({ noise: 5 }, shape, last);
  assertEquals(noise!.key.stream, 2 ** 53 - 1);
});

Deno.test("presets are the figures of the paper's code", () => {
  const { live, organs2018 } = presets;
  assertEquals([live.rotation, organs2018.rotation], [[10, 10, 10], [45, 45, 45]]);
  assertEquals([live.reflection![0], organs2018.reflection![0]], [0.05, 0.1]);
  assertEquals([live.scaling![2], organs2018.scaling![2]], [1.05, 1.1]);
  assertEquals([live.translation, organs2018.translation], [[5, 5, 5], undefined]);
  assertEquals([live.perturbation, organs2018.perturbation], [0.01, 0.05]);
  assertEquals(live.window, { low: -200, high: 400, jitter: 10 });
  assertEquals(organs2018.window, { low: -200, high: 400, jitter: 100 });
  assertEquals([live.noise, organs2018.noise], [5, 5]);
  assertEquals([live.occlusion, organs2018.occlusion], [undefined, 0.5]);
});

const bad: [what: string, ranges: AugmentRanges, type: ErrorConstructor, says: string][] = [
  ["two angles", { rotation: [1, 2] as never }, TypeError, "rotation must be 3 numbers, found 2"],
  ["a negative angle", { rotation: [1, -2, 0] }, RangeError, "found -2"],
  ["an infinite angle", { rotation: [Infinity, 0, 0] }, RangeError, "rotation must be angles"],
  ["a number as text", { rotation: ["1", 0, 0] as never }, TypeError, "found string"],
  ["a probability above 1", { reflection: [0, 0, 1.1] }, RangeError, "found 1.1"],
  ["a factor below 1", { scaling: [0.9, 1, 1] }, RangeError, "factors of at least 1, found 0.9"],
  ["a rule that is none", { scalingRule: "old" as never }, RangeError, "corrected, original"],
  ["a negative perturbation", { perturbation: -1 }, RangeError, "perturbation must be"],
  ["a 2 x 2 initial map", { initial: [1, 0, 0, 1] }, TypeError, "initial must be 9 numbers"],
  ["NaN in the initial map", { initial: EYE.with(4, NaN) }, RangeError, "found NaN"],
  ["a negative shift", { translation: [0, 0, -5] }, RangeError, "translation must be"],
  ["a crop that is none", { crop: "middle" as never }, RangeError, "none, uniform, valid, nonzero"],
  ["a window that may be empty", { window: { low: 0, high: 100, jitter: 50 } }, RangeError, "100"],
  ["a window without limit", { window: { low: 0 } as never }, TypeError, "window.high"],
  ["a negative jitter", { window: { low: 0, high: 9, jitter: -1 } }, RangeError, "window.jitter"],
  ["negative noise", { noise: -5 }, RangeError, "noise must be"],
  ["an occlusion of 2", { occlusion: 2 }, RangeError, "occlusion must be"],
];

for (const [what, ranges, type, says] of bad) {
  Deno.test(`sampleTransform() refuses ${what}`, () => {
    const error = assertThrows(() => sampleTransform(ranges, shape, key), type, says);
    assert(error.message.startsWith("Cannot sample a transform: "));
  });
}

Deno.test("sampleTransform() refuses shapes, labels and keys that do not fit", () => {
  const sizes = { input: [4, 3, 2], output: [2, 2, 2] } as const;
  const labels = (length: number) => ({ ...sizes, labels: new Uint8Array(length) });
  assertThrows(() => sampleTransform({}, { ...sizes, input: [4, 0, 2] }, key), RangeError, "4 x 0");
  assertThrows(() => sampleTransform({}, { ...sizes, output: [4] as never }, key), TypeError, "1");
  assertThrows(() => sampleTransform({}, labels(23), key), TypeError, "24 voxels");
  for (const crop of ["valid", "nonzero"] as const) {
    assertThrows(() => sampleTransform({ crop }, sizes, key), TypeError, `"${crop}" needs labels`);
    assertThrows(
      () => sampleTransform({ crop }, { ...sizes, labels: new Uint8Array(24).fill(255) }, key),
      RangeError,
      "there is none",
    );
  }
  assertThrows(() => sampleTransform({ crop: "nonzero" }, labels(24), key), RangeError, "above 0");
  assertThrows(() => sampleTransform({}, sizes, { seed: -1, stream: 0 }), RangeError, "seed");
  assertThrows(
    () => sampleTransform({}, sizes, { seed: 1n << 53n, stream: 0 }),
    RangeError,
    "2^53",
  );
});
