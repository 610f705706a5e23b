/** Listening to AbortSignals. */
import { setMaxListeners } from 'node:events';
import { wrongType } from './errors';

/** An AbortSignal, also one of another V8 context, or undefined; otherwise throws. */
export function requireSignal(op: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const isObject = typeof signal === 'object' && signal !== null;
  if (isObject && 'aborted' in signal && 'addEventListener' in signal) return signal as AbortSignal;
  throw wrongType(op, 'an AbortSignal', 'signal', signal);
}

/** Calls `listener` when the signal aborts; returns a function that ends this. */
export function onAbort(signal: AbortSignal | null | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  // One signal may stop any number of runs. Node versions that count listeners of signals warn of a leak at eleven.
  try {
    setMaxListeners(0, signal);
  } catch {
    // Not Node's: it counts no listeners.
  }
  signal.addEventListener('abort', listener);
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
