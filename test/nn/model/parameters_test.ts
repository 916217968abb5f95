import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import {
  initialParameters,
  initialStatistics,
  parameterCount,
  parametersOf,
  presetConfig,
  runningStatisticsOf,
  type UNetConfig,
} from "../../../src/nn/mod.ts";

const paper = presetConfig("unet", { classes: 7 });
const small = presetConfig("unet-small", { classes: 7 });

Deno.test("parameterCount() of the paper's network is the count by hand", () => {
  const down = 27 *
    (1 * 32 + 32 * 32 + 32 * 64 + 64 * 64 + 64 * 64 + 64 * 64 + 64 * 128 + 128 * 128);
  const transposed = 27 * (128 * 64 + 64 * 64 + 64 * 32) + 64 + 64 + 32;
  const up = 27 * (128 * 64 + 64 * 64 + 128 * 64 + 64 * 64 + 64 * 32 + 32 * 32);
  const norm = 2 * 2 * (32 + 64 + 64 + 128 + 64 + 64 + 32);
  const head = 32 * 7 + 7;
  assertEquals(parameterCount(paper), down + transposed + up + norm + head);
  assertEquals(parameterCount(paper), 2_214_887);
});

Deno.test("parameterCount() of split networks is what the config's docstring says", () => {
  const millions = (more: Partial<UNetConfig>) =>
    (parameterCount({ ...paper, ...more }) / 1e6).toFixed(2);
  assertEquals(millions({}), "2.21");
  assertEquals(millions({ split: true }), "1.01");
  assertEquals(millions({ split: true, up: "nearest" }), "0.64");
  assertEquals(millions({ split: true, up: "nearest", convolutions: 1 }), "0.32");
});

Deno.test("parameterCount() of a split network is the count by hand", () => {
  // One convolution a level, split, and no weights on the way up: the wiring that comes near the paper's 0.33 million.
  const config: UNetConfig = { ...paper, split: true, convolutions: 1, up: "nearest" };
  const triple = (from: number, to: number) => 3 * (from * to + 2 * to * to);
  const down = triple(1, 32) + triple(32, 64) + triple(64, 64) + triple(64, 128);
  const up = triple(128 + 64, 64) + triple(64 + 64, 64) + triple(64 + 32, 32);
  const norm = 2 * (32 + 64 + 64 + 128 + 64 + 64 + 32);
  assertEquals(parameterCount(config), down + up + norm + 32 * 7 + 7);
  assertEquals(parameterCount(config), 323_783);
});

Deno.test("parametersOf() names every parameter once, with its shape", () => {
  const all = parametersOf({ ...small, channels: [8, 16], convolutions: 1, split: true });
  assertEquals(all.map(({ name, shape, role }) => [name, shape.join(" "), role]), [
    ["down0.conv0.z.weights", "3 1 1 1 8", "weights"],
    ["down0.conv0.y.weights", "1 3 1 8 8", "weights"],
    ["down0.conv0.x.weights", "1 1 3 8 8", "weights"],
    ["down0.conv0.gamma", "8", "gamma"],
    ["down0.conv0.beta", "8", "beta"],
    ["down1.conv0.z.weights", "3 1 1 8 16", "weights"],
    ["down1.conv0.y.weights", "1 3 1 16 16", "weights"],
    ["down1.conv0.x.weights", "1 1 3 16 16", "weights"],
    ["down1.conv0.gamma", "16", "gamma"],
    ["down1.conv0.beta", "16", "beta"],
    ["up0.transposed.weights", "3 3 3 8 16", "weights"],
    ["up0.transposed.bias", "8", "bias"],
    ["up0.conv0.z.weights", "3 1 1 16 8", "weights"],
    ["up0.conv0.y.weights", "1 3 1 8 8", "weights"],
    ["up0.conv0.x.weights", "1 1 3 8 8", "weights"],
    ["up0.conv0.gamma", "8", "gamma"],
    ["up0.conv0.beta", "8", "beta"],
    ["head.weights", "1 1 1 8 7", "weights"],
    ["head.bias", "7", "bias"],
  ]);
});

Deno.test("parametersOf() gives each name once in every wiring", () => {
  for (const up of ["transposed-2", "transposed-3", "nearest", "trilinear"] as const) {
    for (const split of [true, false]) {
      const config: UNetConfig = { ...small, up, split, convolutions: 3 };
      const names = [...parametersOf(config), ...runningStatisticsOf(config)].map(({ name }) =>
        name
      );
      assertEquals(new Set(names).size, names.length);
    }
  }
});

Deno.test("runningStatisticsOf() has a mean and a variance for each batch normalisation alone", () => {
  const names = runningStatisticsOf({ ...small, channels: [8, 16], convolutions: 1 });
  assertEquals(names.map(({ name, shape }) => `${name} ${shape}`), [
    "down0.conv0.mean 8",
    "down0.conv0.variance 8",
    "down1.conv0.mean 16",
    "down1.conv0.variance 16",
    "up0.conv0.mean 8",
    "up0.conv0.variance 8",
  ]);
  assertEquals(runningStatisticsOf({ ...small, norm: "instance" }), []);
  const initial = initialStatistics({ ...small, channels: [2], convolutions: 1 });
  assertEquals([...initial.values()].map((a) => [...a]), [[0, 0], [1, 1]]);
});

Deno.test("initialParameters() draws weights of mean 0 and He's variance", () => {
  for (const slope of [0, 0.1]) {
    const config: UNetConfig = { ...small, slope };
    const initial = initialParameters(config, 5);
    for (
      const [name, inputs] of [["down1.conv1.weights", 27 * 16], [
        "up1.conv0.weights",
        27 * 32,
      ]] as const
    ) {
      const values = [...initial.get(name)!];
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
      const wanted = 2 / (1 + slope * slope) / inputs;
      // Of n normal numbers the mean square is off by sqrt(2 / n) of itself, one standard deviation.
      assertAlmostEquals(variance / wanted, 1, 4 * Math.sqrt(2 / values.length), name);
      assertAlmostEquals(mean / Math.sqrt(wanted), 0, 4 / Math.sqrt(values.length), name);
    }
  }
});

Deno.test("initialParameters() of a transposed convolution counts the inputs of one output", () => {
  // Of 27 taps with stride 2, 8 outputs share: 27 / 8 each on average.
  const up = parametersOf(small).find(({ name }) => name === "up1.transposed.weights")!;
  assertEquals([up.fanIn, up.shape], [27 / 8 * 32, [3, 3, 3, 16, 32]]);
});

Deno.test("initialParameters() depends on the seed alone, and differs between parameters", () => {
  const a = initialParameters(small, 1);
  assertEquals(a, initialParameters(small, 1));
  assertNotEquals(a.get("head.weights"), initialParameters(small, 2).get("head.weights"));
  const [one, two] = [a.get("down2.conv1.weights")!, a.get("up1.conv0.weights")!];
  const n = Math.min(one.length, two.length);
  let dot = 0, square = 0;
  for (let i = 0; i < n; i++) {
    dot += one[i]! * two[i]!;
    square += one[i]! ** 2;
  }
  assert(Math.abs(dot / square) < 4 / Math.sqrt(n), `correlation ${dot / square}`);
  assertEquals([...a.get("down0.conv0.gamma")!], Array(8).fill(1));
  assertEquals([...a.get("down0.conv0.beta")!, ...a.get("head.bias")!], Array(15).fill(0));
});
