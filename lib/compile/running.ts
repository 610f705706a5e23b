/** The error for memory that a run uses. */
export function runningError(op: string): Error {
  return new Error(
    `${op}: expected tensors that are not in use, got one that a compiled run in flight uses; await the run first`,
  );
}
