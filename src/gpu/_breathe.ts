/** Work that follows work gives way to the event loop this often. */
const BREATH_MS = 50;

let last = performance.now();

/**
 * Gives the event loop a turn now and then. Reads may go on without ever leaving the microtask queue, and signals, timers and progress
 * would wait for the end.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - last < BREATH_MS) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  last = performance.now();
}
