/** What an optimizer remembers of one parameter. */
import type { NativeOp } from '../../binding';
import { capture, refuseInCapture } from '../core/capture';
import { allocateShared, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
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

/**
 * An optimizer as data. `update` takes the numbers of the group's options, the count of steps, the parameter, its
 * gradient, the rest of the state (null for what the options do not ask for), the number of elements, and `attrs`.
 */
export interface Definition<O> {
  readonly options: Specs<O>;
  /** The count of steps first. */
  readonly state: readonly StateSpec<O>[];
  readonly update: NativeOp;
  readonly attrs?: readonly number[];
  /** Throws if options that are right one by one do not go together. */
  check?(options: O): void;
}

/** How many steps a parameter has taken. */
export const step = { name: 'step', single: true } as const;

const firstState = 4; // numbers, step, parameter, gradient

/**
 * The state of a parameter: tensors in shared memory that stay where they are, since compiled steps point at them; and
 * the arguments of the next update, made once.
 */
export class ParamState<O> {
  readonly tensors = new Map<string, Tensor>();
  private readonly args: Parameters<NativeOp>;
  private seen = -1;

  constructor(
    private readonly param: Tensor,
    private readonly definition: Definition<O>,
  ) {
    const places = firstState - 1 + definition.state.length;
    this.args = [...Array.from({ length: places }, () => null), param.numel()];
    this.args.push(...(definition.attrs ?? []));
  }

  /** Updates `param`, contiguous, from its gradient, in the same order. */
  update(group: ParamGroup<O>, param: Tensor, grad: Tensor): void {
    if (this.seen !== group._changes) this.prepare(group);
    if (capture !== null) {
      capture.readNumbers(group._numbers);
      for (const tensor of this.tensors.values()) capture.use(tensor._storage);
    }
    this.args[2] = param._flat;
    this.args[3] = grad._flat;
    this.definition.update(...this.args);
  }

  /** Overwrites the state with a saved one; what that lacks begins anew. */
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
    this.args[0] = group._numbers;
    this.definition.state.forEach((spec, i) => {
      const wanted = spec.when?.(group) ?? true;
      this.args[i === 0 ? 1 : firstState - 1 + i] = wanted ? this.tensor(spec, group)._flat : null;
    });
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
