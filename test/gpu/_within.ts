/**
 * Fails instead of hanging.
 *
 * @param promise What should settle.
 * @param seconds How long it may take at the very most.
 * @returns Its value.
 */
export async function within<T>(promise: Promise<T>, seconds = 20): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Still waiting after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
