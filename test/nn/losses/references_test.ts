import { assertAlmostEquals } from "@std/assert";
import { lossReference, type SortlessLoss, tfjsLoss } from "../../../reference/mod.ts";
import { formatLoss, lossOfLogits } from "../../../src/nn/mod.ts";
import { RandomStream } from "../../../src/random/mod.ts";
import { assertGradient, assertNear, EVERY_LOSS } from "./_images.ts";

const SORTLESS = EVERY_LOSS.filter((spec): spec is SortlessLoss => spec.name !== "lovasz");

/** Two images of 10 voxels, padded to 12; 4 classes of which one is absent in the first, a tenth of the voxels ignored. */
function batch(reach: number) {
  const random = new RandomStream({ seed: 61, stream: 0 });
  const [images, voxels, classes] = [2, 10, 4];
  const logits = Float32Array.from(
    { length: images * voxels * classes },
    () => random.uniform(-reach, reach),
  );
  const labels = Uint8Array.from({ length: images * 12 }, (_, i) => {
    const label = random.integer(10);
    return label === 9 ? 255 : label % (i < 12 ? 3 : 4);
  });
  return { logits, labels, images, voxels, classes };
}

for (const loss of SORTLESS) {
  for (const reach of [3, 80]) {
    const name = `${formatLoss(loss)}, logits of up to ${reach}`;
    const input = { ...batch(reach), loss };
    const { images, voxels, classes } = input;
    const { value, gradient } = lossReference(input);

    Deno.test(`lossReference() is the mean of lossOfLogits() over images: ${name}`, () => {
      let mean = 0;
      for (let b = 0; b < images; b++) {
        const size = voxels * classes;
        const one = lossOfLogits({
          logits: input.logits.subarray(b * size, (b + 1) * size),
          labels: input.labels.subarray(b * 12, b * 12 + voxels),
          classes,
        }, loss);
        mean += one.value / images;
        const own = gradient.subarray(b * size, (b + 1) * size);
        assertNear(own, one.gradient.map((slope) => slope / images), 1e-13);
      }
      assertAlmostEquals(value, mean, 1e-12);
    });

    Deno.test(`tfjs's automatic differentiation agrees with lossReference(): ${name}`, async () => {
      const other = await tfjsLoss(input);
      // In f32 the reciprocal of a similarity of e^-160 is infinite.
      if (loss.name === "iou-mean" && reach > 3) return;
      // Logarithms of up to 2 reach.
      assertAlmostEquals(other.value, value, 2e-6 * reach);
      assertNear(other.gradient, gradient, 2e-6);
    });
  }

  Deno.test(`lossReference()'s gradient is the limit of differences: ${formatLoss(loss)}`, () => {
    const input = { ...batch(3), loss };
    assertGradient(
      (logits) => lossReference({ ...input, logits }).value,
      input.logits,
      lossReference(input).gradient,
    );
  });
}
