import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { registerBackend, removeBackend, setBackend } from "@tensorflow/tfjs-core";
import { withGpu } from "../../_gpu.ts";
import { assertSameLogits } from "./_agreement.ts";
import { loadExported, withExport } from "./_exported.ts";
import { randomModel } from "../_models.ts";

Deno.test(
  "exportTfjs() writes what tfjs's own WebGPU kernels run with the same logits",
  withGpu(async (gpu) => {
    const device = gpu.device as ConstructorParameters<typeof WebGPUBackend>[0];
    // The import has registered one that would ask for a device of its own.
    removeBackend("webgpu");
    registerBackend("webgpu", () => new WebGPUBackend(device));
    await setBackend("webgpu");
    for (
      const changes of [
        {},
        { norm: "instance", slope: 0.1, split: true, up: "trilinear" },
      ] as const
    ) {
      const model = randomModel(changes);
      const loaded = await withExport(model, loadExported);
      await assertSameLogits(loaded, model, [2, 8, 4, 12, 1]);
      loaded.dispose();
    }
    removeBackend("webgpu");
  }),
);
