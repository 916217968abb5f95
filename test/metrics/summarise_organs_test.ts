import { assertEquals } from "@std/assert";
import { type OrganScore, summariseOrgans } from "../../src/metrics/mod.ts";

Deno.test("summariseOrgans() counts missed and invented organs as 0, absent ones not, and gives HD95 of the scored", () => {
  const voxels = { truthVoxels: 1, predictedVoxels: 1 };
  const scored = (organ: "liver" | "bladder", dice: number, hd95Mm: number): OrganScore => ({
    ...{ organ, state: "scored", ...voxels, dice, iou: dice / (2 - dice) },
    ...{ nsd: dice, hd95Mm, volumeErrorMl: 0 },
  });
  const zero = { ...voxels, dice: 0, iou: 0, nsd: 0 };
  const found = summariseOrgans([
    scored("liver", 0.8, 4),
    { organ: "bladder", state: "missed", ...zero, volumeErrorMl: -10 },
    scored("liver", 0.9, 6),
    scored("bladder", 1, 2),
    { organ: "bladder", state: "invented", ...zero, volumeErrorMl: 4 },
    { organ: "bladder", state: "absent", truthVoxels: 0, predictedVoxels: 0 },
  ], { seed: 1 });
  assertEquals(found.map(({ organ }) => organ), ["liver", "bladder"]);
  const [liver, bladder] = found;
  assertEquals([liver!.dice.n, liver!.hd95Mm.mean], [2, 5]);
  assertEquals(bladder!.states, { scored: 1, missed: 1, invented: 1, absent: 1 });
  assertEquals([bladder!.dice.mean, bladder!.dice.n], [1 / 3, 3]);
  assertEquals([bladder!.nsd.mean, bladder!.nsd.n], [1 / 3, 3]);
  assertEquals(bladder!.hd95Mm, { n: 1, mean: 2 });
  assertEquals([bladder!.volumeErrorMl.mean, bladder!.volumeErrorMl.n], [-2, 3]);
});
