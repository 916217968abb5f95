import { type OrganName, ORGANS } from "../labels/mod.ts";
import { reorient, type Vec3, type Volume } from "../volume/mod.ts";
import { traceContours } from "./contour.ts";
import { largestSlices } from "./_largest_slices.ts";
import { encodePng } from "./png.ts";

/** A case to show: its CT and what was labelled on it, all on one grid. */
export interface CasePicture {
  /** The case's number or name, as in the result. */
  readonly case: number | string;
  /** HU. */
  readonly ct: Volume;
  /** True labels, values of {@linkcode ORGANS}. */
  readonly truth?: Volume;
  /** Labels found, values of {@linkcode ORGANS}. */
  readonly prediction?: Volume;
  /** The organs to outline. */
  readonly organs: readonly OrganName[];
  /** Where to cut: the slices with most of this organ's truth, in the place of the middle ones. */
  readonly through?: OrganName;
}

/** The outline of one organ in a slice. */
export interface SliceOutline {
  readonly organ: OrganName;
  readonly source: "truth" | "prediction";
  /** SVG path in pixels of the slice. */
  readonly path: string;
  readonly area_cm2: number;
}

/** A slice of a case along one axis. */
export interface SlicePicture {
  readonly plane: "axial" | "coronal" | "sagittal";
  /** The slice's number from 1, counted from the patient's feet, front or right. */
  readonly number: number;
  /** How many slices there are. */
  readonly of: number;
  readonly width: number;
  readonly height: number;
  readonly width_mm: number;
  readonly height_mm: number;
  /** PNG of the CT in {@linkcode WINDOW_HU}, as a `data:` address. */
  readonly image: string;
  readonly outlines: readonly SliceOutline[];
  /** Where the patient's sides are: left, right, top and bottom of the picture. */
  readonly letters: readonly [left: string, right: string, top: string, bottom: string];
}

/** HU shown as black and as white: the paper's window for training. */
export const WINDOW_HU = { low: -200, high: 400 } as const;

/** Pixel axes of each plane in a volume whose axes grow to the left, the back and the head (LPS). */
const PLANES = [
  { plane: "axial", normal: 2, across: 0, down: 1, flip: false, letters: ["R", "L", "A", "P"] },
  { plane: "coronal", normal: 1, across: 0, down: 2, flip: true, letters: ["R", "L", "S", "I"] },
  { plane: "sagittal", normal: 0, across: 1, down: 2, flip: true, letters: ["A", "P", "S", "I"] },
] as const;

/**
 * Cuts an axial, a coronal and a sagittal slice out of a case: the middle ones, or those through an organ. Radiological orientation: the patient's right is on the left of
 * axial and coronal pictures; in sagittal ones the front is.
 *
 * @param picture The case.
 * @returns Three pictures.
 * @throws {TypeError} If labels and CT differ in size.
 */
export async function cutSlices(picture: CasePicture): Promise<SlicePicture[]> {
  const ct = reorient(picture.ct, "LPS");
  const labels = (["truth", "prediction"] as const).flatMap((source) => {
    const volume = picture[source];
    if (!volume) return [];
    const { dims } = picture.ct;
    if (volume.dims.some((size, axis) => size !== dims[axis])) {
      throw new TypeError(
        `Cannot show case ${picture.case}: its ${source} has ${volume.dims.join(" x ")} voxels, ` +
          `its CT ${dims.join(" x ")}`,
      );
    }
    return [{ source, volume: reorient(volume, "LPS") }];
  });
  const truth = labels.find(({ source }) => source === "truth")?.volume;
  const organ = truth && picture.through && largestSlices(truth, ORGANS[picture.through]);
  const at = organ ?? middle(ct.dims);
  return await Promise.all(PLANES.map(async ({ plane, normal, across, down, flip, letters }) => {
    const [width, height] = [ct.dims[across], ct.dims[down]];
    const spacing = [ct.spacing[across], ct.spacing[down]] as const;
    const cut = (volume: Volume) =>
      cutSlice(volume, { normal, across, down, flip, index: at[normal] });
    const png = await encodePng({ width, height, data: Uint8Array.from(cut(ct), toGray) });
    const outlines = labels.flatMap(({ source, volume }) => {
      const values = cut(volume);
      return picture.organs.map((organ): SliceOutline => {
        const mask = Uint8Array.from(values, (value) => value === ORGANS[organ] ? 1 : 0);
        const pixels = mask.reduce((sum, value) => sum + value, 0);
        return {
          organ,
          source,
          path: toPath(traceContours(mask, width, height)),
          area_cm2: pixels * spacing[0] * spacing[1] / 100,
        };
      });
    });
    return {
      plane,
      number: at[normal] + 1,
      of: ct.dims[normal],
      width,
      height,
      width_mm: width * spacing[0],
      height_mm: height * spacing[1],
      image: `data:image/png;base64,${png.toBase64()}`,
      outlines,
      letters,
    };
  }));
}

function middle(dims: Vec3): Vec3 {
  return [dims[0] >> 1, dims[1] >> 1, dims[2] >> 1];
}

interface Plane {
  readonly normal: 0 | 1 | 2;
  readonly across: 0 | 1 | 2;
  readonly down: 0 | 1 | 2;
  readonly flip: boolean;
  /** Of the slice along `normal`. */
  readonly index: number;
}

function cutSlice({ data, dims }: Volume, { normal, across, down, flip, index }: Plane): number[] {
  const strides = [1, dims[0], dims[0] * dims[1]] as const;
  const first = index * strides[normal];
  const values: number[] = [];
  for (let row = 0; row < dims[down]; row++) {
    const start = first + (flip ? dims[down] - 1 - row : row) * strides[down];
    for (let column = 0; column < dims[across]; column++) {
      values.push(data[start + column * strides[across]]!);
    }
  }
  return values;
}

/** The grey of a value in {@linkcode WINDOW_HU}, 0 to 255. */
export function toGray(hu: number): number {
  const share = (hu - WINDOW_HU.low) / (WINDOW_HU.high - WINDOW_HU.low);
  // What is no number is shown as black.
  return Math.round(255 * Math.min(Math.max(share || 0, 0), 1));
}

/** Outlines have edges along the axes only, so one number per corner is enough. */
function toPath(contours: readonly (readonly [number, number])[][]): string {
  return contours.map((corners) =>
    corners.map(([x, y], i) => {
      const before = corners[i - 1];
      if (!before) return `M${x} ${y}`;
      return x === before[0] ? `V${y}` : `H${x}`;
    }).join("") + "Z"
  ).join("");
}
