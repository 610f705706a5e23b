import { requireArity, requireInteger, shapeText, unexpected } from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import type { Dataset } from './dataset';

/** One tensor for each tensor of the dataset. */
export type TensorTuple<Tensors extends readonly Tensor[]> = {
  -readonly [K in keyof Tensors]: Tensor;
};

/**
 * Tensors of equal first size: sample i is row i of each of them (torch.utils.data.TensorDataset).
 *
 * @example
 * const digits = new data.TensorDataset(images, labels); // (10000, 784) and (10000)
 * const [image, label] = digits.get(0); // (784) and ()
 */
export class TensorDataset<Tensors extends readonly Tensor[]> implements Dataset<
  TensorTuple<Tensors>,
  TensorTuple<Tensors>
> {
  /** The tensors. */
  readonly tensors: Readonly<Tensors>;
  /** Rows of each tensor. */
  readonly length: number;

  constructor(...tensors: Tensors) {
    if (tensors.length === 0) throw unexpected('TensorDataset', 'at least one', 'tensors', 'none');
    tensors.forEach((tensor, i) => requireTensor('TensorDataset', `tensors[${i}]`, tensor));
    const length = tensors[0].shape[0];
    tensors.forEach(({ ndim, shape }, i) => {
      if (ndim > 0 && shape[0] === length) return;
      const what = i === 0 ? 'at least one dimension' : `${length} rows, as tensors[0] has,`;
      throw unexpected('TensorDataset', what, `tensors[${i}]`, shapeText(shape));
    });
    this.tensors = tensors;
    this.length = length;
  }

  /** Row `index` of each tensor, as views; a negative index counts from the end. */
  get(index: number): TensorTuple<Tensors> {
    requireArity('TensorDataset.get', arguments.length, 2);
    requireInteger('TensorDataset.get', 'index', index);
    if (index < -this.length || index >= this.length) {
      const what =
        this.length === 0 ? 'a dataset with rows' : `${-this.length} to ${this.length - 1}`;
      throw unexpected('TensorDataset.get', what, 'index', String(index));
    }
    return this.each((tensor) => tensor.select(0, index));
  }

  /** The rows at `indices` (int32 or int64, one dimension), as copies. */
  getBatch(indices: Tensor): TensorTuple<Tensors> {
    requireArity('TensorDataset.getBatch', arguments.length, 1);
    return this.each((tensor) => tensor.indexSelect(0, indices));
  }

  private each(take: (tensor: Tensor) => Tensor): TensorTuple<Tensors> {
    return this.tensors.map(take) as TensorTuple<Tensors>;
  }
}
