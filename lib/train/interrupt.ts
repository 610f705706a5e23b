/** Requests to stop: an AbortSignal, or Ctrl-C. */

/** Listens from its making until `remove`. */
export class Interrupt {
  /** What asked for a stop, or null. */
  reason: 'signal' | 'interrupt' | null = null;

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

  private readonly onAbort = (): void => {
    this.reason ??= 'signal';
  };

  /** The first one asks for a stop after the step; the second one is as if nobody listened. */
  private readonly onSigint = (): void => {
    if (this.reason === 'interrupt') {
      process.removeListener('SIGINT', this.onSigint);
      process.kill(process.pid, 'SIGINT');
    }
    this.reason = 'interrupt';
  };
}
