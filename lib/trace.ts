/** What a trace of a forward hears from the layers below it: each operation with its tensors. */
import type { Tensor } from './tensor';

/** A trace in progress: `io.exportOnnx` makes a graph of what it hears. */
export interface Tracer {
  /** `name` made `outputs` of `inputs`; `kept` are what its gradient needs, among them masks and indices. */
  op(
    name: string,
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    attrs: unknown,
    kept?: readonly Tensor[],
  ): void;
  /** `name` changed `x`, the first of `inputs`, in place; called before the change is counted. */
  change(name: string, x: Tensor, inputs: readonly Tensor[], attrs: unknown): void;
  /** JavaScript is about to read values; throws where they depend on the inputs. */
  read(op: string, x: Tensor): void;
}

/** The trace that is open, if any. */
export let tracer: Tracer | null = null;

/** Opens a trace, or closes the one that is open. */
export function setTracer(next: Tracer | null): void {
  tracer = next;
}
