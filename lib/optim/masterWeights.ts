/** Float32 copies of half-precision parameters, which optimizers update in place of the parameters. */
import { capture } from '../core/capture';
import type { Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { kernelPairs, kernels, runElementwise } from '../ops/define';

/** The name of the copy among the state of a parameter. */
export const masterName = 'master';

const to = kernelPairs('to');
const eq = kernels('eq');
const where = kernels('where');

/** Writes the elements of `from` to `out`, contiguous tensors of the same shape; not recorded, like all of an update. */
function convert(from: Tensor, out: Tensor): Tensor {
  runElementwise('step', to[from.dtype][out.dtype], [from], out);
  return out;
}

/**
 * The float32 copy of a parameter. Between updates the parameter is the copy, rounded. Elements for which that is not so
 * were changed by somebody else, and the copy takes their values.
 */
export class MasterWeights {
  private storage: Storage | null = null;
  private version = -1;

  constructor(
    private readonly param: Tensor,
    /** The copy. Elements that are NaN take the parameter's values at the next update. */
    readonly tensor: Tensor,
  ) {}

  /** Call after the copy was overwritten. */
  touch(): void {
    this.version = -1;
  }

  /** The gradient in float32. Takes over the changes of `values`, which are the elements of the parameter. */
  prepare(values: Tensor, grad: Tensor): Tensor {
    // A replay cannot look whether there were changes, and always compares.
    if (capture !== null || this.mayHaveChanged()) this.takeChanges(values);
    return convert(grad, Tensor._empty('float32', grad.shape));
  }

  /** Rounds the updated copy to `values`. The optimizer counts that as one change of the parameter. */
  finish(values: Tensor): void {
    convert(this.tensor, values);
    this.storage = this.param._storage;
    this.version = this.storage.version + 1;
  }

  /** Changes are counted, unless they are made through an array of the memory that was handed out. */
  private mayHaveChanged(): boolean {
    const { _storage: storage } = this.param;
    return storage !== this.storage || storage.version !== this.version || storage.exposed;
  }

  private takeChanges(values: Tensor): void {
    const { tensor } = this;
    const rounded = convert(tensor, Tensor._empty(values.dtype, values.shape));
    const same = Tensor._empty('bool', values.shape);
    runElementwise('step', eq[values.dtype], [rounded, values], same);
    const wide = convert(values, Tensor._empty('float32', values.shape));
    runElementwise('step', where.float32, [same, tensor, wide], tensor);
  }
}
