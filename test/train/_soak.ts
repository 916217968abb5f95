/**
 * Trains for long and writes as JSON what memory it held after each fifth of the steps: of the GPU, and of the host behind a garbage
 * collection. A program of its own, as V8 offers collections only with --v8-flags=--expose-gc.
 *
 * Argument: steps. By hand: deno run -A --v8-flags=--expose-gc test/train/_soak.ts 10000
 */
import { type GpuMemory, openGpu } from "../../src/gpu/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { TINY, trainTiny } from "./_runs.ts";

/** Bytes at some step. */
export interface Measured extends GpuMemory {
  readonly step: number;
  /** JavaScript's own, and the arrays it holds. */
  readonly host: number;
  /** Of the whole process, drivers included. */
  readonly resident: number;
}

if (import.meta.main) {
  const steps = Number(Deno.args[0]);
  const folder = await Deno.makeTempDir();
  try {
    await using gpu = await openGpu({ adapter: testAdapter() });
    const measured: Measured[] = [];
    await trainTiny(gpu, folder, {
      config: { ...TINY, batch: 1, averageDecay: 0.9 },
      steps,
      // Each has been done before the first measurement.
      validateEvery: steps / 10,
      checkpointEvery: steps / 10,
      onStep({ step }) {
        if (step % (steps / 5) !== 0) return;
        (globalThis as unknown as { gc(): void }).gc();
        const { heapUsed, external, rss } = Deno.memoryUsage();
        measured.push({ step, ...gpu.memory, host: heapUsed + external, resident: rss });
      },
    });
    console.log(JSON.stringify(measured));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
