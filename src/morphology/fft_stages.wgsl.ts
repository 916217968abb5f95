import { butterflyWgsl } from "./fft_butterfly.wgsl.ts";
import type { RowPlan } from "./fft_plan.ts";

/** Functions that stages call; `roots` is bound to exp(-2 pi i k / length). */
export const ARITHMETIC = `
fn mul(u: vec2f, v: vec2f) -> vec2f { return vec2f(u.x * v.x - u.y * v.y, u.x * v.y + u.y * v.x); }
fn root(k: u32) -> vec2f { return roots[k]; }
fn inverseRoot(k: u32) -> vec2f { return roots[k] * vec2f(1, -1); }`;

/** Declares workgroup memory for the rows of a workgroup. */
export function buffer(name: string, { length, lanes }: RowPlan): string {
  return `var<workgroup> ${name}: array<vec2f, ${length * lanes}>;`;
}

/** Element i of a lane's row in workgroup memory. */
export function cell(name: string, { lanes }: RowPlan): (i: string) => string {
  return (i) => `${name}[(${i}) * ${lanes}u + lane]`;
}

/** Where the terms of a stage come from. */
export interface StageInput {
  /** The sign of the exponent. */
  readonly inverse: boolean;
  /** The expression for element `i`, the term `q` of butterfly `t`. */
  readonly load: (i: string, q: number) => string;
}

/** One butterfly of a stage, number `t`. */
export interface Butterfly {
  readonly code: string;
  /** Names of its sums. */
  readonly sums: readonly string[];
  /** The element that each sum is, after the stage. */
  readonly places: readonly string[];
}

/**
 * The loop of a row's invocations over the butterflies of a stage.
 *
 * @param plan How the row is taken apart.
 * @param stage Which of its factors.
 * @param ends Where terms come from and sums go.
 * @returns The WGSL; it takes `thread` and `lane` as given.
 */
export function stageLoop(
  plan: RowPlan,
  stage: number,
  ends: StageInput & {
    /** The statement that stores element `i`. */
    readonly store: (i: string, value: string) => string;
  },
): string {
  const { code, sums, places } = butterfly(plan, stage, { ...ends, prefix: "x" });
  return loop(plan, stage, [code, ...sums.map((sum, m) => ends.store(places[m]!, sum))]);
}

/** A loop of a row's invocations over what is done for each butterfly `t` of a stage. */
export function loop(
  { length, radices, threads }: RowPlan,
  stage: number,
  body: readonly string[],
): string {
  return `  for (var t = thread; t < ${length / radices[stage]!}u; t += ${threads}u) {
${body.join("\n")}
  }`;
}

/**
 * One butterfly of a stage: sub-transforms of length `done` become sub-transforms of length `done * radix`.
 *
 * @param plan How the row is taken apart.
 * @param stage Which of its factors.
 * @param input Where terms come from; `prefix` begins the names.
 * @returns Its code, for butterfly `t`.
 */
export function butterfly(
  { length, radices }: RowPlan,
  stage: number,
  { inverse, load, prefix }: StageInput & { readonly prefix: string },
): Butterfly {
  const radix = radices[stage]!;
  const done = radices.slice(0, stage).reduce((product, factor) => product * factor, 1);
  const butterflies = length / radix;
  const [k, base] = done === 1
    ? ["0u", `t * ${radix}u`]
    : done === butterflies
    ? ["t", "t"]
    : [`(t % ${done}u)`, `((t - t % ${done}u) * ${radix}u + t % ${done}u)`];
  const lines: string[] = [];
  const terms = Array.from({ length: radix }, (_, q) => {
    const value = load(q === 0 ? "t" : `t + ${q * butterflies}u`, q);
    const turned = q === 0 || done === 1 ? value : `mul(${value}, ${prefix}r${q})`;
    lines.push(`let ${prefix}${q} = ${turned};`);
    return `${prefix}${q}`;
  });
  const roots = done === 1 ? [] : Array.from({ length: radix - 1 }, (_, i) => {
    const q = i + 1;
    const step = length / (done * radix);
    // Products cost less than reading all of them, and add two or three roundings.
    return q === 1
      ? `let ${prefix}r1 = ${inverse ? "inverseRoot" : "root"}(${k} * ${step}u);`
      : `let ${prefix}r${q} = mul(${prefix}r${q >> 1}, ${prefix}r${q - (q >> 1)});`;
  });
  const { code, sums } = butterflyWgsl(terms, { inverse, prefix });
  return {
    code: [...roots, ...lines, code].join("\n"),
    sums,
    places: sums.map((_, m) => m === 0 ? base : `${base} + ${m * done}u`),
  };
}
