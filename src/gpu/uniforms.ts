/**
 * Packs numbers for a WGSL uniform block, 4 bytes each, in order. Vectors and matrices of WGSL start at multiples of 16 bytes:
 * give them whole rows of four.
 *
 * @param parts Arrays of floats, of signed or of unsigned integers, laid one after the other.
 * @returns The bytes, padded with zeros to a multiple of 16.
 *
 * @example
 * ```ts
 * uniforms({ f32: [1, 0, 0, 0.5] }, { u32: [160, 160, 130, 0] });
 * ```
 */
export function uniforms(
  ...parts: readonly (
    | { readonly f32: ArrayLike<number> }
    | { readonly u32: ArrayLike<number> }
    | { readonly i32: ArrayLike<number> }
  )[]
): Uint8Array<ArrayBuffer> {
  const arrays = parts.map((part) =>
    "f32" in part
      ? Float32Array.from(part.f32)
      : "u32" in part
      ? Uint32Array.from(part.u32)
      : Int32Array.from(part.i32)
  );
  const length = arrays.reduce((sum, array) => sum + array.byteLength, 0);
  const bytes = new Uint8Array(Math.ceil(length / 16) * 16);
  let offset = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer), offset);
    offset += array.byteLength;
  }
  return bytes;
}
