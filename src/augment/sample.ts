import { type RandomKey, RandomStream } from "../random/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { affineThrough, composeLinear } from "./_linear.ts";
import { type AugmentRanges, checkRanges, type CropMode } from "./ranges.ts";
import { OUTSIDE_LABEL, type Transform } from "./transform.ts";

/** What a transform is drawn for. */
export interface SampleShape {
  /** Voxels of the volume to augment along x, y, z. */
  readonly input: Vec3;
  /** Voxels of the result along x, y, z. */
  readonly output: Vec3;
  /** The volume's labels, x fastest; needed by the crop modes `"valid"` and `"nonzero"`. */
  readonly labels?: Uint8Array | undefined;
}

/** Streams from here on are those of noise fields. */
const NOISE_STREAMS = 2 ** 52;

/** Guesses at a voxel with a wanted label before all are counted: a label on a tenth of the voxels is missed 1 time in 1000. */
const GUESSES = 64;

/**
 * Draws one augmentation. The same arguments give the same transform, and one that was written as JSON and read again is equal.
 *
 * The map, from output to input voxels, is linear = Rot . Scale . Reflect . Gauss . Init, Rot = Rx . Ry . Rz, the rightmost done
 * first; a positive angle turns the lower of the two other axes toward the higher. It takes the output's centre, (shape - 1) / 2,
 * to the crop's centre in the input plus the translation: input = centre + translation + linear (output - output's centre). So a
 * factor above 1 shows more of the input, smaller.
 *
 * Every draw is made whatever the ranges are, in this order and with as many 32-bit words of the key's {@linkcode RandomStream}:
 * rotation about x, y, z (3); reflection x, y, z (3); scaling x, y, z, for each the uniform number, the normal one and whether it is
 * inverted (12); perturbation row by row (18); translation x, y, z (3); the uniform crop's start x, y, z (3); window low, high (2);
 * noise (2); occlusion: whether, width, first slice (3). So a range that is changed or left out changes no other draw. Last, in the
 * crop modes that need labels, the voxel, with as many words as that takes.
 *
 * The voxels' noise gets the key's seed and its stream + 2^52, and the stream must be below that: no noise field shares a number
 * with a drawing, and each drawing has a field of its own. Use another stream for each augmentation of a run.
 *
 * An occluded slab is floor(U(0, nz / 2)) slices wide and begins at slice floor(U(-width, nz)), of which the part within the result
 * counts; a width of 0 is no slab.
 *
 * Defects of the author's code that are not copied: its centre is at shape / 2, half a voxel off; with a crop the fixed point is not
 * the crop's centre; its perturbation of the translation is lost, as the column is overwritten. (The scale distribution of before
 * March 2019 is there as `scalingRule: "original"`.)
 *
 * @param ranges The distributions.
 * @param shape Sizes of input and output, and labels.
 * @param key Seed, up to 2^53 - 1, and stream, up to 2^52 - 1.
 * @returns What {@linkcode augment} takes, plain data; the map's numbers are rounded to f32.
 * @throws {TypeError} If ranges, shape or key have the wrong form, or labels are absent where they are needed.
 * @throws {RangeError} If a number is out of range, or no voxel has a label that the crop mode wants.
 *
 * @example Eight crops from anywhere in a volume.
 * ```ts
 * const ranges = { ...presets.live, crop: "uniform" } as const;
 * const shape = { input: ct.dims, output: [120, 120, 160] } as const;
 * const transforms = Array.from(
 *   { length: 8 },
 *   (_, stream) => sampleTransform(ranges, shape, { seed: 1, stream }),
 * );
 * ```
 */
export function sampleTransform(
  ranges: AugmentRanges,
  shape: SampleShape,
  key: RandomKey,
): Transform {
  checkRanges(ranges);
  checkShape(shape);
  const { seed, stream } = checkKey(key);
  const random = new RandomStream(key);
  const { input, output } = shape;
  const { scaling, window, noise = 0, occlusion = 0, crop = "none" } = ranges;

  const rotation = triple(() => random.uniform(-1, 1));
  const reflected = triple(() => random.uniform());
  const scales = triple(() => ({
    uniform: random.uniform(),
    normal: random.normal(),
    inverted: random.uniform() < 0.5,
  }));
  const gauss = Array.from({ length: 9 }, () => random.normal());
  const translation = triple(() => random.uniform(-1, 1));
  const starts = triple(() => random.uniform());
  const limits = [random.uniform(-1, 1), random.uniform(-1, 1)] as const;
  const noiseFactor = Math.abs(random.normal());
  const occluded = random.uniform() < occlusion;
  const slab = slabOf(random.uniform(), random.uniform(), output[2]);
  const voxel = crop === "valid" || crop === "nonzero"
    ? voxelLabelled(shape, crop, random)
    : undefined;
  const centre = perAxis((axis) =>
    voxel
      ? voxel[axis] - Math.floor(output[axis] / 2) + (output[axis] - 1) / 2
      : cropCentre(crop, input[axis], output[axis], starts[axis])
  );

  const linear = composeLinear({
    rotation: perAxis((axis) => rotation[axis] * (ranges.rotation?.[axis] ?? 0)),
    reflected: perAxis((axis) => reflected[axis] < (ranges.reflection?.[axis] ?? 0)),
    scale: perAxis((axis) =>
      scaling ? factorOf(scales[axis], scaling[axis], ranges.scalingRule) : 1
    ),
    perturbation: gauss.map((value) => value * (ranges.perturbation ?? 0)),
    initial: ranges.initial,
  });
  const matrix = affineThrough(
    linear,
    perAxis((axis) => (output[axis] - 1) / 2),
    perAxis((axis) => centre[axis] + translation[axis] * (ranges.translation?.[axis] ?? 0)),
  );
  return {
    shape: [output[0], output[1], output[2]],
    matrix,
    ...noise > 0 && {
      noise: { sigma: noise * noiseFactor, key: { seed, stream: stream + NOISE_STREAMS } },
    },
    ...window && {
      window: {
        low: window.low + limits[0] * (window.jitter ?? 0) + 0,
        high: window.high + limits[1] * (window.jitter ?? 0) + 0,
      },
    },
    ...occluded && slab && { occlusion: slab },
  };
}

type Axis = 0 | 1 | 2;

function triple<T>(draw: () => T): [T, T, T] {
  return [draw(), draw(), draw()];
}

function perAxis<T>(value: (axis: Axis) => T): [T, T, T] {
  return [value(0), value(1), value(2)];
}

function factorOf(
  drawn: { readonly uniform: number; readonly normal: number; readonly inverted: boolean },
  largest: number,
  rule: AugmentRanges["scalingRule"],
): number {
  const factor = rule === "original"
    ? 1 + drawn.normal * largest / 4
    : 1 + drawn.uniform * (largest - 1);
  return drawn.inverted ? 1 / factor : factor;
}

/** Slices of an occluded slab in a result of `nz` slices; undefined where none of them lies within. */
function slabOf(
  widthShare: number,
  firstShare: number,
  nz: number,
): { first: number; last: number } | undefined {
  const width = Math.floor(widthShare * nz / 2);
  const first = Math.floor(firstShare * (nz + width)) - width;
  const last = Math.min(first + width - 1, nz - 1);
  return width > 0 && last >= 0 ? { first: Math.max(first, 0), last } : undefined;
}

function cropCentre(
  mode: CropMode,
  input: number,
  output: number,
  share: number,
): number {
  const room = input - output;
  const drawn = mode === "uniform" && room >= 0;
  const start = drawn ? Math.floor(share * (room + 1)) : Math.floor(room / 2);
  return start + (output - 1) / 2;
}

/** A voxel among those whose label the mode wants, all equally likely. */
function voxelLabelled(
  { input, labels }: SampleShape,
  mode: CropMode,
  random: RandomStream,
): [number, number, number] {
  if (!labels) {
    throw new TypeError(`Cannot sample a transform: the crop mode "${mode}" needs labels`);
  }
  const least = mode === "nonzero" ? 1 : 0;
  const wanted = (i: number) => labels[i]! >= least && labels[i] !== OUTSIDE_LABEL;
  const place = (i: number): [number, number, number] => [
    i % input[0],
    Math.floor(i / input[0]) % input[1],
    Math.floor(i / (input[0] * input[1])),
  ];
  for (let guess = 0; guess < GUESSES; guess++) {
    const i = random.integer(labels.length);
    if (wanted(i)) return place(i);
  }
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (wanted(i)) count++;
  if (count === 0) {
    throw new RangeError(
      `Cannot sample a transform: the crop mode "${mode}" wants a voxel with a label ${
        mode === "nonzero" ? "above 0" : "that is not ignored"
      }, there is none`,
    );
  }
  let left = random.integer(count);
  for (let i = 0;; i++) if (wanted(i) && left-- === 0) return place(i);
}

function checkShape({ input, output, labels }: SampleShape): void {
  for (const [name, dims] of [["input", input], ["output", output]] as const) {
    if (!Array.isArray(dims) || dims.length !== 3) {
      throw new TypeError(
        `Cannot sample a transform: ${name} must be three numbers, found ${
          Array.isArray(dims) ? dims.length : typeof dims
        }`,
      );
    }
    if (dims.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new RangeError(
        `Cannot sample a transform: ${name} must be whole numbers above 0, found ${
          dims.join(" x ")
        }`,
      );
    }
  }
  if (labels && labels.length !== voxelCount(input)) {
    throw new TypeError(
      `Cannot sample a transform: ${input.join(" x ")} is ${
        voxelCount(input)
      } voxels, there are ${labels.length} labels`,
    );
  }
}

/** The key in numbers, which JSON can hold. */
function checkKey({ seed, stream }: RandomKey): { seed: number; stream: number } {
  if (seed > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `Cannot sample a transform: the seed must be below 2^53, which JSON can hold, found ${seed}`,
    );
  }
  if (stream >= NOISE_STREAMS) {
    throw new RangeError(
      `Cannot sample a transform: the stream must be below 2^52, those above are the noise's, found ${stream}`,
    );
  }
  return { seed: Number(seed), stream: Number(stream) };
}
