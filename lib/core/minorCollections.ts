/**
 * Minor garbage collections after every few megabytes of temporaries. V8 starts one after 32 MB of buffers, so results
 * of eager operations would always be written to memory that is not in the caches. On Zen 4 with AVX-512, `x.add(y)` of
 * 65,536 float32 took 30 us, and 15 to 24 us with these collections (PyTorch 2.15: 10 us).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { requireArity, wrongType } from './errors';

/**
 * Bytes of temporaries between two collections; one takes 40 to 60 us on an idle machine. Less frequent ones after
 * results that are kept, or after slow collections, were worse: V8 then collected all of its memory more often.
 */
const usualBytes = 4 << 20;

type Collect = (options: { readonly type: 'minor' }) => void;

const enabled = process.env['BLASGRAD_MINOR_COLLECTIONS'] !== '0';
let collect: Collect | null | undefined;
let interval = enabled ? usualBytes : Infinity;
let allocated = 0;

/** V8's function, which only a new context has, after a flag is set; null if this runtime has none. */
function collector(): Collect | null {
  const { gc } = globalThis;
  if (typeof gc === 'function') {
    return (options) => {
      gc(options);
    };
  }
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

function collectMinor(): void {
  allocated = 0;
  if (collect === undefined) collect = collector();
  if (collect === null) interval = Infinity;
  else collect({ type: 'minor' });
}

/**
 * Turns the minor garbage collections of eager operations on or off. They are on by default, or off if
 * BLASGRAD_MINOR_COLLECTIONS is 0. After every 4 MB of temporary results, the library asks V8 for one, so that new
 * results reuse memory that is still in the CPU's caches.
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
