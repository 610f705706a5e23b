/** A metric that needs all outputs at once. */
import { numbersOf } from '../../core/access';
import { requireArity, wrongType } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { fromArray } from '../../creation/filled';
import type { Metric, MetricValue } from './metric';

/**
 * Keeps all outputs and targets since the last `reset`, 16 bytes for each: memory grows with the samples. `update` reads
 * values, so that `train` calls it after each step.
 */
export abstract class CollectedMetric implements Metric {
  /** Whether more is better. */
  abstract readonly higherIsBetter: boolean | undefined;
  private outputs = new Float64Array(1024);
  private targets = new Float64Array(1024);
  private count = 0;

  protected constructor(protected readonly op: string) {}

  /** How many outputs since the last `reset` were NaN: `compute` then returns NaN. */
  get nanCount(): number {
    let count = 0;
    for (let i = 0; i < this.count; i++) count += Number.isNaN(this.outputs[i]) ? 1 : 0;
    return count;
  }

  /**
   * Adds a batch.
   *
   * @param output outputs of the model
   * @param target what they are compared with
   */
  update(output: Tensor, target: Tensor): void {
    requireArity('update', arguments.length, 2);
    requireTensor(`${this.op}.update`, 'output', output);
    requireTensor(`${this.op}.update`, 'target', target);
    const [outputs, targets] = this.read(output, target);
    for (let i = 0; i < targets.length; i++) this.push(outputs[i], targets[i]);
  }

  private push(output: number, target: number): void {
    if (this.count === this.outputs.length) {
      [this.outputs, this.targets] = [this.outputs, this.targets].map((array) => {
        const larger = new Float64Array(2 * array.length);
        larger.set(array);
        return larger;
      });
    }
    this.outputs[this.count] = output;
    this.targets[this.count++] = target;
  }

  /** The numbers of a batch, one output for each target. */
  protected abstract read(output: Tensor, target: Tensor): [ArrayLike<number>, ArrayLike<number>];

  /**
   * Computes the value.
   *
   * @returns the value over all batches since the last `reset`
   */
  abstract compute(): MetricValue;

  /** All outputs and targets. */
  protected all(): { outputs: Float64Array; targets: Float64Array } {
    const { count } = this;
    return { outputs: this.outputs.subarray(0, count), targets: this.targets.subarray(0, count) };
  }

  /** Starts again without batches. */
  reset(): void {
    requireArity('reset', arguments.length, 0);
    this.count = 0;
  }

  /**
   * All outputs and targets so far.
   *
   * @returns two vectors
   */
  stateDict(): Record<string, Tensor> {
    requireArity('stateDict', arguments.length, 0);
    const { outputs, targets } = this.all();
    return { outputs: fromArray(outputs.slice()), targets: fromArray(targets.slice()) };
  }

  /**
   * Restores that state.
   *
   * @param dict a result of `stateDict`
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>): void {
    requireArity('loadStateDict', arguments.length, 1);
    const state: unknown = dict;
    if (typeof state !== 'object' || state === null) {
      throw wrongType('loadStateDict', 'an object of tensors', 'dict', dict);
    }
    const [outputs, targets] = ['outputs', 'targets'].map((name) =>
      numbersOf('loadStateDict', requireTensor('loadStateDict', name, dict[name])),
    );
    this.count = 0;
    for (let i = 0; i < Math.min(outputs.length, targets.length); i++) {
      this.push(outputs[i], targets[i]);
    }
  }
}
