/** Errors about checkpoints. */

/**
 * The error of `loadCheckpoint` for a damaged checkpoint.
 *
 * @example if (error instanceof io.CheckpointError) console.error(error.path, error.fallback);
 */
export class CheckpointError extends Error {
  /** Always CheckpointError. */
  override readonly name = 'CheckpointError';

  /**
   * Creates the error.
   *
   * @param message the text of the error
   * @param path directory of the damaged checkpoint
   * @param fallback the newest intact checkpoint in the same directory; null if there is none
   * @param options `cause`, the error that was found
   */
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
