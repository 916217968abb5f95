import * as tf from "@tensorflow/tfjs-core";
import type { Gpu, GpuArray } from "../gpu/mod.ts";
import { addArrays, GpuTensor, type TensorShape } from "../nn/mod.ts";
import { TapeBackend } from "./_tfjs_backend.ts";

/** A tensor that the tape follows. */
export type Tensor = tf.Tensor;

/** What a kernel is called with. */
export class KernelCall {
  /** Where its inputs are. */
  readonly gpu: Gpu;
  readonly #backend: TapeBackend;
  readonly #inputs: tf.NamedTensorInfoMap;

  /**
   * @param backend Holds the inputs.
   * @param inputs The inputs by name.
   */
  constructor(backend: TapeBackend, inputs: tf.NamedTensorInfoMap) {
    this.gpu = backend.gpu;
    this.#backend = backend;
    this.#inputs = inputs;
  }

  /**
   * An input as an array.
   *
   * @param name Its name.
   * @returns The array, which stays the tape's.
   */
  array(name: string): GpuArray {
    return this.#backend.arrayOf(this.#inputs[name]!);
  }

  /**
   * Whether an input is given.
   *
   * @param name Its name.
   * @returns True if it is.
   */
  has(name: string): boolean {
    return this.#inputs[name] !== undefined;
  }

  /**
   * The axes of an input.
   *
   * @param name Its name.
   * @returns Its shape.
   */
  shape(name: string): readonly number[] {
    return this.#inputs[name]!.shape;
  }

  /**
   * An input as an activation.
   *
   * @param name Its name.
   * @returns The activation, which stays the tape's.
   */
  tensor(name: string): GpuTensor {
    return new GpuTensor(this.array(name), this.shape(name) as unknown as TensorShape);
  }
}

/** What a kernel made: an array, which becomes a tensor of one axis, or an array with its axes. */
export type Made = GpuArray | { readonly array: GpuArray; readonly shape: readonly number[] };

/** A kernel as the tape knows it: a name for its list, and a function that records dispatches. Outputs are the tape's from then on. */
export interface TapeKernel<A> {
  readonly name: string;
  run(call: KernelCall, attributes: A): readonly Made[];
}

/** What a differentiable op gives. */
export interface OpResult {
  readonly value: Tensor;
  /**
   * Gradients by the op's inputs.
   *
   * @param dy Gradient by `value`.
   * @param saved What the op saved, in order.
   * @returns One for each input, of its shape.
   */
  gradient(dy: Tensor, saved: readonly Tensor[]): readonly Tensor[];
}

/** What the tape calls by itself where two ops used one tensor: the sum of its gradients. */
const ADD: TapeKernel<undefined> = {
  name: tf.Add,
  run: (call) => [{
    array: addArrays(call.gpu, call.array("a"), call.array("b")),
    shape: call.shape("a"),
  }],
};

let opened = 0;

/**
 * tfjs as a tape: it writes down which ops ran and walks them backward. The ops are ours, and so is their memory; no kernel of tfjs is
 * registered for this backend, so none can run by accident.
 */
export class Tape implements Disposable {
  readonly #name = `ct-organ-webgpu-${++opened}`;
  readonly #backend: TapeBackend;

  /** @param gpu Where the tensors are. */
  constructor(gpu: Gpu) {
    this.#backend = new TapeBackend(gpu);
    tf.registerBackend(this.#name, () => this.#backend);
    tf.registerKernel({
      kernelName: tf.Identity,
      backendName: this.#name,
      kernelFunc: ({ inputs: { x } }) => {
        this.#backend.incRef(x!.dataId);
        return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype };
      },
    });
    this.#register(ADD);
  }

  /** Makes this tape the one that tfjs writes to; there is one at a time in a process. */
  activate(): void {
    // Done by the time the call returns: the promise is for backends that start later.
    if (tf.getBackend() !== this.#name) tf.setBackend(this.#name);
  }

  /**
   * A tensor on top of an array that stays the caller's.
   *
   * @param array Its elements; it must outlive the tensor.
   * @param shape Its axes; by default one, of as many 32-bit words as there are.
   * @returns The tensor.
   */
  borrow(array: GpuArray, shape: readonly number[] = [array.byteLength / 4]): Tensor {
    return this.#backend.borrow(array, shape);
  }

  /**
   * The array behind a tensor.
   *
   * @param tensor Of this tape.
   * @returns The array, which stays the tensor's.
   */
  arrayOf(tensor: Tensor): GpuArray {
    return this.#backend.arrayOf(tensor);
  }

  /**
   * Whether a tensor is the number one that a backward pass begins with, without asking the GPU.
   *
   * @param tensor Of this tape.
   * @returns True if it is a one that came from the host.
   */
  isOne(tensor: Tensor): boolean {
    const values = this.#backend.hostValues(tensor);
    return values?.length === 1 && values[0] === 1;
  }

  /**
   * Takes the array out of a tensor, and disposes of the tensor.
   *
   * @param tensor Of this tape.
   * @returns The array, the caller's now.
   * @throws {ReferenceError} If the array is someone else's.
   */
  take(tensor: Tensor): GpuArray {
    return this.#backend.take(tensor);
  }

  /**
   * Runs a kernel.
   *
   * @param kernel Which.
   * @param inputs Its inputs by name.
   * @param attributes What else it takes.
   * @returns Its outputs.
   */
  run<A>(kernel: TapeKernel<A>, inputs: Readonly<Record<string, Tensor>>, attributes: A): Tensor[] {
    if (!tf.getKernel(kernel.name, this.#name)) this.#register(kernel);
    const named = { of: attributes } as unknown as tf.NamedAttrMap;
    return [tf.engine().runKernel(kernel.name, inputs, named)].flat();
  }

  /**
   * Runs an op with a gradient of its own. In the backward pass the gradient of its value and what it saved are freed as soon as the
   * gradients by its inputs are there; tfjs alone would keep them all to the end.
   *
   * @param inputs The tensors that it has gradients by; what else it uses is a constant.
   * @param forward Runs kernels; `save` keeps tensors for the gradient.
   * @returns The op's value.
   */
  op(
    inputs: readonly Tensor[],
    forward: (save: (...tensors: Tensor[]) => void) => OpResult,
  ): Tensor {
    const custom = tf.customGrad((...given) => {
      const save = given.at(-1) as unknown as tf.GradSaveFunc;
      const { value, gradient } = forward((...tensors) => save(tensors));
      return {
        value,
        gradFunc: (dy, saved) => {
          const gradients = gradient(dy, saved);
          for (const used of [dy, ...saved]) used.dispose();
          return [...gradients];
        },
      };
    });
    return custom(...inputs);
  }

  /**
   * Runs a function and walks back through its ops.
   *
   * @param f Runs ops on `by` and gives a scalar.
   * @param by What to differentiate by: inputs of ops, not values of them.
   * @returns The value and its gradients in the order of `by`; the caller disposes of all.
   */
  gradients(f: () => Tensor, by: readonly Tensor[]): { value: Tensor; gradients: Tensor[] } {
    const { value, grads } = tf.valueAndGrads(f)([...by]);
    return { value, gradients: grads };
  }

  /** Gives all memory of its tensors back, and leaves tfjs. */
  [Symbol.dispose](): void {
    for (const { kernelName } of tf.getKernelsForBackend(this.#name)) {
      tf.unregisterKernel(kernelName, this.#name);
    }
    // Removal alone would not end a backend that never was the active one.
    this.#backend.dispose();
    tf.removeBackend(this.#name);
  }

  #register<A>({ name, run }: TapeKernel<A>): void {
    tf.registerKernel({
      kernelName: name,
      backendName: this.#name,
      kernelFunc: ({ inputs, attrs }) => {
        const made = run(new KernelCall(this.#backend, inputs), attrs?.of as A);
        const outputs = made.map((made) =>
          "shape" in made
            ? this.#backend.adopt(made.array, made.shape)
            : this.#backend.adopt(made, [made.byteLength / 4])
        );
        // What tfjs itself calls must give a tensor, not a list of one.
        return outputs.length === 1 ? outputs[0]! : outputs;
      },
    });
  }
}
