/** Requests to stop: an AbortSignal, or Ctrl-C. */

/** Listens from construction until `remove`. */
export class Interrupt {
  /** What requested the stop, or null. */
  reason: 'signal' | 'interrupt' | null = null;
  /** Called when a stop is requested. */
  private wake: (() => void) | null = null;

  constructor(
    private readonly signal: AbortSignal | null,
    handleSignals: boolean,
  ) {
    if (signal?.aborted) this.reason = 'signal';
    signal?.addEventListener('abort', this.onAbort);
    if (handleSignals) process.on('SIGINT', this.onSigint);
  }

  remove(): void {
    this.signal?.removeEventListener('abort', this.onAbort);
    process.removeListener('SIGINT', this.onSigint);
  }

  /** The result of `begin`, or null if a stop is requested before it is there. */
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

  private readonly onAbort = (): void => {
    this.request('signal');
  };

  /** The first Ctrl-C requests a stop after the step; the second one has its default effect. */
  private readonly onSigint = (): void => {
    if (this.reason === 'interrupt') {
      process.removeListener('SIGINT', this.onSigint);
      process.kill(process.pid, 'SIGINT');
    }
    this.request('interrupt');
  };

  private request(reason: 'signal' | 'interrupt'): void {
    if (this.reason !== 'interrupt') this.reason = reason;
    this.wake?.();
  }
}
