import { createVolume, decodeNifti, encodeNifti, type Vec3 } from "../src/volume/mod.ts";
import { checkVoxels } from "./_check.ts";
import { cropMask, type Element, type Outside, padMask } from "./morphology.ts";

/** A mask and the ball that niimath moves over it. */
export interface BallOperation {
  /** One byte a voxel, x fastest; every value but 0 is inside. */
  readonly data: Uint8Array;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** mm between voxels along x, y, z. */
  readonly spacing: Vec3;
  /** Radius of the ball, mm. */
  readonly radius: number;
}

/** The parts of niimath's Emscripten module that are used here. */
interface NiimathModule {
  FS_createDataFile(
    folder: string,
    name: string,
    data: Uint8Array,
    read: boolean,
    write: boolean,
  ): void;
  FS_readFile(name: string): Uint8Array<ArrayBuffer>;
  callMain(args: string[]): number;
}

type NiimathFactory = (options: {
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<NiimathModule>;

/**
 * Dilation by niimath's WASM build (`-kernel sphere R -dilF`). Equals `dilateReference` with {@linkcode niimathSphere} and
 * `outside: "background"`: niimath looks at no voxel beyond the grid.
 *
 * Like all functions here it needs `--allow-read` of `node_modules` and no other permission.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims, spacing or radius are not positive, or niimath would see one voxel along x or y.
 * @throws {Error} If niimath fails; the message holds its own.
 */
export async function niimathDilate(operation: BallOperation): Promise<Uint8Array> {
  return await niimath("dilate the mask with niimath", operation, ["-dilF"]);
}

/**
 * Erosion by niimath (`-kernel sphere R -ero`). Equals `erodeReference` with {@linkcode niimathSphere} and
 * `outside: "foreground"`: niimath looks at no voxel beyond the grid, so that the faces do not erode.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims, spacing or radius are not positive, or niimath would see one voxel along x or y.
 * @throws {Error} If niimath fails; the message holds its own.
 */
export async function niimathErode(operation: BallOperation): Promise<Uint8Array> {
  return await niimath("erode the mask with niimath", operation, ["-ero"]);
}

/**
 * Closing by niimath (`-dilF -ero`) on a grid widened by the ball's reach, where its two border rules cannot be felt. Equals
 * `closeReference` with {@linkcode niimathSphere} and `outside: "background"`.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims, spacing or radius are not positive, or niimath would see one voxel along x or y.
 * @throws {Error} If niimath fails; the message holds its own.
 */
export async function niimathClose(operation: BallOperation): Promise<Uint8Array> {
  return await widened("close the mask with niimath", operation, ["-dilF", "-ero"], "background");
}

/**
 * Opening by niimath (`-ero -dilF`) on a grid widened by the ball's reach. Equals `openReference` with
 * {@linkcode niimathSphere} and `outside: "background"`.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims, spacing or radius are not positive, or niimath would see one voxel along x or y.
 * @throws {Error} If niimath fails; the message holds its own.
 */
export async function niimathOpen(operation: BallOperation): Promise<Uint8Array> {
  return await widened("open the mask with niimath", operation, ["-ero", "-dilF"], "background");
}

/**
 * Holes filled by niimath (`-fillh`, `-fillh26`). Equals `fillHolesReference` with connectivity 6 or 26 in the volume.
 *
 * @param options Mask, and how its background touches.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive, or niimath would see one voxel along x or y.
 * @throws {Error} If niimath fails; the message holds its own.
 */
export async function niimathFillHoles(
  { data, dims, connectivity }: {
    readonly data: Uint8Array;
    readonly dims: Vec3;
    readonly connectivity: 6 | 26;
  },
): Promise<Uint8Array> {
  const fill = connectivity === 6 ? "-fillh" : "-fillh26";
  // The ball is not used: every call names one.
  const ball = { spacing: [1, 1, 1] as const, radius: 1 };
  return await niimath("fill holes with niimath", { data, dims, ...ball }, [fill]);
}

/**
 * The ball that niimath's `-kernel sphere R` makes: the voxels whose centre lies at most R mm from the middle one's. niimath computes
 * distances in f32; where one equals R but for rounding, this says what niimath does.
 *
 * @param options Radius and spacing, mm.
 * @returns The element, with an odd number of voxels along each axis.
 * @throws {RangeError} If a length is not positive.
 */
export function niimathSphere(
  { radius, spacing }: { readonly radius: number; readonly spacing: Vec3 },
): Element {
  checkLengths("make niimath's ball", radius, spacing);
  const [sx, sy, sz] = spacing.map(Math.fround) as unknown as Vec3;
  const [rx, ry, rz] = reach(radius, spacing);
  const dims: Vec3 = [2 * rx + 1, 2 * ry + 1, 2 * rz + 1];
  const data = new Uint8Array(dims[0] * dims[1] * dims[2]);
  const square = (x: number) => Math.fround(Math.fround(x) ** 2);
  for (let z = -rz, i = 0; z <= rz; z++) {
    for (let y = -ry; y <= ry; y++) {
      for (let x = -rx; x <= rx; x++, i++) {
        const plane = Math.fround(square(x * sx) + square(y * sy));
        const distance = Math.fround(Math.sqrt(Math.fround(plane + square(z * sz))));
        data[i] = distance <= radius ? 1 : 0;
      }
    }
  }
  return { dims, origin: [rx, ry, rz], data };
}

async function widened(
  action: string,
  operation: BallOperation,
  args: readonly string[],
  outside: Outside,
): Promise<Uint8Array> {
  const { data, dims, spacing, radius } = operation;
  checkLengths(action, radius, spacing);
  checkVoxels(action, data, dims);
  const margin = reach(radius, spacing);
  const padded = padMask(data, dims, margin, outside);
  return cropMask(await niimath(action, { ...operation, ...padded }, args), dims, margin);
}

async function niimath(
  action: string,
  { data, dims, spacing, radius }: BallOperation,
  args: readonly string[],
): Promise<Uint8Array> {
  checkLengths(action, radius, spacing);
  checkVoxels(action, data, dims);
  if (dims[0] < 2 || dims[1] < 2) {
    throw new RangeError(
      `Cannot ${action}: it takes at least 2 voxels along x and y, found ${dims.join(" x ")}`,
    );
  }
  const mask = createVolume(data.map((value) => value === 0 ? 0 : 1), { dims, spacing });
  const complaints: string[] = [];
  const module = await (await factory())({
    print: (line) => complaints.push(line),
    printErr: (line) => complaints.push(line),
  });
  module.FS_createDataFile(".", "in.nii", await encodeNifti(mask), true, true);
  // Without "-gz 0" niimath names its output .nii.gz.
  const kernel = ["-gz", "0", "-kernel", "sphere", String(radius)];
  const code = module.callMain(["in.nii", ...kernel, ...args, "out.nii", "-odt", "char"]);
  if (code !== 0) {
    throw new Error(`Cannot ${action}: it ended with code ${code}: ${complaints.join("; ")}`);
  }
  const result = await decodeNifti(module.FS_readFile("out.nii"));
  return new Uint8Array(result.data);
}

/** The package exports only its Web Worker front end; the command-line program itself lies beside that. */
async function factory(): Promise<NiimathFactory> {
  const url = new URL("./niimath.js", import.meta.resolve("@niivue/niimath"));
  const { default: factory } = await import(url.href) as { default: NiimathFactory };
  return factory;
}

/** Voxels from the ball's middle to its end along x, y, z. */
function reach(radius: number, spacing: Vec3): Vec3 {
  const [rx, ry, rz] = spacing.map((s) => Math.floor(radius / Math.fround(s)));
  return [rx!, ry!, rz!];
}

function checkLengths(action: string, radius: number, spacing: Vec3): void {
  for (const length of [radius, ...spacing]) {
    if (!(length > 0 && length < Infinity)) {
      throw new RangeError(`Cannot ${action}: ${length} mm is not a positive length`);
    }
  }
}
