/** Numbers that change between steps: their memory is read by native calls, so that compiled steps see changes. */
import { requireNoReaders, usableMemory } from './access';
import { refuseInCapture } from './capture';
import { requireArity, wrongType } from './errors';
import { allocateShared, Storage } from './storage';
import { Tensor } from './tensor';
import type { TypedArray } from './dtype';

declare module './tensor' {
  interface Tensor {
    /** @internal Whether it acts as a number in promotion. */
    readonly _isNumber: boolean;
  }
}

/**
 * A number in memory. As an operand it acts as a plain number does: it takes the dtype of the tensor beside it. Where
 * JavaScript reads it (`value`, `item()`, arithmetic of JavaScript), a compiled function is captured again for each value.
 */
export class ScalarInput extends Tensor {
  /** @internal `values` are float64; with `steps`, one for each step of a scan. */
  constructor(values: TypedArray, steps?: number) {
    super(new Storage('float64', values), steps === undefined ? [] : [steps]);
  }

  /** The number. */
  get value(): number {
    return this.item();
  }

  set value(value: number) {
    const number = requireNumber(value);
    refuseInCapture('scalarInput', 'a value that stays as it is');
    requireNoReaders('scalarInput', this);
    usableMemory('scalarInput', this);
    this._storage.array[0] = number;
    this._storage.version++;
  }
}

Object.defineProperty(Tensor.prototype, '_isNumber', { value: false });
Object.defineProperty(ScalarInput.prototype, '_isNumber', { value: true });

function requireNumber(value: unknown): number {
  if (typeof value !== 'number') throw wrongType('scalarInput', 'a number', 'value', value);
  return value;
}

/**
 * A number that may change between the steps of a compiled function, and takes effect in the next one: assign `value`.
 * Use it where an operand goes.
 *
 * @throws TypeError if `value` is not a number
 * @example
 * const beta = scalarInput(0);
 * const step = compile((x: Tensor) => x.mul(beta).sum());
 * beta.value = 0.5;
 */
export function scalarInput(value: number): ScalarInput {
  requireArity('scalarInput', arguments.length, 1);
  const memory = allocateShared('float64', 1);
  memory[0] = requireNumber(value);
  return new ScalarInput(memory);
}
