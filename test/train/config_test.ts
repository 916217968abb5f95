import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { presets } from "../../src/augment/mod.ts";
import { presetConfig } from "../../src/nn/mod.ts";
import {
  augmentationOf,
  checkTrainConfig,
  configHash,
  differences,
  parseArm,
  type TrainConfig,
} from "../../src/train/config.ts";

const config: TrainConfig = {
  network: presetConfig("unet-small", { classes: 7 }),
  loss: { name: "iou", background: true },
  optimizer: { name: "adam" },
  l2: 1e-7,
  schedule: { kind: "constant", rate: 1e-3 },
  augmentation: augmentationOf(parseArm("iou"), "live"),
  crop: [48, 48, 48],
  batch: 1,
  seed: 1,
};

Deno.test("parseArm() reads a loss and +aug, and names the losses there are", () => {
  assertEquals(parseArm("iou+aug"), {
    loss: { name: "iou", background: true },
    augmentation: true,
  });
  assertEquals(parseArm("tversky-foreground:0.3,0.7"), {
    loss: { name: "tversky", alpha: 0.3, beta: 0.7, background: false },
    augmentation: false,
  });
  assertThrows(() => parseArm("dise+aug"), SyntaxError, "balanced-cross-entropy");
  assertThrows(() => parseArm("iou+augment"), SyntaxError, "known are");
});

Deno.test("augmentationOf() takes the author's setting with +aug, and the window without its jitter otherwise", () => {
  assertEquals(augmentationOf(parseArm("iou+aug"), "live"), {
    ...presets.live,
    window: { low: -200, high: 400, jitter: 10 },
    crop: "nonzero",
  });
  assertEquals(augmentationOf(parseArm("iou"), "organs2018"), {
    window: { low: -200, high: 400 },
    crop: "nonzero",
  });
});

Deno.test("configHash() is of what a config says, not of how it is written, and differences() names what is not the same", () => {
  const turned = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(config).reverse())));
  assertEquals(configHash(turned), configHash(config));
  assertEquals(differences(turned, config), []);
  const other: TrainConfig = { ...config, batch: 2, averageDecay: 0.99 };
  assertNotEquals(configHash(other), configHash(config));
  assertEquals(differences(config, other).sort(), ["averageDecay", "batch"]);
});

const bad: [what: string, change: Partial<TrainConfig>, says: string][] = [
  ["a crop that does not halve", { crop: [48, 48, 46] }, "multiples of 4"],
  ["an empty batch", { batch: 0 }, "batches of 0"],
  ["half a seed", { seed: 0.5 }, "seed 0.5"],
  ["a negative L2", { l2: -1 }, "L2 of -1"],
  ["a decay of 1", { averageDecay: 1 }, "decay of 1"],
  ["a loss that needs sorting", { loss: { name: "lovasz", background: true } }, "sorted"],
  ["a warm start of no step", {
    warmStart: { loss: { name: "cross-entropy" }, steps: 0 },
  }, "for 0 steps"],
  ["more fields of view than samples", { fieldOfView: { share: 1.1, least: 8 } }, "share of 1.1"],
  ["a field of view of no slice", { fieldOfView: { share: 0.5, least: 0 } }, "and 0 a whole"],
  [
    "a field of view around a label",
    {
      fieldOfView: { share: 0.5, least: 8 },
      augmentation: { window: { low: 0, high: 1 }, crop: "nonzero" },
    },
    'place is "nonzero"',
  ],
  ["no rate", { schedule: { kind: "constant", rate: 0 } }, "rate of 0"],
];
for (const [what, change, says] of bad) {
  Deno.test(`checkTrainConfig() refuses ${what}`, () => {
    checkTrainConfig(config);
    assertThrows(() => checkTrainConfig({ ...config, ...change }), RangeError, says);
  });
}
