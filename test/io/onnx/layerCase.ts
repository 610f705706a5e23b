/** Cases of layers for exports. */
import type { Model } from './compare';

/** A layer, and inputs for it. */
export interface LayerCase {
  readonly name: string;
  readonly make: () => Model;
  /** Shapes of the inputs after the batch. */
  readonly shapes: readonly (readonly number[])[];
  /** The inputs are integers below this. */
  readonly below?: number;
}

/** A layer with the name that it prints. */
export const printed = (make: () => Model, shape: readonly number[] = [3, 5]): LayerCase => {
  const name = String(make()).replace('\n', '');
  return { name, make, shapes: [shape] };
};
