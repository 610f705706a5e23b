/** Losses that are NaN or infinite. */

/** What `train` does at a loss that is NaN or infinite. */
export type OnNonFinite = 'warn' | 'stop' | 'ignore';

/** Where a loss was computed. */
interface Place {
  readonly phase: 'training' | 'validation';
  readonly epoch: number;
  readonly batch: number;
}

/** Looks at every loss, and warns once. */
export class LossCheck {
  private warned = false;

  constructor(private readonly action: OnNonFinite) {}

  /** Whether the run is to stop because of this loss. */
  stopsAt(loss: number, { phase, epoch, batch }: Place): boolean {
    if (Number.isFinite(loss) || this.action === 'ignore') return false;
    if (!this.warned) {
      this.warned = true;
      const where = `epoch ${epoch}, batch ${batch}`;
      const next =
        this.action === 'stop'
          ? 'The run stops'
          : "The run continues; onNonFinite: 'stop' stops it, 'ignore' hides this warning";
      process.emitWarning(
        `train: the loss of ${phase} is ${loss} in ${where}. ${next}. To find the op that causes it, call train ` +
          'with the same options and detectAnomaly: true',
      );
    }
    return this.action === 'stop';
  }
}
