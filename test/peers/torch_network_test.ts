import { assert, assertAlmostEquals } from "@std/assert";
import { join } from "@std/path";
import { ReferenceNetwork } from "../../reference/nn_network.ts";
import { lossOfLogits, NORM_EPSILON, parametersOf, runUNet } from "../../src/nn/mod.ts";
import { anyState, CONFIGS, drawn, test, writeFolder } from "./_twin.ts";

const LOSS = { name: "ce-iou", background: true } as const;

/** Largest difference relative to the largest value. */
function deviation(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const all = Array.from(expected);
  const most = Math.max(...all.map(Math.abs));
  return Math.max(...all.map((value, i) => Math.abs(found[i]! - value))) / most;
}

for (const config of CONFIGS) {
  test(
    `and the reference network agree to the last gradient with ${JSON.stringify(config)}`,
    async (twin, dir) => {
      const state = anyState(config);
      const { shape, images, labels } = drawn(5);
      const folder = join(dir, "batches");
      const request = await writeFolder(folder, { config, state, loss: LOSS }, [
        { shape, images, labels },
      ]);
      const out = join(dir, "out");

      const network = new ReferenceNetwork({ parameters: state, epsilon: NORM_EPSILON });
      const logits = runUNet(config, network, network.image(images, shape));
      const found = await twin.logits({ ...request, training: true, out });
      assert(deviation(found, logits.values) < 1e-12);

      const both = [0, 1].map((image) =>
        lossOfLogits({
          logits: logits.values.subarray(image * 48 * 4, (image + 1) * 48 * 4),
          labels: labels.subarray(image * 48, (image + 1) * 48),
          classes: 4,
        }, LOSS)
      );
      const expected = network.backward(
        logits,
        both.flatMap(({ gradient }) => [...gradient].map((g) => g / 2)),
      );
      const { loss, gradients } = await twin.gradients({ ...request, out });
      assertAlmostEquals(loss, (both[0]!.value + both[1]!.value) / 2, 1e-13);
      for (const { name } of parametersOf(config)) {
        const off = deviation(gradients.get(name)!, expected.get(name)!);
        assert(off < 1e-10, `${name} is ${off} off`);
      }

      const trained = new ReferenceNetwork({
        parameters: state,
        epsilon: NORM_EPSILON,
        trained: true,
      });
      const inferred = runUNet(config, trained, trained.image(images, shape));
      const alike = await twin.logits({ ...request, training: false, out });
      assert(deviation(alike, inferred.values) < 1e-12);
    },
  );
}
