/** IDX files for tests. */
export const idxTypes = {
  uint8: {
    code: 0x08,
    bytes: 1,
    write: (v: DataView, offset: number, x: number) => v.setUint8(offset, x),
  },
  int8: {
    code: 0x09,
    bytes: 1,
    write: (v: DataView, offset: number, x: number) => v.setInt8(offset, x),
  },
  int16: {
    code: 0x0b,
    bytes: 2,
    write: (v: DataView, offset: number, x: number) => v.setInt16(offset, x),
  },
  int32: {
    code: 0x0c,
    bytes: 4,
    write: (v: DataView, offset: number, x: number) => v.setInt32(offset, x),
  },
  float32: {
    code: 0x0d,
    bytes: 4,
    write: (v: DataView, offset: number, x: number) => v.setFloat32(offset, x),
  },
  float64: {
    code: 0x0e,
    bytes: 8,
    write: (v: DataView, offset: number, x: number) => v.setFloat64(offset, x),
  },
} as const;

/** The bytes of an IDX file: `shape` and `values` need not agree. */
export function idxFile(
  type: keyof typeof idxTypes,
  shape: readonly number[],
  values: readonly number[],
): Buffer {
  const { code, bytes, write } = idxTypes[type];
  const header = 4 + 4 * shape.length;
  const file = Buffer.alloc(header + bytes * values.length);
  file[2] = code;
  file[3] = shape.length;
  shape.forEach((size, i) => file.writeUInt32BE(size, 4 + 4 * i));
  const view = new DataView(file.buffer, file.byteOffset + header);
  values.forEach((value, i) => write(view, i * bytes, value));
  return file;
}
