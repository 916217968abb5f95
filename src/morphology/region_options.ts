import type { Connectivity } from "./_runs.ts";

/**
 * Options of the functions on regions of a mask on the GPU. Masks of more voxels than fit the adapter's largest array, 2 bytes each, are
 * worked on by the host.
 */
export interface RegionOptions {
  /** How voxels touch: through faces (6), edges too (18) or corners too (26). In slices 6 stands for 4 neighbours, 18 and 26 for all 8. */
  readonly connectivity?: Connectivity;
  /** Treat each slice across this axis (2: axial in RAS) on its own; slices across x are for the functions on the host. */
  readonly slices?: 1 | 2;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Refuses options that are none.
 *
 * @param action What was asked for, for the message.
 * @param options The options.
 * @throws {RangeError} If one is not valid.
 */
export function checkRegionOptions(
  action: string,
  { connectivity, slices }: { readonly connectivity: number; readonly slices?: number | undefined },
): void {
  if (![6, 18, 26].includes(connectivity)) {
    throw new RangeError(
      `Cannot ${action}: connectivity must be 6, 18 or 26, found ${connectivity}`,
    );
  }
  if (slices !== undefined && ![1, 2].includes(slices)) {
    throw new RangeError(
      `Cannot ${action}: slices on the GPU must be axis 1 or 2, found ${slices}`,
    );
  }
}
