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
  readonly #thrown = new WeakSet<object>();
  #tickets = 0;
  #scopes = 0;
  #failure:
    | { readonly error: Error; known?: { readonly ticket: number; readonly scope: number } }
    | undefined;
  #lost: GpuLostError | undefined;

  /** @param device Whose errors and loss to watch. */
  constructor(device: GPUDevice) {
    this.#device = device;
    device.addEventListener("uncapturederror", (raised) => {
      raised.preventDefault();
      const { error } = raised as GPUUncapturedErrorEvent;
      this.#keep(new GpuValidationError(`Cannot run GPU work: ${oneLine(error.message)}`));
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
    const scope = ++this.#scopes;
    try {
      return work();
    } finally {
      // Also when the calls throw: a scope left open would swallow every later error.
      const check = this.#device.popErrorScope().then(async (error) => {
        if (error) this.#keep(await toError(error.message), scope);
      }, (error: Error) => this.#keep(error, scope));
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
   * Numbers a wait. All work recorded until now may concern it.
   *
   * @returns What {@linkcode Failures.settle} is given.
   */
  ticket(): number {
    return ++this.#tickets;
  }

  /**
   * Waits for all that is being checked.
   *
   * @param ticket Which wait this is.
   * @throws The failure of work recorded before the wait; every wait that began before it was known throws the same.
   */
  async settle(ticket: number): Promise<void> {
    await this.wait(Promise.all(this.#checks));
    const error = this.#failureOf(ticket);
    if (error) throw error;
  }

  /**
   * The cause of an exception that came out of a WebGPU call, or out of {@linkcode Failures.settle}.
   *
   * @param error The exception.
   * @param ticket Which wait it ended.
   * @returns The device's loss or an earlier failure if there was one, else the exception itself.
   */
  async explain(error: unknown, ticket: number): Promise<unknown> {
    // A loss is announced one task after the calls it breaks.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.#lost) return this.#lost;
    const told = typeof error === "object" && error !== null && this.#thrown.has(error);
    return told ? error : this.#failureOf(ticket) ?? error;
  }

  /** A failure ends all waits that began before it was first thrown; those that began later know nothing of it. */
  #failureOf(ticket: number): Error | undefined {
    const failure = this.#failure;
    if (!failure) return undefined;
    failure.known ??= { ticket: this.#tickets, scope: this.#scopes };
    if (ticket > failure.known.ticket) return undefined;
    this.#thrown.add(failure.error);
    return failure.error;
  }

  #keep(error: Error, scope = Infinity): void {
    const old = this.#failure;
    // What work from before a failure was thrown still has to say is its consequence.
    if (old?.known && scope <= old.known.scope) return;
    // A shader that does not compile also makes its dispatch fail: the cause is the better message.
    if (!old || old.known || error instanceof SyntaxError) this.#failure = { error };
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
