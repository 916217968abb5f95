import { measureLikeness, readLabels } from "../data/mod.ts";
import { writeTextWhole } from "../report/mod.ts";
import { readNifti } from "../volume/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import { toJson } from "./_files.ts";
import type { Stage } from "./_stage.ts";

/** Measures what phantoms look like: HU of their tissues, and noise. */
export function likenessStage(
  cases: readonly CaseFiles[],
  to: string,
  signal: AbortSignal | undefined,
): Stage {
  const inputs = cases.flatMap(({ number, volume, labels }) => [
    [`volume ${number}`, volume],
    [`labels ${number}`, labels],
  ]);
  return {
    name: "likeness",
    code: [
      "src/data/likeness.ts",
      "src/data/_noise_spectrum.ts",
      "src/data/labels_file.ts",
      "src/labels/organs.ts",
      "src/volume",
      "src/reproduce/_likeness.ts",
    ],
    options: {},
    inputs: Object.fromEntries(inputs),
    outputs: { likeness: to },
    async run() {
      const options = { ...signal && { signal } };
      const likeness = await measureLikeness((async function* () {
        for (const { volume, labels } of cases) {
          yield {
            volume: await readNifti(volume, options),
            labels: await readLabels(labels, options),
          };
        }
      })());
      await writeTextWhole(to, toJson(likeness));
    },
  };
}
