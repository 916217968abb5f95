import { type Vec3, type VoxelArray, voxelCount } from "../src/volume/mod.ts";

/** Refuses arrays that do not fit their dims. */
export function checkVoxels(action: string, data: VoxelArray, dims: Vec3): void {
  checkDims(action, dims, "dims");
  if (data.length !== voxelCount(dims)) {
    throw new TypeError(
      `Cannot ${action}: dims ${dims.join(" x ")} need ${
        voxelCount(dims)
      } values, found ${data.length}`,
    );
  }
}

/** Refuses dims that are not three positive integers. */
export function checkDims(action: string, dims: Vec3, name: string): void {
  if (dims.length !== 3 || !dims.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new RangeError(
      `Cannot ${action}: ${name} must be three positive integers, found ${dims.join(" x ")}`,
    );
  }
}

/** Refuses a matrix that is not twelve finite numbers. */
export function checkMatrix(action: string, matrix: readonly number[]): void {
  if (matrix.length !== 12 || !matrix.every(Number.isFinite)) {
    throw new TypeError(
      `Cannot ${action}: the matrix must be 12 finite numbers (3 x 4, row-major), found [${
        matrix.join(", ")
      }]`,
    );
  }
}

/** Refuses an `outside` that an integer array would change. */
export function checkOutside(action: string, data: VoxelArray, outside: number): void {
  const stored = new (data.constructor as new (values: number[]) => VoxelArray)([outside])[0]!;
  if (stored !== outside) {
    throw new RangeError(
      `Cannot ${action}: outside ${outside} does not fit the labels' ${data.constructor.name}`,
    );
  }
}
