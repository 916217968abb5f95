import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  decodeSafetensors,
  initialParameters,
  initialStatistics,
  lossOfLogits,
  parametersOf,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import type { ExportedTraining } from "../../src/train/batch_files.ts";
import { smallConfig } from "../nn/_models.ts";
import { EVERY_LOSS } from "../nn/losses/_images.ts";
import { drawn, test, writeFolder } from "./_twin.ts";

const ONE_LEVEL = smallConfig({ classes: 2, channels: [1] });

type State = ExportedTraining["state"];

function stateOf(config: UNetConfig, given: Record<string, readonly number[]>): State {
  const start = new Map([...initialParameters(config, 1), ...initialStatistics(config)]);
  for (const [name, values] of Object.entries(given)) start.set(name, Float32Array.from(values));
  return start;
}

/** A 3 x 3 x 3 convolution of one tap in the middle for each pair of channels, [in][out]. */
function taps(pairs: readonly (readonly number[])[]): number[] {
  const flat = pairs.flat();
  return Array.from({ length: 27 }, (_, tap) => tap === 13 ? flat : flat.map(() => 0)).flat();
}

function assertNear(found: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  assertEquals(found.length, expected.length);
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, tolerance, `element ${i}`));
}

async function tensors(path: string): Promise<State> {
  const { tensors } = decodeSafetensors(await Deno.readFile(path));
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

test("normalises a batch by its biased variance and keeps the unbiased one", async (twin, dir) => {
  const state = stateOf(ONE_LEVEL, {
    "down0.conv0.weights": taps([[2]]),
    "down0.conv0.gamma": [3],
    "down0.conv0.beta": [0.5],
    "head.weights": [1, -2],
    "head.bias": [0, 0.25],
  });
  const request = await writeFolder(join(dir, "batches"), { config: ONE_LEVEL, state }, [
    { images: Float32Array.of(1, 3), learningRate: 0 },
  ]);
  // The convolution gives 2 and 6: mean 4, biased variance 4, unbiased 8.
  const high = 3 * 2 / Math.sqrt(4 + 1e-5) + 0.5;
  const expected = [0, 0.25, high, 0.25 - 2 * high];
  const out = join(dir, "logits");
  assertNear(await twin.logits({ ...request, training: true, out }), expected, 1e-12);
  const after = join(dir, "after.safetensors");
  await twin.train({ ...request, steps: 1, out: after });
  const trained = await tensors(after);
  assertNear(trained.get("down0.conv0.mean")!, [0.1 * 4], 1e-6);
  assertNear(trained.get("down0.conv0.variance")!, [0.9 + 0.1 * 8], 1e-6);
  // By running statistics: (2 - 0) / 1 and (6 - 0) / 1.
  const [a, b] = [2, 6].map((x) => 3 * x / Math.sqrt(1 + 1e-5) + 0.5) as [number, number];
  const inferred = await twin.logits({ ...request, training: false, out });
  assertNear(inferred, [a, 0.25 - 2 * a, b, 0.25 - 2 * b], 1e-12);
});

// One line of four voxels; all convolutions pass on what they get, so the first class is what comes up from below.
const UPS: readonly (readonly [Partial<UNetConfig>, weights: number[], expected: number[]])[] = [
  [{ pool: 2, up: "nearest" }, [], [5, 5, 4, 4]],
  [{ pool: 3, up: "nearest" }, [], [5, 5, 5, 5]],
  [{ pool: 2, up: "trilinear" }, [], [5, 4.75, 4.25, 4]],
  [{ pool: 2, up: "transposed-2" }, [10, 100], [50.5, 500.5, 40.5, 400.5]],
  // 2 i + k - 1 is the output: voxel 1 gets the last tap of the first and the first tap of the second.
  [{ pool: 2, up: "transposed-3" }, [1, 10, 100], [50.5, 504.5, 40.5, 400.5]],
];

test("goes down and up as every kind of pooling and doubling says", async (twin, dir) => {
  for (const [i, [part, weights, expected]] of UPS.entries()) {
    const config: UNetConfig = { ...ONE_LEVEL, channels: [1, 1], slope: 1, ...part };
    const transposed = weights.length > 0 && {
      // The same along z and y, where one voxel becomes two.
      "up0.transposed.weights": Array(weights.length ** 2).fill(weights).flat(),
      "up0.transposed.bias": [0.5],
    };
    // Variances that make the normalisation do nothing.
    const norms = ["down0", "down1", "up0"].map((level) =>
      [`${level}.conv0.variance`, [1 - 1e-5]] as const
    );
    const state = stateOf(config, {
      ...Object.fromEntries(norms),
      "down0.conv0.weights": taps([[1]]),
      "down1.conv0.weights": taps([[1]]),
      "up0.conv0.weights": taps([[1], [0]]),
      "head.weights": [1, 0],
      ...transposed,
    });
    const line = [1, 5, 2, 4];
    const request = await writeFolder(join(dir, `${i}`), { config, state }, [{
      shape: [1, 2, 2, 4, 1],
      images: Float32Array.from([line, line, line, line].flat()),
    }]);
    const logits = await twin.logits({ ...request, training: false, out: join(dir, "logits") });
    const first = logits.filter((_, i) => i % 2 === 0);
    assertNear(first, [expected, expected, expected, expected].flat(), 1e-4);
  }
});

const CONFIG: UNetConfig = { ...ONE_LEVEL, classes: 4, channels: [2, 3], convolutions: 2 };

test("takes every loss as the project's own functions do", async (twin, dir) => {
  const batch = drawn(3);
  const request = await writeFolder(
    join(dir, "batches"),
    { config: CONFIG, state: stateOf(CONFIG, {}) },
    [batch],
  );
  const out = join(dir, "out");
  const logits = await twin.logits({ ...request, training: true, out });
  for (const spec of EVERY_LOSS) {
    const { loss, gradients } = await twin.gradients({ ...request, loss: spec, out });
    const images = [0, 1].map((image) =>
      lossOfLogits({
        logits: logits.subarray(image * 48 * 4, (image + 1) * 48 * 4),
        labels: batch.labels.subarray(image * 48, (image + 1) * 48),
        classes: 4,
      }, spec)
    );
    assertAlmostEquals(loss, (images[0]!.value + images[1]!.value) / 2, 1e-12, spec.name);
    // The gradient by the bias of the logits is the sum over voxels.
    const sums = [0, 0, 0, 0];
    for (const { gradient } of images) gradient.forEach((g, i) => sums[i % 4]! += g / 2);
    assertNear(gradients.get("head.bias")!, sums, 1e-12);
  }
});

/** One update: a weight, its gradient, and what the optimizer keeps. */
interface Update {
  /** Names, and what each begins with. */
  readonly slots: Readonly<Record<string, number>>;
  step(w: number, g: number, slots: number[], rate: number, t: number): number;
}

const UPDATES: readonly (readonly [ExportedTraining["optimizer"], Update])[] = [
  [{ name: "adam", beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }, {
    slots: { "adam.mean": 0, "adam.square": 0 },
    step(w, g, slots, rate, t) {
      slots[0] = 0.8 * slots[0]! + 0.2 * g;
      slots[1] = 0.9 * slots[1]! + 0.1 * g * g;
      return w - rate * (slots[0] / (1 - 0.8 ** t)) / (Math.sqrt(slots[1] / (1 - 0.9 ** t)) + 1e-3);
    },
  }],
  [{ name: "rmsprop", decay: 0.8, momentum: 0.5, epsilon: 1e-4 }, {
    slots: { "rmsprop.square": 1, "rmsprop.step": 0 },
    step(w, g, slots, rate) {
      slots[0] = 0.8 * slots[0]! + 0.2 * g * g;
      slots[1] = 0.5 * slots[1]! + rate * g / Math.sqrt(slots[0] + 1e-4);
      return w - slots[1];
    },
  }],
  [{ name: "sgd", momentum: 0.5 }, {
    slots: { "sgd.velocity": 0 },
    step(w, g, slots, rate) {
      slots[0] = 0.5 * slots[0]! + g;
      return w - rate * slots[0];
    },
  }],
];

for (const [optimizer, { slots, step }] of UPDATES) {
  test(`steps by ${optimizer.name}, from the start and on the way`, async (twin, dir) => {
    const l2 = 0.01;
    const rates = [0.1, 0.05];
    const batches = rates.map((learningRate, i) => ({ ...drawn(i + 7), learningRate }));
    const training = { config: CONFIG, optimizer, l2 };
    const state = stateOf(CONFIG, {});
    const request = await writeFolder(join(dir, "both"), { ...training, state }, batches);
    const out = join(dir, "out");
    let weights = new Map(state);
    const kept = new Map(parametersOf(CONFIG).map(({ name }) => [name, [] as number[][]]));
    for (const [i, learningRate] of rates.entries()) {
      const at = new Map([
        ...weights,
        ...i === 0
          ? []
          : [...kept].flatMap(([name, values]) =>
            Object.keys(slots).map((slot, s) =>
              [`${slot}/${name}`, Float32Array.from(values, (all) => all[s]!)] as const
            )
          ),
      ]);
      const alone = await writeFolder(join(dir, `alone${i}`), { ...training, state: at }, [
        { ...batches[i]!, step: i + 1 },
      ]);
      const { gradients } = await twin.gradients({ ...alone, out });
      const moved = new Map(weights);
      for (const { name, role } of parametersOf(CONFIG)) {
        const all = kept.get(name)!;
        moved.set(
          name,
          weights.get(name)!.map((w, k) => {
            const g = gradients.get(name)![k]! + (role === "weights" ? l2 * w : 0);
            return step(w, g, all[k] ??= Object.values(slots), learningRate, i + 1);
          }),
        );
      }
      weights = moved;
      await twin.train({ ...alone, steps: 1, out });
      const found = await tensors(out);
      for (const { name } of parametersOf(CONFIG)) {
        assertNear(found.get(name)!, [...moved.get(name)!], 1e-6);
      }
    }
    await twin.train({ ...request, steps: 2, out });
    const found = await tensors(out);
    for (const { name } of parametersOf(CONFIG)) {
      assertNear(found.get(name)!, [...weights.get(name)!], 1e-5);
    }
  });
}

test("trains alike with axes turned, and with another state", async (twin, dir) => {
  const state = stateOf(CONFIG, {});
  const batches = [drawn(1), drawn(2), drawn(3)];
  const request = await writeFolder(join(dir, "batches"), { config: CONFIG, state }, batches);
  const [out, also] = [join(dir, "out"), join(dir, "also")];
  const axes = [2, 0, 1];
  const straight = await twin.train({ ...request, steps: 3, out });
  assertNear(await twin.train({ ...request, steps: 3, axes, out: also }), straight, 1e-12);
  const weights = await tensors(also);
  for (const [name, values] of await tensors(out)) {
    assertNear(weights.get(name)!, [...values], 1e-6);
  }
  const { gradients } = await twin.gradients({ ...request, out });
  const { gradients: alike } = await twin.gradients({ ...request, axes, out });
  for (const [name, values] of gradients) assertNear(alike.get(name)!, [...values], 1e-12);
  assert(straight[0] !== straight[1]);
  const other = new Map([...initialParameters(CONFIG, 2), ...initialStatistics(CONFIG)]);
  await writeFolder(join(dir, "other"), { config: CONFIG, state: other }, []);
  const path = join(dir, "other", "state.safetensors");
  const [first] = await twin.train({ ...request, steps: 1, state: path });
  assert(Math.abs(first! - straight[0]!) > 1e-3);
});

test("nudges each parameter by its own share, within the size", async (twin, dir) => {
  const state = stateOf(CONFIG, {});
  const request = await writeFolder(join(dir, "batches"), { config: CONFIG, state }, [drawn(1)]);
  const out = join(dir, "out");
  const nudged = async (size: number, seed: number) => {
    // A step at no rate leaves the parameters as they began.
    await twin.train({ ...request, steps: 0, nudge: { size, seed }, out });
    return await tensors(out);
  };
  const [one, two] = [await nudged(1e-3, 1), await nudged(1e-3, 2)];
  for (const { name } of parametersOf(CONFIG)) {
    const shares = (found: State) =>
      [...state.get(name)!].flatMap((value, i) =>
        value === 0 ? [] : [found.get(name)![i]! / value - 1]
      );
    const [a, b] = [shares(one), shares(two)];
    assert(a.every((share) => Math.abs(share) <= 1.001e-3), name);
    if (a.length < 8) continue;
    assert(Math.max(...a) > 2e-4 && Math.min(...a) < -2e-4, name);
    assert(a.every((share, i) => share !== b[i]), name);
  }
});

test("segments by the largest logit", async (twin, dir) => {
  const state = stateOf(ONE_LEVEL, {
    "down0.conv0.weights": taps([[1]]),
    "head.weights": [0, 1],
    "head.bias": [1, 0],
  });
  const request = await writeFolder(join(dir, "batches"), { config: ONE_LEVEL, state }, [
    { images: Float32Array.of(0.5, 2) },
    { images: Float32Array.of(3, -3) },
  ]);
  const files = await twin.segment({ ...request, out: join(dir, "labels") });
  const labels = await Promise.all(files.map((file) => Deno.readFile(file)));
  assertEquals(labels.map((all) => [...all]), [[0, 1], [1, 0]]);
});

test("says in one line what it refuses, and goes on", async (twin, dir) => {
  const request = { folder: join(dir, "none"), dtype: "float64", steps: 1 } as const;
  await assertRejects(() => twin.train(request), Error, "Cannot train with PyTorch: FileNotFound");
  await assertRejects(() => twin.train(request), Error, "Cannot train with PyTorch: FileNotFound");
});
