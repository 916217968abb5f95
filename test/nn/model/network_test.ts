import { assertEquals, assertThrows } from "@std/assert";
import {
  checkInputShape,
  type NetworkOps,
  presetConfig,
  requiredMultiple,
  runUNet,
} from "../../../src/nn/mod.ts";

const small = presetConfig("unet-small", { classes: 7 });

/** Writes down what is called, on activations that are names; counts those alive. */
function recorder() {
  const lines: string[] = [];
  const alive = new Set<string>();
  let most = 0;
  const make = (line: string) => {
    const name = `a${lines.push(line)}`;
    alive.add(name);
    most = Math.max(most, alive.size);
    return name;
  };
  const ops: NetworkOps<string> = {
    block: (x, { convolutions: [c], norm }) =>
      make(`block ${x} ${c!.inputChannels}-${c!.channels} ${norm.gamma}`),
    convolution: (x, layer) => make(`convolution ${x} ${layer.inputChannels}-${layer.channels}`),
    transposed: (x, layer) => make(`transposed ${x} ${layer.inputChannels}-${layer.channels}`),
    upsample: (x, mode) => make(`${mode} ${x}`),
    maxPool: (x, size) => make(`pool${size} ${x}`),
    concat: (a, b) => make(`concat ${a} ${b}`),
    release: (x) => {
      if (!alive.delete(x)) throw new Error(`${x} was released before`);
    },
  };
  return { ops, lines, alive, most: () => most };
}

Deno.test("runUNet() wires the way down, the way up and what lies between", () => {
  const { ops, lines } = recorder();
  assertEquals(runUNet({ ...small, convolutions: 1 }, ops, "image"), "a12");
  assertEquals(lines, [
    "block image 1-8 down0.conv0.gamma",
    "pool3 a1",
    "block a2 8-16 down1.conv0.gamma",
    "pool3 a3",
    "block a4 16-32 down2.conv0.gamma",
    "transposed a5 32-16",
    "concat a6 a3",
    "block a7 32-16 up1.conv0.gamma",
    "transposed a8 16-8",
    "concat a9 a1",
    "block a10 16-8 up0.conv0.gamma",
    "convolution a11 8-7",
  ]);
});

Deno.test("runUNet() takes the doubled activation with all its channels where nothing is transposed", () => {
  const { ops, lines } = recorder();
  runUNet({ ...small, channels: [8, 16], convolutions: 2, up: "nearest", pool: 2 }, ops, "image");
  assertEquals(lines.slice(2), [
    "pool2 a2",
    "block a3 8-16 down1.conv0.gamma",
    "block a4 16-16 down1.conv1.gamma",
    "nearest a5",
    "concat a6 a2",
    "block a7 24-8 up0.conv0.gamma",
    "block a8 8-8 up0.conv1.gamma",
    "convolution a9 8-7",
  ]);
});

Deno.test("runUNet() releases every activation once, but not the image and the logits", () => {
  for (const channels of [[8], [8, 16], [8, 16, 32, 64]]) {
    const { ops, alive, most } = recorder();
    const logits = runUNet({ ...small, channels }, ops, "image");
    assertEquals([...alive], [logits]);
    // One activation of each level above waits; three are at work where two are put together.
    assertEquals(most(), channels.length + 1);
  }
});

Deno.test("requiredMultiple() halves each axis once for each level below the first", () => {
  assertEquals(requiredMultiple(small), 4);
  assertEquals(requiredMultiple({ channels: [8] }), 1);
});

Deno.test("checkInputShape() refuses what cannot be halved, and other channels", () => {
  checkInputShape(small, [2, 4, 8, 48, 1]);
  assertThrows(
    () => checkInputShape(small, [1, 48, 46, 48, 1]),
    RangeError,
    "48 x 46 x 48 voxels: with 3 levels every axis must be a multiple of 4",
  );
  assertThrows(
    () => checkInputShape(small, [1, 48, 48, 48, 2]),
    TypeError,
    "it takes 1 channels, the image has 2",
  );
});
