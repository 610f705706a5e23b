/** The error for memory that a run uses. */
export function runningError(op: string): Error {
  return new Error(
    `${op}: expected tensors that are not in use, got one that a running compiled function uses; await the run first`,
  );
}
