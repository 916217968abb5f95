/** Radices the butterflies are written for. */
export const RADICES = [4, 2, 3, 5, 7] as const;

/** Workgroup memory for each element of a row: two complex f32. */
export const FFT_ROW_BYTES = 16;

/** Invocations that share a row. */
export const FFT_WORKGROUP = 64;

/**
 * The radices whose product is a length.
 *
 * @param length A whole number.
 * @returns The factors in the order of the passes.
 * @throws {RangeError} If a prime factor is larger than 7.
 */
export function factorize(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (const radix of RADICES) {
    for (; rest % radix === 0; rest /= radix) factors.push(radix);
  }
  if (rest !== 1) {
    throw new RangeError(
      `Cannot transform rows of ${length}: ${rest} is not a product of 2, 3, 5, 7`,
    );
  }
  return factors;
}

/**
 * The smallest length that the transform takes and that is not below a given one.
 *
 * @param length A whole number.
 * @returns A product of powers of 2, 3, 5 and 7.
 */
export function smoothLength(length: number): number {
  for (let n = length;; n++) {
    let rest = n;
    for (const radix of RADICES) while (rest % radix === 0) rest /= radix;
    if (rest === 1) return n;
  }
}

/**
 * WGSL of the discrete Fourier transform of rows of one length, in place: Stockham's autosort, mixed radix, a row in workgroup
 * memory, one workgroup a row. Roots of unity come from the host in f64 precision rounded once.
 *
 * Shapes: `data` is complex f32, rows of `length` elements `stride` apart; row r starts at `r % stride + floor(r / stride) * stride *
 * length`. The inverse is not scaled.
 * Tolerance: relative error of a row about 1e-7 * log2(length), rms.
 *
 * @param length Elements of a row, a product of 2, 3, 5, 7, at most half the workgroup memory: 2,048 for 32 KiB.
 * @param inverse The sign of the exponent.
 * @returns The WGSL.
 */
export function fftRowsWgsl(length: number, inverse: boolean): string {
  const passes: string[] = [];
  let done = 1;
  let from = "a";
  let to = "b";
  for (const radix of factorize(length)) {
    passes.push(pass({ length, radix, done, from, to, inverse }));
    done *= radix;
    [from, to] = [to, from];
  }
  return `
struct P { stride: u32, rows: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> roots: array<vec2f>; // exp(-2 pi i k / length)
@group(0) @binding(2) var<storage, read_write> data: array<vec2f>;
var<workgroup> a: array<vec2f, ${length}>;
var<workgroup> b: array<vec2f, ${length}>;

fn mul(u: vec2f, v: vec2f) -> vec2f { return vec2f(u.x * v.x - u.y * v.y, u.x * v.y + u.y * v.x); }
fn root(k: u32) -> vec2f { return roots[k]${inverse ? " * vec2f(1, -1)" : ""}; }

@compute @workgroup_size(${FFT_WORKGROUP}) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  // Workgroups beyond the last row go through the motions, since all must meet at the barriers, and store nothing.
  let index = group.x + group.y * groups.x;
  let live = index < p.rows;
  let row = min(index, p.rows - 1u);
  let start = row % p.stride + row / p.stride * p.stride * ${length}u;
  for (var i = lane; i < ${length}u; i += ${FFT_WORKGROUP}u) { a[i] = data[start + i * p.stride]; }
  workgroupBarrier();${passes.join("")}
  for (var i = select(${length}u, lane, live); i < ${length}u; i += ${FFT_WORKGROUP}u) {
    data[start + i * p.stride] = ${from}[i];
  }
}`;
}

/** One pass: sub-transforms of length `done` become sub-transforms of length `done * radix`. */
function pass({ length, radix, done, from, to, inverse }: {
  length: number;
  radix: number;
  done: number;
  from: string;
  to: string;
  inverse: boolean;
}): string {
  const butterflies = length / radix;
  const step = length / (done * radix);
  const terms = Array.from({ length: radix }, (_, q) => q);
  const load = terms.map((q) => {
    const value = `${from}[i + ${q * butterflies}u]`;
    return `      let x${q} = ${
      q === 0 || done === 1 ? value : `mul(${value}, root(k * ${q * step}u))`
    };`;
  });
  const quarter = inverse ? "-1, 1" : "1, -1";
  const turned = (q: number, turn: number): string => {
    const eighths = 8 * turn / radix;
    if (eighths === 0) return `x${q}`;
    if (eighths === 4) return `-x${q}`;
    if (eighths === 2) return `x${q}.yx * vec2f(${quarter})`;
    if (eighths === 6) return `-x${q}.yx * vec2f(${quarter})`;
    // The radix's own roots are roots of the whole row too.
    return `mul(x${q}, root(${turn * butterflies}u))`;
  };
  const sums = terms.map((r) =>
    `      ${to}[base + ${r * done}u] = ${
      terms.map((q) => turned(q, (q * r) % radix)).join(" + ")
    };`
  );
  return `
  for (var i = lane; i < ${butterflies}u; i += ${FFT_WORKGROUP}u) {
    let k = i % ${done}u;
${load.join("\n")}
    let base = (i - k) * ${radix}u + k;
${sums.join("\n")}
  }
  workgroupBarrier();`;
}
