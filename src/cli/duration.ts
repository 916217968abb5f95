/**
 * A duration as a person reads it, rounded up.
 *
 * @param seconds From 0.
 * @returns E.g. `40 s`, `12 min`, `3 h 5 min`.
 */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
