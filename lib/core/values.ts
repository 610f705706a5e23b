/** Tensor values in JavaScript: nested arrays, numbers in expressions, messages to other threads. */
import { copyInOrder, readableMemory } from './access';
import { readElement } from './element';
import { shapeText } from './errors';
import { addMethods } from './methods';
import { nest, requireFewNumbers, type NestedArray } from './nested';
import { Tensor } from './tensor';
import { transferableOf, type TransferableTensor } from './transfer';

declare module './tensor' {
  interface Tensor {
    /**
     * The elements as nested arrays of numbers, or of booleans for a bool tensor.
     *
     * @returns nested arrays; a single number or boolean without dimensions; int64 elements of 2^53 or more are
     *   bigints
     * @throws RangeError for more than 2^26 numbers and arrays; use `data`
     * @see torch.Tensor.tolist
     * @example tensor([[1, 2], [3, 4]]).toArray() // [ [ 1, 2 ], [ 3, 4 ] ]
     */
    toArray(): NestedArray;

    /**
     * The elements as `toArray` returns them, for JSON.stringify.
     *
     * @returns nested arrays
     * @example JSON.stringify({ x: tensor([1, 2]) }) // '{"x":[1,2]}'
     */
    toJSON(): NestedArray;

    /**
     * A plain object for `postMessage` and `structuredClone`, which refuse tensors. `Tensor.from` turns it into a
     * tensor again.
     *
     * The receiver shares the memory of a Parameter. The memory of other tensors is copied, or moved if
     * `data.buffer` is in the transfer list. A view of a part of a larger tensor is copied first.
     *
     * @returns dtype, shape, data and `requiresGrad`
     * @example structuredClone(tensor([1, 2]).toTransferable()).shape // [ 2 ]
     */
    toTransferable(): TransferableTensor;

    /**
     * @internal Converts to a primitive for `Number(loss)`, `loss < 0.1` and `total += loss`: the value of a tensor
     * with one element, as `item` returns it. TypeError for other tensors. Templates and `String` use `toString`.
     */
    [Symbol.toPrimitive](hint: string): string | number | bigint;
  }
}

addMethods({
  toArray(this: Tensor): NestedArray {
    readableMemory('toArray', this);
    requireFewNumbers('toArray', this.shape);
    const values = this._contiguous ? this._flat : copyInOrder(this);
    return nest(values, this.shape, this.dtype);
  },

  // JSON.stringify passes the key.
  toJSON(this: Tensor, _key?: string): NestedArray {
    return this.toArray();
  },

  toTransferable(this: Tensor): TransferableTensor {
    return transferableOf(this);
  },
});

Object.defineProperty(Tensor.prototype, Symbol.toPrimitive, {
  value: function (this: Tensor, hint: string): string | number | bigint {
    if (hint === 'string') return this.toString();
    if (this.numel() === 1) {
      const memory = readableMemory('conversion to a number', this);
      return readElement(this.dtype, memory, this._offset);
    }
    throw new TypeError(
      `conversion to a number: expected a tensor of one element, got ${shapeText(this.shape)}; ` +
        'operators such as + and < take numbers, methods such as add and lt take tensors',
    );
  },
});
