/** Master weights: float32 copies of half-precision parameters, which optimizers update instead of the parameters. */
import { capture } from '../core/capture';
import type { Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { kernelPairs, kernels, runElementwise } from '../ops/define';

/** The name of the copy in the state of a parameter. */
export const masterName = 'master';

const to = kernelPairs('to');
const eq = kernels('eq');
const where = kernels('where');

/** Converts `from` into `out`, contiguous tensors of the same shape, without recording gradients. */
function convert(from: Tensor, out: Tensor): Tensor {
  runElementwise('step', to[from.dtype][out.dtype], [from], out);
  return out;
}

/**
 * The float32 copy of a parameter. Between updates the parameter is the rounded copy. If an element of the parameter
 * differs, other code changed it, and the copy takes its value.
 */
export class MasterWeights {
  private storage: Storage | null = null;
  private version = -1;

  constructor(
    private readonly param: Tensor,
    /** The copy. Elements that are NaN take the values of the parameter at the next update. */
    readonly tensor: Tensor,
  ) {}

  /** Call after the copy was overwritten: the next update compares it with the parameter. */
  invalidate(): void {
    this.version = -1;
  }

  /** Returns the gradient in float32. First copies changed elements of `values`, those of the parameter. */
  prepare(values: Tensor, grad: Tensor): Tensor {
    // A replay cannot test for changes, so it always compares.
    if (capture !== null || this.mayHaveChanged()) this.copyChanges(values);
    return convert(grad, Tensor._empty('float32', grad.shape));
  }

  /** Writes the rounded copy to `values`. The optimizer increments the version of the parameter once. */
  finish(values: Tensor): void {
    convert(this.tensor, values);
    this.storage = this.param._storage;
    this.version = this.storage.version + 1;
  }

  /** The version counts changes, except those through an array of the memory that a user obtained. */
  private mayHaveChanged(): boolean {
    const { _storage: storage } = this.param;
    return storage !== this.storage || storage.version !== this.version || storage.exposed;
  }

  private copyChanges(values: Tensor): void {
    const { tensor } = this;
    const rounded = convert(tensor, Tensor._empty(values.dtype, values.shape));
    const same = Tensor._empty('bool', values.shape);
    runElementwise('step', eq[values.dtype], [rounded, values], same);
    const wide = convert(values, Tensor._empty('float32', values.shape));
    runElementwise('step', where.float32, [same, tensor, wide], tensor);
  }
}
