/** Parameters: tensors that modules register and optimizers update. */
import { countChange } from '../../core/changes';
import { calledAs } from '../../core/caller';
import { noGrad } from '../../core/gradMode';
import type { DType } from '../../core/dtype';
import { copyElements } from '../../core/element';
import { requireArity, requireOptions } from '../../core/errors';
import { allocateShared, isShared, Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';

/** The read-only fields of a tensor that a conversion replaces. */
type Replaceable = { -readonly [K in '_storage' | 'dtype']: Tensor[K] };

function replaceStorage(parameter: Replaceable, storage: Storage, dtype: DType): void {
  parameter._storage = storage;
  parameter.dtype = dtype;
}

/** The memory of a parameter: the memory of `data` if it is the user's own SharedArrayBuffer, else new memory. */
function storageFor(data: Tensor): { storage: Storage; isCopy: boolean } {
  const { array, fromUser } = data._storage;
  if (fromUser && isShared(array) && data._contiguous) {
    if (data.numel() === array.length) return { storage: data._storage, isCopy: false };
    const view = new Storage(data.dtype, data._flat);
    view.exposed = true;
    view.fromUser = true;
    return { storage: view, isCopy: false };
  }
  const copy = new Storage(data.dtype, allocateShared(data.dtype, data.numel()));
  return { storage: copy, isCopy: true };
}

/**
 * A tensor that modules register as a parameter and optimizers update.
 *
 * It copies its data into shared memory, which cannot be detached and which worker threads can share.
 * Exception: a tensor over a SharedArrayBuffer of yours (`fromArray`, `Tensor.from`) is not copied, so that
 * several threads can use the same weights.
 *
 * @see torch.nn.Parameter
 * @example new nn.Parameter(ones(3)).requiresGrad // true
 */
export class Parameter extends Tensor {
  /**
   * Creates a parameter from a tensor.
   *
   * @param data initial values, any shape
   * @param options.requiresGrad whether to compute its gradient; default true
   * @throws RangeError if gradients are requested for a dtype that is not floating
   */
  constructor(data: Tensor, options: { requiresGrad?: boolean } = {}) {
    requireArity('Parameter', arguments.length, 2);
    const source = requireTensor('Parameter', 'data', data);
    requireOptions('Parameter', options, ['requiresGrad']);
    const { storage, isCopy } = storageFor(source);
    super(storage, source.shape);
    if (isCopy) noGrad(() => this.copy_(source));
    calledAs('Parameter', () => (this.requiresGrad = options.requiresGrad ?? true), [
      'this',
      'data',
    ]);
  }

  /** @internal Converts values and gradient; the parameter stays the same object, which optimizers hold. */
  _convert(dtype: DType): void {
    if (dtype === this.dtype) return;
    const values = this.detach().to(dtype);
    const gradient = this.grad === null ? null : this.grad.detach().to(dtype);
    const storage = new Storage(dtype, allocateShared(dtype, this.numel()));
    copyElements(storage.array, values._flat);
    storage.version = this._storage.version + 1; // invalidates graphs that saved the old values
    countChange();
    this._storage.abandoned = true; // invalidates compiled functions that use it
    this.grad = null;
    replaceStorage(this, storage, dtype);
    this.grad = gradient;
  }

  /**
   * Describes the parameter like a tensor, after the line `Parameter containing:`.
   *
   * @returns the description
   */
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
