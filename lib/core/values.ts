/** The values of tensors as JavaScript has them: lists, numbers in expressions, messages to other threads. */
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
     * The elements as nested arrays of numbers, or of booleans for a bool tensor (torch.Tensor.tolist). A tensor without
     * dimensions gives a single number or boolean. int64 elements of 2^53 or more are bigints.
     */
    toArray(): NestedArray;

    /** As `toArray`: what JSON.stringify writes. */
    toJSON(): NestedArray;

    /**
     * A plain object for `postMessage` and `structuredClone`, which refuse tensors; `Tensor.from` makes a tensor of it.
     *
     * The memory of a Parameter is shared with the receiver. That of other tensors is copied, or moved if `data.buffer` is in
     * the transfer list. The part of a larger tensor is copied at once.
     *
     * @example worker.postMessage(weights.toTransferable());
     */
    toTransferable(): TransferableTensor;

    /**
     * @internal What `Number(loss)`, `loss < 0.1` and `total += loss` use: the value of a tensor with one element, as `item`
     * gives it. TypeError for other tensors. Templates and `String` use `toString`.
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
