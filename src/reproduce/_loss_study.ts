import { writeTextWhole } from "../report/mod.ts";
import type { studyLosses } from "../study/mod.ts";
import { toJson } from "./_files.ts";
import type { Stage } from "./_stage.ts";

/** Something that studies losses: the project's own, or a stand-in in tests. */
export type Study = typeof studyLosses;

/** Checks the paper's statements on losses numerically, on the CPU. */
export function lossStudyStage(study: Study, seed: number, to: string): Stage {
  return {
    name: "losses",
    code: ["src/study", "src/nn/losses", "src/random", "src/reproduce/_loss_study.ts"],
    options: { seed },
    inputs: {},
    outputs: { losses: to },
    async run() {
      await writeTextWhole(to, toJson(study({ seed })));
    },
  };
}
