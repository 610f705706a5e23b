/** Tensors that belong to a module and are trained. */
import { countChange } from '../../core/changes';
import { calledAs } from '../../core/caller';
import { noGrad } from '../../core/gradMode';
import type { DType } from '../../core/dtype';
import { copyElements } from '../../core/element';
import { requireArity, requireOptions } from '../../core/errors';
import { allocateShared, isShared, Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';

/** The fields of a tensor that `Parameter` may replace. */
type Body = { -readonly [K in '_storage' | 'dtype']: Tensor[K] };

function setBody(of: Body, storage: Storage, dtype: DType): void {
  of._storage = storage;
  of.dtype = dtype;
}

/** The memory of a parameter: that of `data` if it is a SharedArrayBuffer of the user's, else new memory. */
function storageFor(data: Tensor): { storage: Storage; isCopy: boolean } {
  const { array, given } = data._storage;
  if (given && isShared(array) && data._contiguous) {
    if (data.numel() === array.length) return { storage: data._storage, isCopy: false };
    const part = new Storage(data.dtype, data._flat);
    part.exposed = true;
    part.given = true;
    return { storage: part, isCopy: false };
  }
  const copy = new Storage(data.dtype, allocateShared(data.dtype, data.numel()));
  return { storage: copy, isCopy: true };
}

/**
 * A tensor that is trained: modules find it among their fields, and optimizers update it (torch.nn.Parameter). It
 * copies `data` into memory that cannot be detached and that worker threads can share. A tensor over a
 * SharedArrayBuffer, from `fromArray` or `Tensor.from`, is not copied, so threads can have the same weights.
 *
 * @example this.scale = new nn.Parameter(ones([3]));
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: { requiresGrad?: boolean } = {}) {
    requireArity('Parameter', arguments.length, 2);
    const from = requireTensor('Parameter', 'data', data);
    requireOptions('Parameter', options, ['requiresGrad']);
    const { storage, isCopy } = storageFor(from);
    super(storage, from.shape);
    if (isCopy) noGrad(() => this.copy_(from));
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
    storage.version = this._storage.version + 1; // a graph that kept the old values notices
    countChange();
    this._storage.abandoned = true; // a compiled function that used it notices too
    this.grad = null;
    setBody(this, storage, dtype);
    this.grad = gradient;
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
