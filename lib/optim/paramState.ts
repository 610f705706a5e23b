/** The state that an optimizer has for one parameter. */
import type { NativeOp } from '../../binding';
import { capture, refuseInCapture } from '../core/capture';
import { isHalf, type DType } from '../core/dtype';
import { allocateShared, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import type { Update } from '../ops/optim';
import { masterName, MasterWeights } from './masterWeights';
import type { Specs } from './options';
import type { ParamGroup } from './paramGroup';

/** One tensor of a parameter's state. */
export interface StateSpec<O> {
  readonly name: string;
  /** Whether it is one float64 number; otherwise it has the shape and dtype of the parameter (float32 for half precision). */
  readonly isScalar?: true;
  /** Whether it exists with these options; if missing, always. */
  when?(options: O): boolean;
  /** The initial value of its elements; 0 if missing. */
  initial?(options: O): number;
}

/** An optimizer as data: its options, the state of a parameter, and the update op, whose arguments have the names of the state. */
export interface Definition<O> {
  readonly options: Specs<O>;
  readonly state: readonly StateSpec<O>[];
  readonly update: Update;
  /** Throws if options that are valid by themselves contradict each other. */
  check?(options: O): void;
}

/** The number of steps of a parameter. */
export const step = { name: 'step', isScalar: true } as const;

/** The float32 copy of a half-precision parameter; NaN takes the parameter's value at the next update. */
const master: StateSpec<unknown> = { name: masterName, initial: () => NaN };

/** The memory of state, which is float32 or float64. */
type StateMemory = Float32Array | Float64Array;
const memoryOf = (tensor: Tensor): StateMemory => tensor._flat as StateMemory;

/**
 * The state of a parameter and the prepared arguments of its update. State is in shared memory that is never replaced
 * between updates, because compiled steps hold pointers to it, and has the dtype in which the update computes.
 */
export class ParamState<O> {
  readonly tensors = new Map<string, Tensor>();
  private readonly args: Parameters<NativeOp>;
  private readonly paramIndex: number;
  private readonly gradIndex: number;
  private preparedChanges = -1;
  /** The dtype of the parameter at the last update: a module may convert it. */
  private dtype: DType | null = null;
  private kernel: NativeOp | null = null;
  private master: MasterWeights | null = null;

  constructor(
    private readonly param: Tensor,
    private readonly definition: Definition<O>,
  ) {
    this.paramIndex = this.indexOf('param');
    this.gradIndex = this.indexOf('grad');
    this.args = definition.update.names.map(() => null);
    this.args[this.indexOf('n')] = param.numel();
  }

  /** The position of an argument of the update op. */
  private indexOf(name: string): number {
    const index = this.definition.update.names.indexOf(name);
    if (index < 0)
      throw new Error(`blasgrad: the update op of the optimizer has no argument '${name}'`);
    return index;
  }

  /** Updates `param`, contiguous, from its gradient, in the same order. */
  update(group: ParamGroup<O>, param: Tensor, grad: Tensor): void {
    if (this.preparedChanges !== group._changes || this.dtype !== param.dtype) this.prepare(group);
    if (capture !== null) {
      capture.readNumbers(group._numbers);
      for (const tensor of this.tensors.values()) capture.use(tensor._storage);
    }
    if (this.master === null) {
      this.run(param, grad);
    } else {
      this.run(this.master.tensor, this.master.prepare(param, grad));
      this.master.finish(param);
    }
  }

  private run(param: Tensor, grad: Tensor): void {
    this.args[this.paramIndex] = param._flat;
    this.args[this.gradIndex] = grad._flat;
    this.kernel?.(...this.args);
  }

  /** Overwrites the state with a saved one; tensors that it lacks get their initial values. */
  load(op: string, group: ParamGroup<O>, saved: ReadonlyMap<string, Tensor>): void {
    refuseInCapture(op, 'optimizer state');
    for (const spec of this.specs()) {
      const value = saved.get(spec.name);
      if (value === undefined) {
        const own = this.tensors.get(spec.name);
        if (own !== undefined) memoryOf(own).fill(spec.initial?.(group) ?? 0);
      } else {
        const own = this.tensor(spec, group);
        memoryOf(own).set(memoryOf(value.detach().to(own.dtype).contiguous()));
      }
    }
    this.master?.invalidate();
    this.preparedChanges = -1;
  }

  /** The state that the parameter may have in its current dtype. */
  private specs(): readonly StateSpec<O>[] {
    const { state } = this.definition;
    return isHalf(this.param.dtype) ? [...state, master] : state;
  }

  /** Prepares state and arguments for the current options and dtype. */
  private prepare(group: ParamGroup<O>): void {
    this.args[this.indexOf('hyper')] = group._numbers.array;
    for (const spec of this.definition.state) {
      const exists = spec.when?.(group) ?? true;
      this.args[this.indexOf(spec.name)] = exists ? this.tensor(spec, group)._flat : null;
    }
    const { dtype } = this.param;
    if (!isHalf(dtype)) {
      this.master = null;
      this.tensors.delete(masterName);
    } else if (this.master?.tensor !== this.tensor(master, group)) {
      this.master = new MasterWeights(this.param, this.tensor(master, group));
    }
    this.kernel = this.definition.update.kernels[this.computeDType];
    this.dtype = dtype;
    this.preparedChanges = group._changes;
  }

  /** The dtype in which the update computes. */
  private get computeDType(): DType {
    return isHalf(this.param.dtype) ? 'float32' : this.param.dtype;
  }

  /** A tensor of the state in the dtype in which the update computes; created or converted if necessary. */
  private tensor(spec: StateSpec<O>, group: ParamGroup<O>): Tensor {
    const old = this.tensors.get(spec.name);
    const dtype = spec.isScalar ? 'float64' : this.computeDType;
    if (old?.dtype === dtype) return old;
    const shape = spec.isScalar ? [] : this.param.shape;
    const array = allocateShared(dtype, spec.isScalar ? 1 : this.param.numel()) as StateMemory;
    if (old !== undefined) array.set(memoryOf(old));
    else if (spec.initial) array.fill(spec.initial(group));
    const tensor = new Tensor(new Storage(dtype, array), shape);
    this.tensors.set(spec.name, tensor);
    return tensor;
  }
}
