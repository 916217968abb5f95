import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  baselinePath,
  compareGate,
  GATE_PARTS,
  type GateMeasure,
  measureGate,
  readBaseline,
} from "../../src/gate/mod.ts";
import { exactHashes } from "../../src/gate/_exact.ts";
import { integerBody } from "../../src/gate/_integer_body.ts";
import { type Gpu, selectAdapter } from "../../src/gpu/mod.ts";
import { labelOrgans, ORGANS } from "../../src/labels/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { withFolder } from "../reproduce/_folder.ts";

const trips = (before: GateMeasure, now: GateMeasure) =>
  compareGate(before, now).filter(({ verdict }) => verdict === "tripped");

Deno.test(
  "exactHashes() has lungs and bone to find, and sees rules that close bone otherwise",
  withGpu(async (gpu) => {
    const labels = await labelOrgans(gpu, integerBody(), { variant: "paper" });
    for (const organ of [ORGANS.lungs, ORGANS.bone]) {
      assert(labels.data.filter((label) => label === organ).length > 1000);
    }
    const right = await exactHashes(gpu, labelOrgans, undefined);
    const wrong = await exactHashes(
      gpu,
      (own, ct, options) => labelOrgans(own, ct, { ...options, border: "original" }),
      undefined,
    );
    const [rules, opened] = Object.keys(right);
    assertNotEquals(wrong[rules!], right[rules!]);
    assertEquals(wrong[opened!], right[opened!]);
  }),
);

const { info } = await selectAdapter(testAdapter());
const path = baselinePath(info);
const baseline = await readBaseline(path);

testUnless(
  "the gate is passed by this version, and trips on a mask moved by a voxel and on a training broken off",
  baseline ? undefined : `no baseline of ${info.description}; ./run gate --update makes one`,
  withGpu(async (gpu: Gpu) => {
    await withFolder(async (folder) => {
      const now = await measureGate(gpu, { folder });
      assertEquals(trips(baseline!, now), []);

      const moved = now.masks.map((mask) => ({
        ...mask,
        labels: Uint8Array.from([0, ...mask.labels.slice(0, -1)]),
      }));
      const masks = trips(baseline!, { ...now, masks: moved });
      assertEquals(masks.map(({ kind }) => kind), moved.map(() => "mask"));

      // Phantoms and rules are taken from the folder: only the network is trained again.
      const { settings } = GATE_PARTS;
      const training = { ...settings.training, steps: 20 };
      const broken = { ...GATE_PARTS, settings: { ...settings, training } };
      const dice = trips(baseline!, await measureGate(gpu, { folder }, broken));
      assertEquals(dice.map(({ kind }) => kind), dice.map(() => "dice"));
      assert(dice.some(({ name }) => name === "lungs"), dice.map(({ name }) => name).join());
    });
  }),
);
