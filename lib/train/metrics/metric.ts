/** The interface of metrics, and metrics that keep sums in tensors, to which compiled steps add. */
import { noGrad } from '../../core/gradMode';
import { refuseInCapture } from '../../core/capture';
import { requireArity, shapeText, unexpected, wrongType } from '../../core/errors';
import { numelOf, sameShape, type Shape } from '../../core/shape';
import { allocateShared, Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';

/** A number, a list of numbers, or a matrix. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[];

/** A value that is computed over many batches, in `train` or by your own calls of `update`. */
export interface Metric {
  /** Whether more is better. A metric that leaves this out cannot be monitored without a `mode`. */
  readonly higherIsBetter?: boolean | undefined;
  /**
   * `false` if `update` only changes tensors of the metric by ops: `train` then makes it a part of its compiled step.
   * Otherwise `update` is called after each step, and may read values.
   */
  readonly eager?: boolean;
  /**
   * Adds a batch.
   *
   * @param output outputs of the model, without gradients
   * @param target what they are compared with
   */
  update(output: Tensor, target: Tensor): void;
  /**
   * Computes the value over all batches since the last `reset`.
   *
   * @returns a number, a list of numbers, or a matrix
   */
  compute(): MetricValue;
  /** Starts again without batches. */
  reset(): void;
  /**
   * The state after the batches so far. Without it, an epoch that is resumed in the middle counts its remaining batches
   * only.
   *
   * @returns tensors by name
   */
  stateDict?(): Record<string, Tensor>;
  /**
   * Restores the state of `stateDict`.
   *
   * @param dict a result of `stateDict`
   */
  loadStateDict?(dict: Readonly<Record<string, Tensor>>): void;
}

/** Sums as float64 tensors, which are exact up to 2^53, in memory that compiled steps can use. */
export abstract class SumMetric<Name extends string> implements Metric {
  /** Whether more is better. */
  abstract readonly higherIsBetter: boolean | undefined;
  /** `update` only changes sums by ops, so `train` makes it a part of its compiled step. */
  readonly eager = false;
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
    requireArity('update', arguments.length, 2);
    requireTensor(`${this.op}.update`, 'output', output);
    requireTensor(`${this.op}.update`, 'target', target);
    noGrad(() => {
      this.add(output.detach(), target.detach());
    });
  }

  /** Adds a batch to the sums, by ops alone. */
  protected abstract add(output: Tensor, target: Tensor): void;

  /** The value over all batches since the last `reset`. */
  abstract compute(): MetricValue;

  reset(): void {
    requireArity('reset', arguments.length, 0);
    noGrad(() => {
      for (const sum of this.sums.values()) sum.zero_();
    });
  }

  stateDict(): Record<string, Tensor> {
    requireArity('stateDict', arguments.length, 0);
    return Object.fromEntries([...this.sums].map(([name, sum]) => [name, sum.detach()]));
  }

  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    requireArity('loadStateDict', arguments.length, 1);
    const sums: unknown = dict;
    if (typeof sums !== 'object' || sums === null) {
      throw wrongType('loadStateDict', 'an object of tensors', 'dict', dict);
    }
    refuseInCapture('loadStateDict', 'the sums of a metric');
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

  /** The numbers of a sum. A copy: compiled steps refuse tensors whose memory was returned to JavaScript. */
  protected numbers(name: Name): Float64Array {
    return this.sum(name).clone().data as Float64Array;
  }

  protected number(name: Name): number {
    return this.numbers(name)[0];
  }
}

/** What is wrong with outputs: how many are NaN, and how many are no probabilities. */
export type ProblemName = 'nan' | 'outside';
export const problemSums = { nan: [], outside: [] } as const;

/** A metric of outputs that must be numbers, and perhaps probabilities. */
export abstract class CheckedMetric<Name extends string> extends SumMetric<Name | ProblemName> {
  protected constructor(op: string, shapes: Readonly<Record<Name, Shape>>) {
    super(op, { ...shapes, ...problemSums });
  }

  /** How many samples since the last `reset` had NaN in their outputs: `compute` then returns NaN. */
  get nanCount(): number {
    return this.number('nan');
  }

  /** Counts problems of the scores of a batch, by ops alone. */
  protected inspect(scores: Tensor, counted: Tensor, isProbability: boolean): void {
    let [isNan, isOutside] = [scores.isnan(), scores.lt(0).logicalOr(scores.gt(1))];
    if (scores.ndim > counted.ndim) [isNan, isOutside] = [isNan.any(1), isOutside.any(1)];
    this.add_('nan', isNan.logicalAnd(counted));
    if (isProbability) this.add_('outside', isOutside.logicalAnd(counted));
  }

  private add_(name: ProblemName, where: Tensor): void {
    this.sum(name).add_(where.to('float64').sum());
  }

  /** Whether the value is NaN; RangeError if outputs are no probabilities. */
  protected hasNan(): boolean {
    const outside = this.number('outside');
    if (outside > 0) {
      const what = 'probabilities from 0 to 1 (for logits, set logits: true)';
      throw unexpected(this.op, what, 'output', `${outside} samples outside`);
    }
    return this.nanCount > 0;
  }
}

/** 0 where the divisor is 0, as in scikit-learn. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
