import { requireArity, shapeText, unexpected } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import type { Dataset } from './dataset';
import { requireSignedIndex } from './indices';

/** One tensor for each tensor of the dataset. */
export type TensorTuple<Tensors extends readonly Tensor[]> = {
  -readonly [K in keyof Tensors]: Tensor;
};

/**
 * A dataset of tensors with the same first dimension: sample i consists of row i of each tensor.
 *
 * @see torch.utils.data.TensorDataset
 * @example
 * const digits = new data.TensorDataset(images, labels); // (10000, 784) and (10000)
 * const [image, label] = digits.get(0); // (784) and ()
 */
export class TensorDataset<Tensors extends readonly Tensor[]> implements Dataset<
  TensorTuple<Tensors>,
  TensorTuple<Tensors>
> {
  /** The tensors, (length, ...). */
  readonly tensors: Readonly<Tensors>;
  /** Number of samples: the first dimension of the tensors. */
  readonly length: number;

  /**
   * Keeps the tensors, without copying them.
   *
   * @param tensors tensors of any dtype, each (n, ...) with the same n; at least one
   * @throws RangeError if there are no tensors, or their first dimensions differ
   */
  constructor(...tensors: Tensors) {
    if (tensors.length === 0) {
      throw unexpected('TensorDataset', 'at least one tensor', 'tensors', 'none');
    }
    tensors.forEach((tensor, i) => requireTensor('TensorDataset', `tensors[${i}]`, tensor));
    const length = tensors[0].shape[0];
    tensors.forEach(({ ndim, shape }, i) => {
      if (ndim > 0 && shape[0] === length) return;
      const what =
        i === 0 ? 'at least one dimension' : `first dimension ${length}, as in tensors[0],`;
      throw unexpected('TensorDataset', what, `tensors[${i}]`, shapeText(shape));
    });
    this.tensors = tensors;
    this.length = length;
  }

  /**
   * Reads one sample, as views of the tensors.
   *
   * @param index index of the row; negative indices count from the end
   * @returns row `index` of each tensor
   * @throws RangeError if the index is out of range
   * @example new data.TensorDataset(tensor([1, 2, 3])).get(-1)[0].item(); // 3
   */
  get(index: number): TensorTuple<Tensors> {
    requireArity('TensorDataset.get', arguments.length, 2);
    const row = requireSignedIndex('TensorDataset.get', index, this.length);
    return this.each((tensor) => tensor.select(0, row));
  }

  /**
   * Reads several samples as one batch, as copies.
   *
   * @param indices indices of the rows, int32 or int64 (n)
   * @returns a tensor (n, ...) for each tensor of the dataset
   * @throws RangeError if an index is out of range
   * @example new data.TensorDataset(tensor([1, 2, 3])).getBatch(tensor([2, 0], { dtype: 'int32' })); // [tensor([3., 1.])]
   */
  getBatch(indices: Tensor): TensorTuple<Tensors> {
    requireArity('TensorDataset.getBatch', arguments.length, 1);
    return this.each((tensor) => tensor.indexSelect(0, indices));
  }

  private each(take: (tensor: Tensor) => Tensor): TensorTuple<Tensors> {
    return this.tensors.map(take) as TensorTuple<Tensors>;
  }
}
