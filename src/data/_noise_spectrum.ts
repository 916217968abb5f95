/** Voxels along x and y of the squares that noise is measured in. */
export const NOISE_SQUARE = 16;

const N = NOISE_SQUARE;
/** Frequencies that a square tells apart, up to Nyquist's, the mean left out. */
const FREQUENCIES = N / 2;

const COS = Array.from({ length: N }, (_, k) => Math.cos(2 * Math.PI * k / N));
const SIN = Array.from({ length: N }, (_, k) => Math.sin(2 * Math.PI * k / N));

/** Sums the power of squares by spatial frequency. */
export class NoiseSpectrum {
  readonly #sums = new Float64Array(FREQUENCIES);
  readonly #terms = new Float64Array(FREQUENCIES);

  /**
   * Adds a square.
   *
   * @param square N x N values, x fastest.
   */
  add(square: Float64Array): void {
    const mean = square.reduce((sum, value) => sum + value, 0) / square.length;
    const [re, im] = transformRows(square.map((value) => value - mean));
    for (let v = 0; v < N; v++) {
      for (let u = 0; u < N; u++) {
        // From -N/2 to N/2 - 1, as the transform is periodic.
        const length = Math.hypot(u < N / 2 ? u : u - N, v < N / 2 ? v : v - N);
        const k = Math.round(length);
        if (k < 1 || k > FREQUENCIES) continue;
        let [a, b] = [0, 0];
        for (let y = 0; y < N; y++) {
          const [c, s] = [COS[v * y % N]!, SIN[v * y % N]!];
          a += re[u + N * y]! * c + im[u + N * y]! * s;
          b += im[u + N * y]! * c - re[u + N * y]! * s;
        }
        this.#sums[k - 1]! += a * a + b * b;
        this.#terms[k - 1]!++;
      }
    }
  }

  /**
   * The mean over all squares.
   *
   * @param spacing Of the values along x and y, mm.
   * @returns Squared values times mm², at frequencies `k / (N * spacing)` from k = 1 on; undefined without a square.
   */
  power(spacing: number): number[] | undefined {
    if (this.#terms[0] === 0) return undefined;
    const scale = spacing ** 2 / N ** 2;
    return Array.from(this.#sums, (sum, k) => scale * sum / this.#terms[k]!);
  }
}

/** The discrete Fourier transform along x. */
function transformRows(square: Float64Array): readonly [re: Float64Array, im: Float64Array] {
  const re = new Float64Array(N * N);
  const im = new Float64Array(N * N);
  for (let y = 0; y < N; y++) {
    for (let u = 0; u < N; u++) {
      for (let x = 0; x < N; x++) {
        const value = square[x + N * y]!;
        re[u + N * y]! += value * COS[u * x % N]!;
        im[u + N * y]! -= value * SIN[u * x % N]!;
      }
    }
  }
  return [re, im];
}
