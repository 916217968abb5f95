import {
  ball,
  close,
  dilate,
  erode,
  type MorphologyOptions,
  open,
  packMask,
  unpackMask,
} from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import {
  closeByDistance,
  dilateByDistance,
  erodeByDistance,
  niimathClose,
  niimathDilate,
  niimathOpen,
  openByDistance,
} from "../../reference/mod.ts";
import { blobMask, EDGE_MASKS, type HostMask } from "./_masks.ts";
import type { Case, Pair, References } from "./pair.ts";

interface BallInput extends HostMask {
  /** mm. */
  readonly spacing: Vec3;
  /** mm. */
  readonly radius: number;
}

const TORSO: Vec3 = [160, 160, 130];

/** Size and grid of the timed cases, from small to large. */
const HEADLINES: readonly { readonly dims: Vec3; readonly mm: number }[] = [
  { dims: [80, 80, 65], mm: 3 },
  { dims: TORSO, mm: 3 },
  { dims: TORSO, mm: 1 },
];

function cases(): Case<BallInput>[] {
  return [
    ...[
      ...HEADLINES.map((timed) => ({ ...timed, headline: true })),
      { dims: [40, 40, 33] as const, mm: 3, brief: true },
    ].map(({ dims, mm, ...kind }) => ({
      ...kind,
      name: `ball 25 mm at ${mm} mm, ${dims.join(" x ")}`,
      ...mm === 1 && { without: { niimath: "takes 20 to 150 s a call on two cores" } },
      input: (): BallInput => ({
        ...blobMask(dims, 60, 10),
        spacing: [mm, mm, mm],
        radius: 12.5,
      }),
    })),
    ...Object.entries(EDGE_MASKS).map(([name, mask]) => ({
      name: `ball 9 mm at 1.5 x 2 x 3 mm, ${name}`,
      edge: true,
      input: (): BallInput => ({ ...mask(), spacing: [1.5, 2, 3], radius: 4.5 }),
    })),
  ];
}

const OPERATIONS = { dilate, erode, open, close };

const REASONS = {
  packed: "Bits have no rounding",
  fft: "Counts are whole numbers, and the threshold lies half way between two of them",
  distance:
    "The threshold lies half way between two squared distances, farther from both than rounding reaches",
};

function ballPair(
  operation: keyof typeof OPERATIONS,
  method: "packed" | "fft" | "distance",
  references: References<BallInput>,
): Pair<BallInput> {
  const kernels = {
    packed: ["widen.wgsl", "gather.wgsl"],
    fft: [
      "fft_interleave.wgsl",
      "fft_butterfly.wgsl.ts",
      "fft_stages.wgsl.ts",
      "fft_of_bits.wgsl.ts",
      "fft_rows.wgsl.ts",
      "fft_columns.wgsl.ts",
      "fft_to_bits.wgsl.ts",
    ],
    distance: ["distance_rows.wgsl", "distance_lines.wgsl.ts", "threshold.wgsl"],
  }[method];
  return {
    name: `morphology/${operation}${method === "packed" ? "" : `-${method}`}`,
    kernels: kernels.map((file) => `src/morphology/${file}`),
    cases: cases(),
    gpu: async (gpu, { data, dims, spacing, radius }) => {
      const element = ball({ diameter: 2 * radius, spacing, rule: "radius" });
      const options: MorphologyOptions = { method };
      using mask = packMask(gpu, data, dims);
      using result = OPERATIONS[operation](gpu, mask, element, options);
      return await unpackMask(gpu, result);
    },
    references,
    acceptance: {
      class: "exact",
      reason: REASONS[method],
    },
    work: ({ data, dims, spacing, radius }) => {
      // The packed method's least: each word ORed once for every row of the ball; bytes in, bytes out.
      const { dims: size, data: inside } = ball({ diameter: 2 * radius, spacing, rule: "radius" });
      let rows = 0;
      for (let row = 0; row < inside.length; row += size[0]) {
        rows += Number(inside.subarray(row, row + size[0]).includes(1));
      }
      const passes = operation === "open" || operation === "close" ? 2 : 1;
      const words = Math.ceil(dims[0] / 32) * dims[1] * dims[2];
      return { bytes: 2 * data.length, flops: 0, integerOps: passes * rows * words };
    },
  };
}

/** Dilation by a ball, packed. */
export const dilation = ballPair("dilate", "packed", {
  typescript: dilateByDistance,
  niimath: niimathDilate,
});

/** Erosion by a ball, packed, background outside: a rule niimath's erosion does not have. */
export const erosion = ballPair("erode", "packed", { typescript: erodeByDistance });

/** Closing by a ball, packed. */
export const closing = ballPair("close", "packed", {
  typescript: closeByDistance,
  niimath: niimathClose,
});

/** Opening by a ball, packed. */
export const opening = ballPair("open", "packed", {
  typescript: openByDistance,
  niimath: niimathOpen,
});

/** Dilation by a ball through Fourier transforms. */
export const dilationFft = ballPair("dilate", "fft", { typescript: dilateByDistance });

/** Dilation by a ball through distances. */
export const dilationDistance = ballPair("dilate", "distance", { typescript: dilateByDistance });
