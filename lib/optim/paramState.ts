/** What an optimizer remembers of one parameter. */
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
  /** One float64 number instead of the parameter's shape and dtype (float32 for half precision). */
  readonly single?: true;
  /** Whether the options ask for it; without it they always do. */
  when?(options: O): boolean;
  /** What it is filled with at first, if not with 0. */
  initial?(options: O): number;
}

/** An optimizer as data: its options, the state of a parameter, and the update, whose arguments have the state's names. */
export interface Definition<O> {
  readonly options: Specs<O>;
  readonly state: readonly StateSpec<O>[];
  readonly update: Update;
  /** Throws if options that are each valid do not fit together. */
  check?(options: O): void;
}

/** The number of steps of a parameter. */
export const step = { name: 'step', single: true } as const;

/** The float32 copy of a half-precision parameter; NaN takes the parameter's value at the next update. */
const master: StateSpec<unknown> = { name: masterName, initial: () => NaN };

/** The memory of state, which is in float32 or float64. */
type StateMemory = Float32Array | Float64Array;
const memoryOf = (tensor: Tensor): StateMemory => tensor._flat as StateMemory;

/**
 * The state of a parameter: tensors in shared memory that stay where they are, since compiled steps point at them; and
 * the arguments of the next update, made once. State is in the dtype that the update computes in.
 */
export class ParamState<O> {
  readonly tensors = new Map<string, Tensor>();
  private readonly args: Parameters<NativeOp>;
  private readonly paramPlace: number;
  private readonly gradPlace: number;
  private seen = -1;
  /** The dtype of the parameter at the last update: a module may convert it. */
  private dtype: DType | null = null;
  private call: NativeOp | null = null;
  private master: MasterWeights | null = null;

  constructor(
    private readonly param: Tensor,
    private readonly definition: Definition<O>,
  ) {
    this.paramPlace = this.place('param');
    this.gradPlace = this.place('grad');
    this.args = definition.update.names.map(() => null);
    this.args[this.place('n')] = param.numel();
  }

  /** Where an argument of the update stands. */
  private place(name: string): number {
    const place = this.definition.update.names.indexOf(name);
    if (place < 0) throw new Error(`blasgrad: expected an update that takes ${name}`);
    return place;
  }

  /** Updates `param`, contiguous, from its gradient, in the same order. */
  update(group: ParamGroup<O>, param: Tensor, grad: Tensor): void {
    if (this.seen !== group._changes || this.dtype !== param.dtype) this.prepare(group);
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
    this.args[this.paramPlace] = param._flat;
    this.args[this.gradPlace] = grad._flat;
    this.call?.(...this.args);
  }

  /** Overwrites the state with a saved one; tensors that it lacks get their initial values. */
  load(group: ParamGroup<O>, saved: ReadonlyMap<string, Tensor>): void {
    refuseInCapture('loadStateDict', 'optimizer state');
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
    this.master?.touch();
    this.seen = -1;
  }

  /** The state that the parameter may have in its present dtype. */
  private specs(): readonly StateSpec<O>[] {
    const { state } = this.definition;
    return isHalf(this.param.dtype) ? [...state, master] : state;
  }

  /** Makes what the options and the dtype ask for now. */
  private prepare(group: ParamGroup<O>): void {
    this.args[this.place('hyper')] = group._numbers.array;
    for (const spec of this.definition.state) {
      const wanted = spec.when?.(group) ?? true;
      this.args[this.place(spec.name)] = wanted ? this.tensor(spec, group)._flat : null;
    }
    const { dtype } = this.param;
    if (!isHalf(dtype)) {
      this.master = null;
      this.tensors.delete(masterName);
    } else if (this.master?.tensor !== this.tensor(master, group)) {
      this.master = new MasterWeights(this.param, this.tensor(master, group));
    }
    this.call = this.definition.update.kernels[this.computeDType];
    this.dtype = dtype;
    this.seen = group._changes;
  }

  /** What the update computes in. */
  private get computeDType(): DType {
    return isHalf(this.param.dtype) ? 'float32' : this.param.dtype;
  }

  /** A tensor of the state, made or converted where it is not there in the dtype that the update computes in. */
  private tensor(spec: StateSpec<O>, group: ParamGroup<O>): Tensor {
    const old = this.tensors.get(spec.name);
    const dtype = spec.single ? 'float64' : this.computeDType;
    if (old?.dtype === dtype) return old;
    const shape = spec.single ? [] : this.param.shape;
    const array = allocateShared(dtype, spec.single ? 1 : this.param.numel()) as StateMemory;
    if (old !== undefined) array.set(memoryOf(old));
    else if (spec.initial) array.fill(spec.initial(group));
    const tensor = new Tensor(new Storage(dtype, array), shape);
    this.tensors.set(spec.name, tensor);
    return tensor;
  }
}
