import * as tf from "@tensorflow/tfjs-core";
import { assertEquals, assertThrows } from "@std/assert";
import { defineKernel, filled, type Gpu, type GpuArray, uniforms } from "../../src/gpu/mod.ts";
import { Tape, type TapeKernel, type Tensor } from "../../src/train/tape.ts";
import { withGpu } from "../_gpu.ts";

function withTape(fn: (tape: Tape, gpu: Gpu) => Promise<void> | void) {
  return withGpu(async (gpu) => {
    using tape = new Tape(gpu);
    tape.activate();
    await fn(tape, gpu);
  });
}

const timesWgsl = defineKernel({
  label: "test/times",
  code: `@group(0) @binding(0) var<uniform> k: vec4f;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = k.x * x[id.x] * w[id.x]; }
}`,
  bindings: { k: "uniform", x: "read", w: "read", y: "write" },
});

/** k x w, element by element. */
const times: TapeKernel<{ readonly k: number }> = {
  name: "test/times",
  run: (call, { k }) => {
    const [x, w] = [call.array("x"), call.array("w")];
    const made = filled(call.gpu.allocate(x.byteLength), (y) => {
      call.gpu.dispatch(timesWgsl, { k: uniforms({ f32: [k] }), x, w, y }, [1]);
    });
    return [{ array: made, shape: call.shape("x") }];
  },
};

function product(tape: Tape, x: Tensor, w: Tensor, k: number): Tensor {
  const run = (x: Tensor, w: Tensor) => tape.run(times, { x, w }, { k })[0]!;
  return tape.op([x, w], (save) => {
    save(x, w);
    return {
      value: run(x, w),
      gradient: (dy, [x, w]) => [run(dy, w!), run(dy, x!)],
    };
  });
}

/** The sum of all elements, whose gradient is one everywhere. */
const sumWgsl = defineKernel({
  label: "test/sum",
  code: `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1) fn main() {
  var sum = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) { sum += x[i]; }
  y[0] = sum;
}`,
  bindings: { x: "read", y: "write" },
});

const sum: TapeKernel<undefined> = {
  name: "test/sum",
  run: (call) => {
    const y = call.gpu.allocate(4);
    call.gpu.dispatch(sumWgsl, { x: call.array("x"), y }, [1]);
    return [{ array: y, shape: [] }];
  },
};

function total(tape: Tape, x: Tensor): Tensor {
  const { shape, size } = x;
  return tape.op([x], () => ({
    value: tape.run(sum, { x }, undefined)[0]!,
    gradient: () => [tf.tensor(new Float32Array(size).fill(1), shape)],
  }));
}

async function read(gpu: Gpu, tape: Tape, tensor: Tensor): Promise<number[]> {
  return [...await gpu.read(tape.arrayOf(tensor), Float32Array)];
}

Deno.test(
  "gradients() walks back through ops, and adds what comes to a tensor from two of them",
  withTape(async (tape, gpu) => {
    using a = gpu.upload(new Float32Array([1, 2, 3]));
    using b = gpu.upload(new Float32Array([5, 7, -2]));
    const before = gpu.memory.inUse;
    const [x, w] = [tape.borrow(a), tape.borrow(b)];
    // sum(3 u^2 x) with u = 2 x w, so 12 x^3 w^2: by x 36 x^2 w^2, by w 24 x^3 w.
    const { value, gradients } = tape.gradients(() => {
      const u = product(tape, x, w, 2);
      return total(tape, product(tape, product(tape, u, u, 3), x, 1));
    }, [x, w]);
    assertEquals(await read(gpu, tape, value), [12 * (25 + 8 * 49 + 27 * 4)]);
    assertEquals(await read(gpu, tape, gradients[0]!), [36 * 25, 36 * 4 * 49, 36 * 9 * 4]);
    assertEquals(await read(gpu, tape, gradients[1]!), [24 * 5, 24 * 8 * 7, 24 * 27 * -2]);
    tf.dispose([value, ...gradients, x, w]);
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "op() frees what it saved as soon as its gradient is there",
  withTape((tape, gpu) => {
    const length = 100_000;
    using a = gpu.upload(new Float32Array(length).fill(1));
    using b = gpu.upload(new Float32Array(length).fill(1));
    const [x, w] = [tape.borrow(a), tape.borrow(b)];
    const before = gpu.memory.inUse;
    let most = 0;
    const watched = (x: Tensor) => {
      const y = tape.op([x], (save) => {
        save(x);
        return {
          value: tape.run(times, { x, w }, { k: 1 })[0]!,
          gradient: (dy) => {
            most = Math.max(most, gpu.memory.inUse - before);
            return [tape.run(times, { x: dy, w }, { k: 1 })[0]!];
          },
        };
      });
      return y;
    };
    const depth = 10;
    const { value, gradients } = tape.gradients(() => {
      let y = x;
      for (let i = 0; i < depth; i++) y = watched(y);
      return total(tape, y);
    }, [x]);
    // The inputs of all ops but the first and one gradient: not as many gradients as there are ops beside them.
    const one = 4 * length;
    assertEquals(Math.floor(most / one) <= depth + 1, true, `${most / one} activations`);
    tf.dispose([value, ...gradients, x, w]);
  }),
);

Deno.test(
  "no kernel of tfjs runs on a tape: what is not registered is refused",
  withTape((tape, gpu) => {
    using a = gpu.upload(new Float32Array([1]));
    const x = tape.borrow(a);
    assertThrows(() => tf.exp(x), Error, "Kernel 'Exp' not registered");
    x.dispose();
  }),
);

Deno.test(
  "isOne() knows the one that a backward pass begins with",
  withTape((tape) => {
    assertEquals([1, 2].map((value) => tape.isOne(tf.scalar(value))), [true, false]);
    assertEquals(tape.isOne(tf.tensor1d([1, 1])), false);
  }),
);

Deno.test("two tapes on two devices take turns", async () => {
  const run = async (tape: Tape, gpu: Gpu, value: number) => {
    tape.activate();
    using a: GpuArray = gpu.upload(new Float32Array([value]));
    const x = tape.borrow(a);
    const y = product(tape, x, x, 1);
    assertEquals(await read(gpu, tape, y), [value * value]);
    tf.dispose([x, y]);
  };
  await withTape((first, gpu) =>
    withTape(async (second, other) => {
      await run(first, gpu, 2);
      await run(second, other, 3);
      await run(first, gpu, 4);
    })()
  )();
});
