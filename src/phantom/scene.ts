/** Floats of a term in {@linkcode Scene.terms}. */
export const TERM_FLOATS = 20;

/** Floats of an object in {@linkcode Scene.tissues}. */
export const TISSUE_FLOATS = 8;

/** Modes of the deformation field: fields of a scene always have this many. */
export const MODES = 16;

/** The most that a surface field may be: a bump of 1 moves a surface by this many mm at most. */
export const FIELD_BOUND = 2;

/** Floats of a mode in {@linkcode Scene.weights}: three of displacement, mm, four of surface fields, one unused. */
export const WEIGHT_FLOATS = 8;

/** Floats of a piece of metal in {@linkcode Scene.metals}. */
export const METAL_FLOATS = 8;

/** Pieces of metal a scene may hold. */
export const MOST_METALS = 4;

/** Terms an object may have: one bit each in a brick's list. */
export const MOST_TERMS = 8;

/**
 * A body to be scanned: objects in painting order (later ones replace earlier ones), each the intersection of terms, in
 * mm; and what the scanner does to the picture. Plain typed arrays, so that it can be hashed, stored and sent to the GPU.
 *
 * A point p of the scanner (mm, RAS+, 0 in the middle of the field of view) belongs to the body's point
 * q = pose p + sum over modes of weight (0, 1, 2) times product over axes of cos(wave p + phase). Surface field f of
 * four at p is the same sum with weight 3 + f.
 *
 * **Term**, 20 floats: rows 0 to 2 of a 3 x 4 matrix (0-11), half-lengths h of a core box (12-14), scale (15), taper a (16), barrel b
 * (17), bend c (18), radius (19). With u = matrix (q, 1), z = clamp(u.z, -(h.z + 1), h.z + 1):
 * u.x += c z^2, then u.x and u.y are multiplied by 1 + z (a + b z); s = |u - clamp(u, -h, h)| scale - radius. That is an ellipsoid for
 * h = 0, an elliptic capsule or column for h along z, a box with round edges for h along all three. With scale and radius negated it is what
 * lies outside.
 *
 * A point lies in an **object** if the largest s of its terms is at most the sum over fields of bump times surface field.
 */
export interface Scene {
  /** 20 floats a term. */
  readonly terms: Float32Array<ArrayBuffer>;
  /** First term of each object, and one more for the end. */
  readonly firstTerms: Uint32Array<ArrayBuffer>;
  /** 8 floats an object: bump of the four surface fields (mm), HU at y = 0, HU per mm along y, HU of texture (one SD), unused. */
  readonly tissues: Float32Array<ArrayBuffer>;
  /** Label of each object, with {@linkcode RIGID} added where the deformation does not move it. */
  readonly kinds: Uint32Array<ArrayBuffer>;
  /** Low and high corner of each object, mm in the body, with room for its bumps: 6 floats an object. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** 3 x 4, row-major: scanner to body. */
  readonly pose: Float32Array<ArrayBuffer>;
  /** Per mode wave x, y, z (radians a mm) and phase x, y, z (radians). */
  readonly waves: Float64Array<ArrayBuffer>;
  /** 8 floats a mode. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** 8 floats a piece: x, y, low z, high z (scanner, mm), HU of its streaks, radius at which they halve (mm), cosine and sine of twice their tilt. */
  readonly metals: Float32Array<ArrayBuffer>;
  /** Standard normals at 32 x 32 x 32 places of the body, 6 mm apart, x fastest, repeated without end: the coarse part of textures. */
  readonly tile: Float32Array<ArrayBuffer>;
  /** What the scanner adds. */
  readonly scanner: Scanner;
}

/** A scanner's blur and noise. */
export interface Scanner {
  /** Blur by a Gaussian, SD in mm; it correlates the noise too. */
  readonly blur: number;
  /** SD of the noise on the body's axis, HU. */
  readonly noise: number;
  /** Half axes of the ellipse in x and y beyond which the noise is least, mm. */
  readonly reach: readonly [number, number];
  /** Key of the noise. */
  readonly key: { readonly seed: number; readonly stream: number };
}

/** Places of {@linkcode Scene.tile} along each axis. */
export const TILE = 32;

/** mm between them. */
export const TILE_CELL = 6;

/** Added to an object's label in {@linkcode Scene.kinds} where pose and deformation leave it alone, e.g. the table. */
export const RIGID = 0x100;
