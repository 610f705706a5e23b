/** Errors about checkpoints. */

/** A checkpoint that is damaged. */
export class CheckpointError extends Error {
  /** Always CheckpointError. */
  override readonly name = 'CheckpointError';

  constructor(
    message: string,
    /** The directory of the damaged checkpoint. */
    readonly path: string,
    /** The newest intact checkpoint in the same directory, or null. */
    readonly fallback: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
