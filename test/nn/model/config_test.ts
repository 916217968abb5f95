import { assertEquals, assertThrows } from "@std/assert";
import { parseConfig, presetConfig } from "../../../src/nn/mod.ts";

const small = presetConfig("unet-small", { classes: 7 });

Deno.test("presetConfig() gives the paper's network and the small one", () => {
  const paper = presetConfig("unet", { classes: 6, inputChannels: 2 });
  assertEquals(paper, {
    inputChannels: 2,
    classes: 6,
    channels: [32, 64, 64, 128],
    convolutions: 2,
    norm: "batch",
    slope: 0,
    pool: 3,
    up: "transposed-3",
    split: false,
  });
  assertEquals(small, { ...paper, inputChannels: 1, classes: 7, channels: [8, 16, 32] });
});

Deno.test("presetConfig() names the networks it has", () => {
  assertThrows(
    () => presetConfig("toString", { classes: 7 }),
    RangeError,
    'Cannot find the network "toString": there are unet, unet-small',
  );
});

Deno.test("parseConfig() gives back a config that went through JSON", () => {
  assertEquals(parseConfig(JSON.parse(JSON.stringify(small))), small);
});

Deno.test("parseConfig() refuses what is no config, in one line that names the entry", () => {
  const { norm: _, ...incomplete } = small;
  for (
    const [value, type, message] of [
      [null, TypeError, "it must be an object, found null"],
      [[1], TypeError, "it must be an object, found [1]"],
      [incomplete, TypeError, '"norm" is missing'],
      [{ ...small, dropout: 0.5 }, TypeError, 'it has no "dropout"'],
      [{ ...small, inputChannels: 0 }, RangeError, '"inputChannels" must be a whole number'],
      [{ ...small, classes: 1 }, RangeError, '"classes" must be a whole number from 2 to 255'],
      [{ ...small, classes: 256 }, RangeError, "found 256"],
      [{ ...small, channels: [] }, RangeError, '"channels" must be a list'],
      [{ ...small, channels: [8, 1.5] }, RangeError, "found [8,1.5]"],
      [{ ...small, convolutions: 0 }, RangeError, '"convolutions" must be'],
      [{ ...small, norm: "group" }, RangeError, '"norm" must be "batch" or "instance"'],
      [{ ...small, slope: -0.1 }, RangeError, '"slope" must be from 0 to 1, found -0.1'],
      [{ ...small, slope: NaN }, RangeError, '"slope" must be'],
      [{ ...small, pool: 4 }, RangeError, '"pool" must be 2 or 3, found 4'],
      [{ ...small, up: "transposed" }, RangeError, '"transposed-2" or "transposed-3"'],
      [{ ...small, split: 1 }, RangeError, '"split" must be true or false, found 1'],
    ] as const
  ) {
    const error = assertThrows(() => parseConfig(value), type, message);
    assertEquals(error.message.includes("\n"), false);
  }
});
