import { GpuLostError, GpuValidationError } from "./errors.ts";

/**
 * Where every failure of a device ends up. WebGPU reports most errors late and beside the call that caused them; here they are kept
 * until the next `await`, which throws the first. Calls of this room go through {@linkcode Failures.scope}: errors outside a scope,
 * of a library that shares the device, are announced a task later and may miss the next `await`.
 */
export class Failures {
  readonly #device: GPUDevice;
  readonly #checks = new Set<Promise<void>>();
  readonly #waiting = new Set<(reason: Error) => void>();
  #failure: Error | undefined;
  #thrown: Error | undefined;
  #lost: GpuLostError | undefined;

  /** @param device Whose errors and loss to watch. */
  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", (raised) => {
      raised.preventDefault();
      const { error } = raised as GPUUncapturedErrorEvent;
      this.#failure ??= new GpuValidationError(`Cannot run GPU work: ${oneLine(error.message)}`);
    });
    device.lost.then(({ message }) => {
      this.#lost = new GpuLostError(`Cannot go on: the GPU device was lost (${oneLine(message)})`);
      for (const reject of this.#waiting) reject(this.#lost);
    });
  }

  /**
   * Runs WebGPU calls and keeps what they turn out to have done wrong.
   *
   * @param filter The kind of error to catch.
   * @param work The calls.
   * @param toError Turns a caught error into an exception.
   * @returns What `work` returns.
   */
  scope<T>(
    filter: GPUErrorFilter,
    work: () => T,
    toError: (message: string) => Error | Promise<Error>,
  ): T {
    this.#device.pushErrorScope(filter);
    try {
      return work();
    } finally {
      // Also when the calls throw: a scope left open would swallow every later error.
      const check = this.#device.popErrorScope().then(async (error) => {
        if (error) this.#keep(await toError(error.message));
      }, (error: Error) => this.#keep(error));
      const settled = check.finally(() => this.#checks.delete(settled));
      this.#checks.add(settled);
    }
  }

  /**
   * Waits, but not for a device that is gone.
   *
   * @param promise What to wait for.
   * @returns Its value.
   * @throws {GpuLostError} If the device is lost before or meanwhile.
   */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      promise.then(resolve, reject).finally(() => this.#waiting.delete(reject));
      if (this.#lost) reject(this.#lost);
    });
  }

  /**
   * Waits for all that is being checked.
   *
   * @throws The first failure since the last call, once.
   */
  async settle(): Promise<void> {
    await this.wait(Promise.all(this.#checks));
    this.#thrown = this.#failure;
    this.#failure = undefined;
    if (this.#thrown) throw this.#thrown;
  }

  /**
   * The cause of an exception that came out of a WebGPU call, or out of {@linkcode Failures.settle}.
   *
   * @param error The exception.
   * @returns The device's loss or an earlier failure if there was one, else the exception itself.
   */
  async explain(error: unknown): Promise<unknown> {
    // A loss is announced one task after the calls it breaks.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const failure = this.#failure;
    this.#failure = undefined;
    // What is announced after the failure that was thrown is its consequence.
    return this.#lost ?? (error === this.#thrown ? error : failure ?? error);
  }

  #keep(error: Error): void {
    // A shader that does not compile also makes its dispatch fail: the cause is the better message.
    if (!this.#failure || error instanceof SyntaxError) this.#failure = error;
  }
}

/**
 * The first line of a driver's message.
 *
 * @param message Any text.
 * @returns Its first line that is not blank.
 */
export function oneLine(message: string): string {
  return message.trim().split("\n")[0]!.trim();
}
