import { assertEquals, assertThrows } from "@std/assert";
import { allocateTensor, GpuTensor } from "../../src/nn/mod.ts";
import { withGpu } from "../_gpu.ts";

Deno.test(
  "allocateTensor() takes four bytes an element, and gives them back when disposed of",
  withGpu((gpu) => {
    const before = gpu.memory.inUse;
    {
      using tensor = allocateTensor(gpu, [2, 3, 4, 5, 7], "activation");
      assertEquals(tensor.array.byteLength, 4 * 840);
    }
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "GpuTensor() refuses memory that is too small, and axes that are not positive",
  withGpu((gpu) => {
    using array = gpu.allocate(16, "memory");
    assertEquals(new GpuTensor(array, [1, 1, 1, 2, 2]).shape, [1, 1, 1, 2, 2]);
    assertThrows(() => new GpuTensor(array, [1, 1, 1, 1, 5]), RangeError, '"memory" has 16 bytes');
    assertThrows(() => new GpuTensor(array, [1, 0, 1, 1, 1]), RangeError, "1 x 0 x 1 x 1 x 1");
  }),
);
