/** What an optimizer remembers of one parameter. */
import type { NativeOp } from '../../binding';
import { capture, refuseInCapture } from '../core/capture';
import { allocateShared, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import type { Kernels } from '../ops/define';
import type { Update } from '../ops/optim';
import type { Specs } from './options';
import type { ParamGroup } from './paramGroup';

/** One tensor of a parameter's state. */
export interface StateSpec<O> {
  readonly name: string;
  /** One float64 number instead of the parameter's shape and dtype. */
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
  readonly attrs?: Readonly<Record<string, number>>;
  /** Throws if options that are each valid do not fit together. */
  check?(options: O): void;
}

/** The number of steps of a parameter. */
export const step = { name: 'step', single: true } as const;

/**
 * The state of a parameter: tensors in shared memory that stay where they are, since compiled steps point at them; and
 * the arguments of the next update, made once.
 */
export class ParamState<O> {
  readonly tensors = new Map<string, Tensor>();
  private readonly kernels: Kernels;
  private readonly args: Parameters<NativeOp>;
  private readonly paramPlace: number;
  private readonly gradPlace: number;
  private seen = -1;

  constructor(
    private readonly param: Tensor,
    private readonly definition: Definition<O>,
  ) {
    this.kernels = definition.update.kernels;
    this.paramPlace = this.place('param');
    this.gradPlace = this.place('grad');
    this.args = definition.update.names.map(() => null);
    for (const [name, value] of Object.entries({ n: param.numel(), ...definition.attrs })) {
      this.args[this.place(name)] = value;
    }
  }

  /** Where an argument of the update stands. */
  private place(name: string): number {
    const place = this.definition.update.names.indexOf(name);
    if (place < 0) throw new Error(`blasgrad: expected an update that takes ${name}`);
    return place;
  }

  /** Updates `param`, contiguous, from its gradient, in the same order. */
  update(group: ParamGroup<O>, param: Tensor, grad: Tensor): void {
    if (this.seen !== group._changes) this.prepare(group);
    if (capture !== null) {
      capture.readNumbers(group._numbers);
      for (const tensor of this.tensors.values()) capture.use(tensor._storage);
    }
    this.args[this.paramPlace] = param._flat;
    this.args[this.gradPlace] = grad._flat;
    this.kernels[param.dtype](...this.args); // a module may have converted it
  }

  /** Overwrites the state with a saved one; tensors that it lacks get their initial values. */
  load(group: ParamGroup<O>, saved: ReadonlyMap<string, Tensor>): void {
    refuseInCapture('loadStateDict', 'state that ops change');
    for (const spec of this.definition.state) {
      const value = saved.get(spec.name);
      if (value !== undefined) this.tensor(spec, group)._flat.set(value.contiguous()._flat);
      else this.tensors.get(spec.name)?._flat.fill(spec.initial?.(group) ?? 0);
    }
    this.seen = -1;
  }

  /** Makes what the options ask for now. */
  private prepare(group: ParamGroup<O>): void {
    this.args[this.place('hyper')] = group._numbers;
    for (const spec of this.definition.state) {
      const wanted = spec.when?.(group) ?? true;
      this.args[this.place(spec.name)] = wanted ? this.tensor(spec, group)._flat : null;
    }
    this.seen = group._changes;
  }

  private tensor(spec: StateSpec<O>, group: ParamGroup<O>): Tensor {
    let tensor = this.tensors.get(spec.name);
    if (tensor === undefined) {
      const { dtype, shape } = spec.single ? { dtype: 'float64' as const, shape: [] } : this.param;
      const array = allocateShared(dtype, spec.single ? 1 : this.param.numel());
      if (spec.initial) array.fill(spec.initial(group));
      tensor = new Tensor(new Storage(dtype, array), shape);
      this.tensors.set(spec.name, tensor);
    }
    return tensor;
  }
}
