// Uses a GPU in the way its argument says, prints a result and comes to its end; `exit_test.ts` runs it.
import { openGpu } from "../../src/gpu/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { broken, step } from "./_kernels.ts";

const gpu = await openGpu({ adapter: testAdapter() });
const array = gpu.upload(new Uint32Array([1, 2]));
gpu.dispatch(step, { to: array }, [1]);
console.log((await gpu.read(array, Uint32Array)).join(" "));

switch (Deno.args[0]) {
  case "dispose": {
    await using _gpu = gpu;
    break;
  }
  case "forget":
    break;
  case "forget recorded work":
    gpu.dispatch(step, { to: array }, [1]);
    break;
  case "forget a read":
    gpu.read(array, Uint32Array);
    break;
  case "forget a lost device":
    gpu.device.destroy();
    break;
  case "fail": {
    await using _gpu = gpu;
    gpu.dispatch(broken, { to: array }, [1]);
    await gpu.done();
    break;
  }
  default:
    throw new TypeError(`Cannot end in the way "${Deno.args[0]}"`);
}
