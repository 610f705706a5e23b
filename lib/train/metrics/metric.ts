/** What a metric is, and running sums in tensors, which compiled steps go on adding to. */
import { noGrad } from '../../core/gradMode';
import { refuseInCapture } from '../../core/capture';
import { shapeText, unexpected, wrongType } from '../../core/errors';
import { numelOf, sameShape, type Shape } from '../../core/shape';
import { allocateShared, Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';

/** A number, or numbers in rows. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[];

/** A figure over many batches: what `train` takes, and what can be used alone. */
export interface Metric {
  /** Whether more is better; a metric that does not say so cannot be monitored without a `mode`. */
  readonly higherIsBetter?: boolean | undefined;
  /**
   * `false` if `update` does nothing but change tensors of its own by ops: `train` makes it a part of its compiled step.
   * Else it is called after each step, and may read values and count as it likes.
   */
  readonly eager?: boolean;
  /** Takes the outputs of a batch and what they should have been. */
  update(output: Tensor, target: Tensor): void;
  /** The figure over all batches since the last `reset`. */
  compute(): MetricValue;
  /** Begins anew. */
  reset(): void;
  /** What the batches so far left: without it (and the next), a training continued amid an epoch counts its rest. */
  stateDict?(): Record<string, Tensor>;
  /** Takes that back. */
  loadStateDict?(dict: Readonly<Record<string, Tensor>>): void;
}

/** Sums as float64 tensors, which count exactly up to 2^53, in memory that compiled steps point at. */
export abstract class SumMetric<Name extends string> implements Metric {
  /** Whether more is better. */
  abstract readonly higherIsBetter: boolean | undefined;
  private readonly sums: ReadonlyMap<string, Tensor>;

  protected constructor(
    protected readonly op: string,
    shapes: Readonly<Record<Name, Shape>>,
  ) {
    this.sums = new Map(
      Object.entries<Shape>(shapes).map(([name, shape]) => {
        const array = allocateShared('float64', numelOf(shape));
        return [name, new Tensor(new Storage('float64', array), shape)];
      }),
    );
  }

  update(output: Tensor, target: Tensor): void {
    requireTensor(`${this.op}.update`, 'output', output);
    requireTensor(`${this.op}.update`, 'target', target);
    noGrad(() => {
      this.add(output.detach(), target.detach());
    });
  }

  /** Adds a batch to the sums, by ops alone. */
  protected abstract add(output: Tensor, target: Tensor): void;

  /** The figure over all batches since the last `reset`. */
  abstract compute(): MetricValue;

  reset(): void {
    noGrad(() => {
      for (const sum of this.sums.values()) sum.zero_();
    });
  }

  stateDict(): Record<string, Tensor> {
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum.detach()]));
  }

  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    const sums: unknown = dict;
    if (typeof sums !== 'object' || sums === null) {
      throw wrongType('loadStateDict', 'an object of tensors', 'dict', dict);
    }
    refuseInCapture('loadStateDict', 'sums that ops change');
    const copies = [...this.sums].map(([name, own]): [Tensor, Tensor] => {
      const source = requireTensor('loadStateDict', name, dict[name]);
      if (sameShape(source.shape, own.shape)) return [own, source];
      throw unexpected('loadStateDict', shapeText(own.shape), name, shapeText(source.shape));
    });
    noGrad(() => {
      for (const [own, source] of copies) own.copy_(source);
    });
  }

  /** A sum, to be changed in place. */
  protected sum(name: Name): Tensor {
    return this.sums.get(name) as Tensor;
  }

  /** The numbers of a sum; of a copy, since memory that was handed out would hold up compiled steps. */
  protected numbers(name: Name): Float64Array {
    return this.sum(name).clone().data as Float64Array;
  }

  protected number(name: Name): number {
    return this.numbers(name)[0];
  }
}

/** 0 where there is nothing to divide by, as scikit-learn has it. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
