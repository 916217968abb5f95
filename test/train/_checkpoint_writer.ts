/** Writes checkpoints without end and says on stdout which are done: the child that the tests kill. */
import { findCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";

const [folder] = Deno.args;
const begun = (await findCheckpoint(folder!))?.step ?? 0;
for (let step = begun + 1;; step++) {
  const data = new Float32Array(300_000).fill(step);
  await saveCheckpoint(folder!, step, {
    tensors: new Map([["weights", { shape: [data.length], data }]]),
    metadata: { step: `${step}` },
  });
  console.log(step);
}
