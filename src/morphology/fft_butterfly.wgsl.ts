/**
 * WGSL of the discrete Fourier transform of a few complex terms in registers: straight-line code, factors taken apart, roots of unity as
 * literals.
 *
 * @param terms Names of the terms, `vec2f` each; their number has no prime factor above 7.
 * @param options `inverse`: the sign of the exponent; the inverse is not scaled. `prefix`: what made names begin with.
 * @returns Statements, and the names of the transform's terms.
 */
export function butterflyWgsl(
  terms: readonly string[],
  { inverse, prefix }: { readonly inverse: boolean; readonly prefix: string },
): { readonly code: string; readonly sums: readonly string[] } {
  const lines: string[] = [];
  const name = (expression: string): string => {
    const made = `${prefix}w${lines.length}`;
    lines.push(`let ${made} = ${expression};`);
    return made;
  };
  const sums = transform(terms, { name, sign: inverse ? 1 : -1 });
  return { code: lines.join("\n"), sums };
}

interface Writer {
  /** Gives an expression a name. */
  readonly name: (expression: string) => string;
  /** Of the exponent. */
  readonly sign: 1 | -1;
}

function transform(terms: readonly string[], writer: Writer): readonly string[] {
  const n = terms.length;
  if (n === 1) return terms;
  const prime = [2, 3, 5, 7].find((p) => n % p === 0)!;
  if (n === 2) return pair(terms[0]!, terms[1]!, writer);
  if (n === prime) return odd(terms, writer);
  // Decimation in time: `prime` interleaved transforms of n / prime terms, turned and put together.
  const parts = Array.from(
    { length: prime },
    (_, q) => transform(terms.filter((_, i) => i % prime === q), writer),
  );
  const sums = new Array<string>(n);
  for (let k = 0; k < n / prime; k++) {
    const turned = parts.map((part, q) => turn(part[k]!, q * k / n, writer));
    transform(turned, writer).forEach((sum, j) => sums[k + j * n / prime] = sum);
  }
  return sums;
}

function pair(a: string, b: string, { name }: Writer): string[] {
  return [name(`${a} + ${b}`), name(`${a} - ${b}`)];
}

/** An odd prime: terms q and n - q meet conjugate roots. */
function odd(terms: readonly string[], writer: Writer): string[] {
  const { name, sign } = writer;
  const n = terms.length;
  const half = Array.from({ length: (n - 1) / 2 }, (_, i) => i + 1);
  const pairs = half.map((q) => pair(terms[q]!, terms[n - q]!, writer));
  const sums = new Array<string>(n);
  sums[0] = name([terms[0], ...pairs.map(([sum]) => sum)].join(" + "));
  for (const k of half) {
    const angle = (q: number) => 2 * Math.PI * (q * k % n) / n;
    const even = name(
      pairs.reduce(
        (so, [sum], i) => `fma(vec2f(${Math.cos(angle(half[i]!))}), ${sum}, ${so})`,
        terms[0]!,
      ),
    );
    const difference = name(
      pairs.map(([, gap], i) => `${Math.sin(angle(half[i]!))} * ${gap}`).join(" + "),
    );
    const rest = quarter(difference, sign);
    sums[k] = name(`${even} + ${rest}`);
    sums[n - k] = name(`${even} - ${rest}`);
  }
  return sums;
}

/** A term times exp(sign 2 pi i turns). */
function turn(term: string, turns: number, { name, sign }: Writer): string {
  if (turns === 0) return term;
  if (turns === 0.5) return name(`-${term}`);
  if (turns === 0.25) return name(quarter(term, sign));
  if (turns === 0.75) return name(quarter(term, -sign));
  const [c, s] = [Math.cos(2 * Math.PI * turns), sign * Math.sin(2 * Math.PI * turns)];
  return name(`mul(${term}, vec2f(${c}, ${s}))`);
}

/** A term times i or -i. */
function quarter(term: string, sign: number): string {
  return `${term}.yx * vec2f(${-sign}, ${sign})`;
}
