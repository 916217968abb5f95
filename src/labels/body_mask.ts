import type { Gpu } from "../gpu/mod.ts";
import { unpackMask, uploadImage } from "../morphology/mod.ts";
import { createVolume, orientationOf, reorient, type Volume } from "../volume/mod.ts";
import { body } from "./_body.ts";

/** HU. */
const AIR = -1000;

/**
 * Where the patient is: trunk, head and arms with all they enclose, without table, mattress and clothes. Thresholds and morphology alone:
 * what is thinner than 8 mm in axial slices and what holds no disc of 40 mm is no body; what an axial slice of the body encloses belongs to it.
 *
 * @param gpu Where to work; all memory taken is given back.
 * @param ct Hounsfield units, in any orientation.
 * @param options Ends the wait.
 * @returns 1 in the body, on the CT's own grid.
 *
 * @example
 * ```ts
 * const inside = await bodyMask(gpu, await readNifti("ct.nii.gz"));
 * ```
 */
export async function bodyMask(
  gpu: Gpu,
  ct: Volume,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Volume<Uint8Array<ArrayBuffer>>> {
  const ras = reorient(ct, "RAS");
  using image = uploadImage(gpu, ras);
  const step = async <T>(_: string, run: () => T | Promise<T>) => {
    signal?.throwIfAborted();
    return await run();
  };
  using mask = await body({ gpu, image, spacing: ras.spacing, step });
  const inside = createVolume(await unpackMask(gpu, mask, { signal }), ras);
  return createVolume(reorient(inside, orientationOf(ct)).data, ct);
}

/**
 * A CT of the patient alone: all outside of {@linkcode bodyMask} becomes air, -1000 HU.
 *
 * @param gpu Where to work; all memory taken is given back.
 * @param ct Hounsfield units, in any orientation; it is not changed.
 * @param options Ends the wait.
 * @returns Hounsfield units on the same grid.
 */
export async function removeTable<T extends Volume>(
  gpu: Gpu,
  ct: T,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Volume<T["data"]>> {
  const inside = await bodyMask(gpu, ct, options);
  const data = ct.data.slice() as T["data"];
  for (let i = 0; i < data.length; i++) if (!inside.data[i]) data[i] = AIR;
  return createVolume(data, ct);
}
