import type { Interval } from "./bench_schema.ts";

/** Three digits that count, never as a power of ten between a thousandth and a million. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001 || size >= 1e6) return value.toExponential(1);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(decimals, 4));
}

/** An interval in the figures of {@linkcode figure}. */
export function interval([low, high]: Interval): string {
  return `${figure(low)} – ${figure(high)}`;
}

/** A share of 1 in percent. */
export function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/** A duration as a person reads it. */
export function seconds(value: number): string {
  if (value < 60) return `${figure(value)} s`;
  const whole = Math.round(value);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A number with a noun in the right form. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Words as a sentence lists them. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A text that begins a sentence. */
export function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
