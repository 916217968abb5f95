// NIfTI bytes written field by field from nifti1.h and nifti2.h, knowing nothing of src/volume.

export type TypeName =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/** Datatype code, bits, and how to put one value. */
export const TYPES: Record<TypeName, {
  code: number;
  bits: number;
  put: (view: DataView, at: number, value: number | bigint, little: boolean) => void;
}> = {
  uint8: { code: 2, bits: 8, put: (v, at, x) => v.setUint8(at, Number(x)) },
  int8: { code: 256, bits: 8, put: (v, at, x) => v.setInt8(at, Number(x)) },
  int16: { code: 4, bits: 16, put: (v, at, x, le) => v.setInt16(at, Number(x), le) },
  uint16: { code: 512, bits: 16, put: (v, at, x, le) => v.setUint16(at, Number(x), le) },
  int32: { code: 8, bits: 32, put: (v, at, x, le) => v.setInt32(at, Number(x), le) },
  uint32: { code: 768, bits: 32, put: (v, at, x, le) => v.setUint32(at, Number(x), le) },
  int64: { code: 1024, bits: 64, put: (v, at, x, le) => v.setBigInt64(at, BigInt(x), le) },
  uint64: { code: 1280, bits: 64, put: (v, at, x, le) => v.setBigUint64(at, BigInt(x), le) },
  float32: { code: 16, bits: 32, put: (v, at, x, le) => v.setFloat32(at, Number(x), le) },
  float64: { code: 64, bits: 64, put: (v, at, x, le) => v.setFloat64(at, Number(x), le) },
};

export interface HandMade {
  version?: 1 | 2;
  little?: boolean;
  type?: TypeName;
  dim?: number[];
  voxels?: (number | bigint)[];
  pixdim?: number[];
  slope?: number;
  inter?: number;
  units?: number;
  qform?: number;
  sform?: number;
  quatern?: number[];
  qoffset?: number[];
  srow?: number[];
  voxOffset?: number;
  magic?: string;
  datatype?: number;
  bitpix?: number;
  sizeofHdr?: number;
  /** Byte of the first extension flag. */
  extension?: number;
}

export const IDENTITY_SROW = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** A file; by default 2 x 2 x 2 int16 voxels 0 to 7, 1 mm, identity sform, NIfTI-1, little-endian. */
export function handMade(fields: HandMade = {}): Uint8Array<ArrayBuffer> {
  const {
    version = 1,
    little = true,
    type = "int16",
    dim = [3, 2, 2, 2, 1, 1, 1, 1],
    voxels = Array.from({ length: dim[1]! * dim[2]! * dim[3]! }, (_, i) => i),
    pixdim = [1, 1, 1, 1, 0, 0, 0, 0],
    slope = 0,
    inter = 0,
    units = 2,
    qform = 0,
    sform = 1,
    quatern = [0, 0, 0],
    qoffset = [0, 0, 0],
    srow = IDENTITY_SROW,
    voxOffset = version === 1 ? 352 : 544,
    magic = version === 1 ? "n+1\0" : "n+2\0\r\n\x1a\n",
    datatype = TYPES[type].code,
    bitpix = TYPES[type].bits,
    sizeofHdr = version === 1 ? 348 : 540,
    extension = 0,
  } = fields;
  const start = Math.max(voxOffset, version === 1 ? 352 : 544);
  const size = TYPES[type].bits / 8;
  const bytes = new Uint8Array(start + voxels.length * size);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, sizeofHdr, little);
  if (version === 1) {
    dim.forEach((n, i) => view.setInt16(40 + 2 * i, n, little));
    view.setInt16(70, datatype, little);
    view.setInt16(72, bitpix, little);
    pixdim.forEach((n, i) => view.setFloat32(76 + 4 * i, n, little));
    view.setFloat32(108, voxOffset, little);
    view.setFloat32(112, slope, little);
    view.setFloat32(116, inter, little);
    view.setUint8(123, units);
    view.setInt16(252, qform, little);
    view.setInt16(254, sform, little);
    quatern.forEach((n, i) => view.setFloat32(256 + 4 * i, n, little));
    qoffset.forEach((n, i) => view.setFloat32(268 + 4 * i, n, little));
    srow.forEach((n, i) => view.setFloat32(280 + 4 * i, n, little));
    [...magic].forEach((c, i) => view.setUint8(344 + i, c.charCodeAt(0)));
    view.setUint8(348, extension);
  } else {
    [...magic].forEach((c, i) => view.setUint8(4 + i, c.charCodeAt(0)));
    view.setInt16(12, datatype, little);
    view.setInt16(14, bitpix, little);
    dim.forEach((n, i) => view.setBigInt64(16 + 8 * i, BigInt(n), little));
    pixdim.forEach((n, i) => view.setFloat64(104 + 8 * i, n, little));
    view.setBigInt64(168, BigInt(voxOffset), little);
    view.setFloat64(176, slope, little);
    view.setFloat64(184, inter, little);
    view.setInt32(344, qform, little);
    view.setInt32(348, sform, little);
    quatern.forEach((n, i) => view.setFloat64(352 + 8 * i, n, little));
    qoffset.forEach((n, i) => view.setFloat64(376 + 8 * i, n, little));
    srow.forEach((n, i) => view.setFloat64(400 + 8 * i, n, little));
    view.setInt32(500, units, little);
    view.setUint8(540, extension);
  }
  voxels.forEach((value, i) => TYPES[type].put(view, start + i * size, value, little));
  return bytes;
}

/** Gzip by the platform's own encoder. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
