import { clone } from "@tensorflow/tfjs-core";
import { lossAndGradient, type LossSpec } from "../../nn/mod.ts";
import type { Tape, TapeKernel, Tensor } from "../tape.ts";

const forward: TapeKernel<LossSpec> = {
  name: "nn/loss",
  run: (call, loss) => {
    const logits = call.tensor("logits");
    const { value, gradient } = lossAndGradient(call.gpu, {
      logits,
      labels: call.array("labels"),
      loss,
    });
    return [{ array: value, shape: [] }, gradient];
  },
};

/**
 * A loss, on the tape, and the end of it: its gradient is taken at once with its value, so nothing may come behind it.
 *
 * @param tape Where.
 * @param inputs Logits [batch, z, y, x, class], and labels as packed bytes, 255 for voxels that do not count.
 * @param loss Which.
 * @returns A scalar.
 */
export function loss(
  tape: Tape,
  { logits, labels }: { readonly logits: Tensor; readonly labels: Tensor },
  loss: LossSpec,
): Tensor {
  return tape.op([logits], (save) => {
    const [value, gradient] = tape.run(forward, { logits, labels }, loss) as [Tensor, Tensor];
    save(gradient);
    return {
      value,
      gradient: (dy, [gradient]) => {
        if (!tape.isOne(dy)) {
          throw new TypeError("Cannot scale a loss on the tape: it is the tape's end");
        }
        // A second handle: the saved one is disposed of behind this.
        return [clone(gradient!)];
      },
    };
  });
}
