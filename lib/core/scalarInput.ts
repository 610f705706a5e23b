/** Numbers that change between steps. Native calls read them from memory, so compiled steps see changes. */
import { requireNoReaders, usableMemory } from './access';
import { refuseInCapture } from './capture';
import { requireArity, wrongType } from './errors';
import { allocateShared, Storage } from './storage';
import { Tensor } from './tensor';
import type { TypedArray } from './dtype';

declare module './tensor' {
  interface Tensor {
    /** @internal Whether type promotion treats it as a number. */
    readonly _isNumber: boolean;
  }
}

/**
 * A number in memory, which acts as a plain number does as an operand: it takes the dtype of the tensor next to it.
 *
 * If JavaScript reads it in a compiled function (`value`, `item()`, JavaScript's arithmetic), the function is
 * captured again for each value.
 *
 * @example
 * const beta = scalarInput(0.5);
 * tensor([2, 4]).mul(beta); // tensor([1., 2.])
 */
export class ScalarInput extends Tensor {
  /** @internal `values` are float64; with `steps`, one for each step of a scan. */
  constructor(values: TypedArray, steps?: number) {
    super(new Storage('float64', values), steps === undefined ? [] : [steps]);
  }

  /** The number. Assigned values take effect in the next step. */
  get value(): number {
    return this.item();
  }

  set value(value: number) {
    const number = requireNumber(value);
    refuseInCapture('scalarInput', 'the value');
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
 * Creates a number that may change between the steps of a compiled function. Assign `value` to change it, and use it as an
 * operand, as in `x.mul(beta)`.
 *
 * @param value the first value
 * @returns the number, a tensor without dimensions
 * @throws TypeError if `value` is not a number
 * @example
 * const beta = scalarInput(0);
 * const step = compile((x) => x.mul(beta).sum());
 * step(ones(2));
 * beta.value = 0.5;
 * step(ones(2)); // tensor(1.)
 */
export function scalarInput(value: number): ScalarInput {
  requireArity('scalarInput', arguments.length, 1);
  const memory = allocateShared('float64', 1);
  memory[0] = requireNumber(value);
  return new ScalarInput(memory);
}
