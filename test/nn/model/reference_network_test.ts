import { assert, assertEquals } from "@std/assert";
import { ReferenceNetwork } from "../../../reference/mod.ts";
import {
  elementCount,
  NORM_EPSILON,
  runUNet,
  type TensorShape,
  type UNetConfig,
} from "../../../src/nn/mod.ts";
import { NETWORKS, randomNumbers, randomParameters } from "./_networks.ts";

/** A scalar of the logits, and its gradient by every parameter. */
function run(
  config: UNetConfig,
  parameters: ReadonlyMap<string, ArrayLike<number>>,
  shape: TensorShape,
) {
  const network = new ReferenceNetwork({ parameters, epsilon: NORM_EPSILON });
  const image = network.image(randomNumbers(elementCount(shape), 1000), shape);
  const logits = runUNet(config, network, image);
  const share = randomNumbers(logits.values.length, 1001);
  const value = logits.values.reduce((sum, logit, i) => sum + logit * share[i]!, 0);
  return { logits, value, gradients: () => network.backward(logits, share) };
}

for (const [name, config] of NETWORKS) {
  Deno.test(`ReferenceNetwork's gradient agrees with central differences: ${name}`, () => {
    const shape: TensorShape = [2, 4, 4, 4, config.inputChannels];
    const parameters = new Map(
      [...randomParameters(config)].map(([name, values]) => [name, Float64Array.from(values)]),
    );
    const { logits, gradients } = run(config, parameters, shape);
    assertEquals(logits.shape, [2, 4, 4, 4, 3]);
    const found = gradients();
    assertEquals([...found.keys()].sort(), [...parameters.keys()].sort());
    for (const [name, values] of parameters) {
      const gradient = found.get(name)!;
      const largest = Math.max(...gradient.map(Math.abs), 1);
      // Of large arrays every fifth number or so.
      for (let i = 0; i < values.length; i += Math.ceil(values.length / 24)) {
        const old = values[i]!;
        const at = (x: number) => {
          values[i] = x;
          return run(config, parameters, shape).value;
        };
        const difference = (at(old + 1e-5) - at(old - 1e-5)) / 2e-5;
        values[i] = old;
        assert(
          Math.abs(difference - gradient[i]!) < 1e-6 * largest,
          `${name}[${i}]: ${gradient[i]} by the chain rule, ${difference} by differences`,
        );
      }
    }
  });
}
