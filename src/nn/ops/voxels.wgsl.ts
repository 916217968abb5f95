/** Channels whose values of four voxels an invocation keeps in registers; beyond, compilers take seconds. */
const MOST_CHANNELS = 16;

/**
 * Voxels that an invocation takes at a time: four where their channels are whole `vec4f`, and few enough to stay in registers.
 *
 * @param voxels How many there are in a row.
 * @param channels Of a voxel.
 * @returns 4 or 1.
 */
export function voxelsAtOnce(voxels: number, channels: number): 1 | 4 {
  return voxels % 4 === 0 && channels <= MOST_CHANNELS ? 4 : 1;
}

/**
 * WGSL that loads all channels of four voxels, `vec4f` by `vec4f`.
 *
 * @param array The binding, `array<vec4f>`.
 * @param channels Of a voxel.
 * @returns The WGSL, with `first` the first voxel's `vec4f`; and the name of a voxel's value in it.
 */
export function loadFour(
  array: string,
  channels: number,
): { readonly load: string; readonly value: (voxel: number, channel: number) => string } {
  const lines = range(channels).map((k) => `let ${array}${k} = ${array}[first + ${k}u];`);
  return {
    load: lines.join("\n    "),
    value: (voxel, channel) => {
      const at = voxel * channels + channel;
      return `${array}${at >> 2}.${"xyzw"[at % 4]}`;
    },
  };
}

/**
 * WGSL that stores all channels of four voxels.
 *
 * @param array The binding, `array<vec4f>`.
 * @param channels Of a voxel.
 * @param value WGSL of a voxel's new value.
 * @returns The WGSL.
 */
export function storeFour(
  array: string,
  channels: number,
  value: (voxel: number, channel: number) => string,
): string {
  return range(channels).map((k) => {
    const four = range(4).map((j) =>
      value(Math.floor((4 * k + j) / channels), (4 * k + j) % channels)
    );
    return `${array}[first + ${k}u] = vec4f(${four.join(", ")});`;
  }).join("\n    ");
}

/** 0 to n - 1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
