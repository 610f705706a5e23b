/** What is wrong with a checkpoint. */

/** A checkpoint that is not as it was saved. */
export class CheckpointError extends Error {
  /** Always CheckpointError. */
  override readonly name = 'CheckpointError';

  constructor(
    message: string,
    /** The directory of the damaged checkpoint. */
    readonly path: string,
    /** The newest good checkpoint beside it, or null. */
    readonly fallback: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
