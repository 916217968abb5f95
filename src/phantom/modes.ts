import { MODES, type Scene } from "./scene.ts";

/**
 * The factors of a scene's modes along each axis: cos(wave p + phase).
 *
 * @param scene Waves and phases.
 * @param places Positions along x, y and z, mm.
 * @returns Per axis {@linkcode MODES} numbers a position.
 */
export function modeTables(
  { waves }: Scene,
  places: readonly Float64Array[],
): Float64Array<ArrayBuffer>[] {
  return places.map((at, axis) => {
    const table = new Float64Array(at.length * MODES);
    at.forEach((p, i) => {
      for (let m = 0; m < MODES; m++) {
        table[MODES * i + m] = Math.cos(waves[6 * m + axis]! * p + waves[6 * m + 3 + axis]!);
      }
    });
    return table;
  });
}
