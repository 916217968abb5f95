import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { formatLoss } from "../../src/nn/mod.ts";
import { openGpu } from "../../src/gpu/mod.ts";
import { AXIS_ORDERS } from "../../src/twin/curves.ts";
import { judgeGradients } from "../../src/twin/judge.ts";
import { gradientsOurs } from "../../src/twin/ours.ts";
import { FULL_PLAN } from "../../src/twin/plan.ts";
import { testAdapter } from "../_gpu.ts";
import { anyState, CONFIGS, drawn, test, writeFolder } from "../peers/_twin.ts";

test(
  "and a step of ours have the same gradients: every option of the network, every loss",
  async (twin, dir) => {
    await using gpu = await openGpu({ adapter: testAdapter() });
    for (const [i, config] of CONFIGS.entries()) {
      const state = anyState(config);
      const { folder } = await writeFolder(join(dir, `${i}`), { config, state }, [drawn(i)]);
      // Every loss with the first network, two with the others.
      for (const loss of i === 0 ? FULL_PLAN.losses : FULL_PLAN.losses.slice(i, i + 2)) {
        const request = { folder, loss, out: join(dir, "out") };
        const { gradients: exact } = await twin.gradients({ ...request, dtype: "float64" });
        const turned = [];
        for (const axes of AXIS_ORDERS) {
          turned.push((await twin.gradients({ ...request, dtype: "float32", axes })).gradients);
        }
        const ours = await gradientsOurs(gpu, folder, loss);
        assertEquals([...ours.keys()], [...exact.keys()]);
        const { verdict, ...worst } = judgeGradients([{ ours, exact, turned }]);
        const where = `${formatLoss(loss)}, ${JSON.stringify(config)}: ${JSON.stringify(worst)}`;
        assert(verdict === "agrees", where);
      }
    }
  },
);
