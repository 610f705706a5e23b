/** Listening to AbortSignals. */
import { setMaxListeners } from 'node:events';
import { wrongType } from './errors';

/** Returns an AbortSignal, which may be of another V8 context, or undefined; throws for other values. */
export function requireSignal(op: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const isObject = typeof signal === 'object' && signal !== null;
  if (isObject && 'aborted' in signal && 'addEventListener' in signal) return signal as AbortSignal;
  throw wrongType(op, 'an AbortSignal', 'signal', signal);
}

/** Calls `listener` when the signal aborts; returns a function that removes it. */
export function onAbort(signal: AbortSignal | null | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  // One signal may stop any number of runs. Node versions that count listeners of signals warn of a leak at eleven.
  try {
    setMaxListeners(0, signal);
  } catch {
    // Not a signal of Node: it does not count listeners.
  }
  signal.addEventListener('abort', listener);
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
