/**
 * Hands over new memory once it is filled; disposes of it if that fails.
 *
 * @param made The memory.
 * @param fill Records the kernels that write it.
 * @returns `made`.
 */
export function filled<T extends Disposable>(made: T, fill: (made: T) => void): T {
  try {
    fill(made);
    return made;
  } catch (error) {
    made[Symbol.dispose]();
    throw error;
  }
}
