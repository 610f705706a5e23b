/** The error for memory that a run uses. */
export function runningError(op: string): Error {
  return new Error(`${op}: a running compiled function uses these tensors; await the run first`);
}
