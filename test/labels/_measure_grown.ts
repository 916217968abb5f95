/**
 * Prints how well organs grow from one click each: on test phantoms, which no rule was chosen on, or on the cases of a data folder at 3 mm.
 *
 * Arguments: seed and number of phantoms, or the folder. By hand: deno run -A test/labels/_measure_grown.ts 2 12
 */
import { cohort, findCases, phantom, readCase } from "../../src/data/mod.ts";
import { type Gpu, openGpu } from "../../src/gpu/mod.ts";
import { growOrgan, ORGANS, SEEDED_ORGANS } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { clicks } from "./_click.ts";

async function* cases(gpu: Gpu, [first = "2", count = "12"]: readonly string[]) {
  if (/^\d+$/.test(first)) {
    for (const patient of cohort({ split: "test", seed: Number(first), count: Number(count) })) {
      const { ct, labels } = await phantom(gpu, patient);
      yield { name: `${patient.number}`, ct, labels };
    }
    return;
  }
  for (const one of (await findCases(first)).cases) {
    const { volume, labels } = await readCase(one);
    yield { name: one.name, ct: volume, labels };
  }
}

await using gpu = await openGpu({ adapter: testAdapter() });
const all = new Map<string, number[]>();
for await (const { name, ct, labels } of cases(gpu, Deno.args)) {
  for (const organ of SEEDED_ORGANS) {
    const truth = labels.data.map((value) => Number(value === ORGANS[organ]));
    // What the field of view cuts off but for a rim is nothing to click in: 50 mL at 3 mm.
    if (truth.reduce((sum, on) => sum + on, 0) * 0.027 < 50) continue;
    const seeds = clicks(labels, organ);
    const { mask, failures } = await growOrgan(gpu, { volume: ct, organ, seeds });
    const found = dice(mask.data, truth, 1)!;
    all.set(organ, [...all.get(organ) ?? [], found]);
    const why = failures.map(({ why }) => `, ${why}`).join("");
    console.log(`${name} ${organ}: ${found.toFixed(3)}${why}`);
  }
}
for (const [organ, found] of all) {
  const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
  const low = found.filter((one) => one < 0.85).length;
  console.log(
    `${organ}: mean Dice ${mean.toFixed(3)}, least ${
      Math.min(...found).toFixed(3)
    }, ${found.length} cases, ${low} below 0.85`,
  );
}
