/**
 * A duration as a person reads it, rounded up.
 *
 * @param seconds From 0.
 * @returns E.g. `40 s`, `12 min`, `3 h 5 min`, `4 days`.
 */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} min`;
  return hours < 72 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
