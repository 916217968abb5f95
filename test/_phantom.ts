import { type Phantom, phantom, type PhantomOptions } from "../src/data/mod.ts";
import { openGpu } from "../src/gpu/mod.ts";
import { testAdapter } from "./_gpu.ts";

/**
 * A phantom for tests that have no GPU open: one is opened for it and closed again.
 *
 * @param options Patient and grid.
 * @returns CT and labels.
 */
export async function makePhantom(options: PhantomOptions): Promise<Phantom> {
  await using gpu = await openGpu({ adapter: testAdapter() });
  return await phantom(gpu, options);
}
