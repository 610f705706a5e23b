/** .npy files for tests, with any header. */
export function npyFile(
  header: string,
  data: Uint8Array = new Uint8Array(0),
  { major = 1, length = header.length }: { major?: number; length?: number } = {},
): Buffer {
  const start = Buffer.alloc(major === 1 ? 10 : 12);
  start.write('\x93NUMPY', 'latin1');
  start[6] = major;
  if (major === 1) start.writeUInt16LE(length, 8);
  else start.writeUInt32LE(length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), data]);
}

/** A header as NumPy writes it, entries apart. */
export function npyDict({
  descr = "'<f4'",
  order = 'False',
  shape = '(2, 3)',
}: {
  descr?: string;
  order?: string;
  shape?: string;
} = {}): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
}
