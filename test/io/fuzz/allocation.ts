/**
 * Counts the memory that readers request. Import it before the library, which keeps the constructors that exist when
 * it is loaded. Requests count even if they fail (2^60 bytes) or cost nothing until they are written to (2^31 bytes).
 */
const arrayKinds = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
] as const;
const bufferKinds = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;

let requested = 0;

/** Bytes asked for by `new Kind(first)`: nothing for a view of memory that is there. */
function bytesOf(Kind: { BYTES_PER_ELEMENT?: number }, first: unknown): number {
  const size = Kind.BYTES_PER_ELEMENT ?? 1;
  if (typeof first === 'number') return first * size;
  if (typeof first !== 'object' || first === null || !('length' in first)) return 0;
  return Number(first.length) * size;
}

type Constructor = new (...args: unknown[]) => object;
const globals = globalThis as unknown as Record<string, Constructor>;
const originals = new Map<string, Constructor>(arrayKinds.map((kind) => [kind, globals[kind]]));
for (const [kind, original] of originals) {
  globals[kind] = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      requested += bytesOf(target as { BYTES_PER_ELEMENT?: number }, args[0]);
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}

const buffers = Buffer as unknown as Record<string, (size: number, ...rest: unknown[]) => Buffer>;
const originalBuffers = bufferKinds.map((kind) => [kind, buffers[kind]] as const);
for (const [kind, original] of originalBuffers) {
  buffers[kind] = (size, ...rest) => {
    requested += size;
    return original(size, ...rest);
  };
}

/** Puts back what other test files of this process share. */
export function stopCounting(): void {
  for (const [kind, original] of originals) globals[kind] = original;
  for (const [kind, original] of originalBuffers) buffers[kind] = original;
}

/** Runs `use`, and gives the bytes that were asked for meanwhile, in JavaScript or behind it. */
export async function bytesRequested(use: () => Promise<void>): Promise<number> {
  requested = 0;
  // What Node and native code allocate passes no constructor; it shows here unless it was collected meanwhile.
  const before = process.memoryUsage().arrayBuffers;
  await use();
  return Math.max(requested, process.memoryUsage().arrayBuffers - before);
}
