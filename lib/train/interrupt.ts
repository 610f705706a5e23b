/** Requests to stop: an AbortSignal, Ctrl-C, or SIGTERM. */
import { constants } from 'node:os';
import { onAbort } from '../core/abort';

/** Signals that ask a process to end. */
const names = ['SIGINT', 'SIGTERM'] as const;

/** The runs that handle signals of the process; they share one listener. */
const handling = new Set<Interrupt>();

/** The first signal requests a stop after the step; a second one has its default effect. */
function onProcessSignal(name: (typeof names)[number]): void {
  const isOnly = process.listenerCount(name) === 1; // other listeners decide how the process ends
  if (isOnly && [...handling].some(({ reason }) => reason === 'interrupted')) {
    process.removeListener(name, onProcessSignal);
    process.kill(process.pid, name);
  }
  if (isOnly) process.exitCode ??= 128 + constants.signals[name]; // the code that shells report for an end by a signal
  for (const interrupt of handling) interrupt.request('interrupted');
}

/** Listens from construction until `remove`. */
export class Interrupt {
  /** What requested the stop, or null. */
  reason: 'aborted' | 'interrupted' | null = null;
  /** Called when a stop is requested. */
  private wake: (() => void) | null = null;
  private readonly ignoreSignal: () => void;

  constructor(signal: AbortSignal | null, handleSignals: boolean) {
    if (signal?.aborted) this.reason = 'aborted';
    this.ignoreSignal = onAbort(signal, () => {
      this.request('aborted');
    });
    if (!handleSignals) return;
    if (handling.size === 0) for (const name of names) process.on(name, onProcessSignal);
    handling.add(this);
  }

  remove(): void {
    this.ignoreSignal();
    if (!handling.delete(this) || handling.size > 0) return;
    for (const name of names) process.removeListener(name, onProcessSignal);
  }

  /** Awaits the result of `begin`; null if a stop is requested before it resolves. */
  async unlessStopped<T>(begin: () => PromiseLike<T> | T): Promise<T | null> {
    if (this.reason !== null) return null;
    try {
      return await new Promise<T | null>((resolve, reject) => {
        this.wake = () => {
          resolve(null);
        };
        Promise.resolve(begin()).then(resolve, reject);
      });
    } finally {
      this.wake = null;
    }
  }

  /** Requests a stop after the step. */
  request(reason: 'aborted' | 'interrupted'): void {
    if (this.reason !== 'interrupted') this.reason = reason;
    this.wake?.();
  }
}
