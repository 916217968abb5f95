import {
  ball,
  erode,
  fillMaskHoles,
  open,
  type PackedMask,
  reconstructMask,
  threshold,
} from "../morphology/mod.ts";
import type { Work } from "./_work.ts";

/** HU: half-way and more from air to fat, foam of table and mattress is darker. */
const SOLID = -300;
/** mm, at least three voxels: a table's shells are thinner, the wall of chest and belly hardly anywhere. */
const SHELL = 8;
/** mm: some part of trunk, head, arm or leg is thicker, a mattress or an arm rest is not. */
const LIMB = 40;

/**
 * The patient without table, mattress and clothes, in RAS:
 *
 * 1. voxels from -300 HU, opened with an 8 mm disc in axial slices: what is thinner, as a table's shells are, is cut off, also where the table touches
 *    the body; foam between the shells was never taken;
 * 2. regions that hold a 40 mm disc: trunk and head, and arms beside them;
 * 3. what an axial slice encloses is inside: lungs and gas, also those that the first and the last slices cut.
 *
 * Where the field of view cuts the body, it goes on beyond the volume's faces.
 *
 * @param work The CT on the GPU.
 * @param table Whether the table is removed: step 1's opening.
 * @returns A new mask, empty where nobody is.
 */
export async function body(
  { gpu, image, spacing, step }: Omit<Work, "taken" | "border" | "hu">,
  table: boolean = true,
): Promise<PackedMask> {
  const beyond = { outside: "foreground", method: "auto" } as const;
  // Across z alone: what is thin is so in an axial slice, and discs need nothing of what lies beyond the first and last slices.
  const disc = (diameter: number) =>
    ball({ diameter, spacing: [spacing[0], spacing[1], 3 * diameter], rule: "radius" });
  using solid = await step("Body: what is no air, without what is thin", () => {
    using all = threshold(gpu, image, { min: SOLID });
    return open(
      gpu,
      all,
      disc(table ? Math.max(SHELL, 2 * spacing[0], 2 * spacing[1]) : 1e-3),
      beyond,
    );
  });
  using thick = await step(
    "Body: keep regions as thick as a limb",
    async () => {
      using cores = erode(gpu, solid, disc(LIMB), beyond);
      return await reconstructMask(gpu, cores, solid);
    },
  );
  return await step(
    "Body: what an axial slice encloses",
    () => fillMaskHoles(gpu, thick, { slices: 2 }),
  );
}
