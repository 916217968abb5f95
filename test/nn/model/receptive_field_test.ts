import { assert, assertEquals } from "@std/assert";
import {
  type NetworkOps,
  presetConfig,
  receptiveField,
  runUNet,
  type UNetConfig,
} from "../../../src/nn/mod.ts";

const paper = presetConfig("unet", { classes: 7 });
const small = presetConfig("unet-small", { classes: 7 });

/** Adds input i into the outputs that `targets` lists; all weights are 1, so that nothing cancels. */
function scatter(x: Float64Array, length: number, targets: (i: number) => number[]): Float64Array {
  const y = new Float64Array(length);
  x.forEach((value, i) => targets(i).forEach((o) => o >= 0 && o < length && (y[o]! += value)));
  return y;
}

const around = (i: number) => [i - 1, i, i + 1];

/** The network on a line, linear and with weights of one: an impulse reaches what depends on it. */
const onLine: NetworkOps<Float64Array> = {
  block: (x) => scatter(x, x.length, around),
  convolution: (x) => x.slice(),
  transposed: (x, { size }) =>
    scatter(
      x,
      2 * x.length,
      (i) => size === 3 ? [2 * i - 1, 2 * i, 2 * i + 1] : [2 * i, 2 * i + 1],
    ),
  upsample: (x, mode) =>
    scatter(
      x,
      2 * x.length,
      (i) => mode === "nearest" ? [2 * i, 2 * i + 1] : [2 * i - 1, 2 * i, 2 * i + 1, 2 * i + 2],
    ),
  maxPool: (x, size) =>
    scatter(x, x.length / 2, (i) => {
      const half = Math.floor(i / 2);
      return size === 3 && i % 2 === 1 ? [half, half + 1] : [half];
    }),
  concat: (a, b) => a.map((value, i) => value + b[i]!),
  release: () => {},
};

function byImpulses(config: UNetConfig): number {
  const length = 32 * 2 ** config.channels.length;
  const first: number[] = [];
  const last: number[] = [];
  for (let i = 0; i < length; i++) {
    const impulse = new Float64Array(length);
    impulse[i] = 1;
    runUNet(config, onLine, impulse).forEach((value, o) => {
      if (value === 0) return;
      first[o] ??= i;
      last[o] = i;
    });
  }
  const middle = Array.from({ length: 2 ** config.channels.length }, (_, i) => length / 2 + i);
  return Math.max(...middle.map((o) => last[o]! - first[o]! + 1));
}

Deno.test("receptiveField() of the paper's network: the usual sum by hand is 117", () => {
  const convolutions = 2 * 2 * (1 + 2 + 4 + 8) + 2 * 2 * (4 + 2 + 1);
  const pools = 2 * (1 + 2 + 4);
  const transposed = 2 * (4 + 2 + 1);
  assertEquals(1 + convolutions + pools + transposed, 117);
  assertEquals(receptiveField(paper), { exact: byImpulses(paper), bound: 117 });
});

Deno.test("receptiveField() is what an impulse reaches, in every wiring", () => {
  for (const up of ["transposed-2", "transposed-3", "nearest", "trilinear"] as const) {
    for (const pool of [2, 3] as const) {
      for (const convolutions of [1, 2]) {
        const config: UNetConfig = { ...small, up, pool, convolutions };
        const { exact, bound } = receptiveField(config);
        assertEquals(exact, byImpulses(config), JSON.stringify(config));
        assert(exact <= bound);
      }
    }
  }
});

Deno.test("receptiveField() of split convolutions is that of whole ones", () => {
  assertEquals(receptiveField({ ...paper, split: true }), receptiveField(paper));
});

Deno.test("receptiveField() of two convolutions and nothing else is 5", () => {
  assertEquals(receptiveField({ ...small, channels: [8] }), { exact: 5, bound: 5 });
});
