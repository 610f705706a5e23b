/** Parameter groups: parameters that share options. */
import { capture } from '../core/capture';
import { countChange } from '../core/changes';
import { requireItems, unexpected, wrongType } from '../core/errors';
import { isFloating } from '../core/dtype';
import { allocateShared, Storage, unusable } from '../core/storage';
import { Tensor } from '../core/tensor';
import type { OptionSpec, Specs } from './options';

/** The option that every optimizer has. */
export interface LearningRate {
  /** Learning rate. */
  lr: number;
}

/** Options of a constructor. The learning rate may be a tensor of one element, which is read once. */
export type InitialOptions<O> = Partial<Omit<O, 'lr'>> & {
  /** Learning rate: a number, or a tensor of one element. */
  lr?: number | Tensor;
};

/** Tensors to optimize, or groups of them with options of their own. */
export type Params<O> = Iterable<Tensor> | Iterable<GroupSpec<O>>;

/** A group for a constructor or `addParamGroup`; missing options are those of the optimizer. */
export type GroupSpec<O> = InitialOptions<O> & {
  /** Parameters of the group. */
  params: Tensor | Iterable<Tensor>;
};

/** A group of an optimizer. Options that you assign take effect at the next step. */
export type ParamGroup<O> = GroupBase & O;

/** The fields of the groups of all optimizers. */
export class GroupBase {
  /** The learning rate before the first scheduler changed it. */
  initialLr?: number;
  readonly #numbers: Storage;
  #changes = 0;

  constructor(
    /** The parameters of the group. */
    readonly params: readonly Tensor[],
    numbers: Storage,
  ) {
    this.#numbers = numbers;
  }

  /** @internal The options as numbers that update ops read. In shared memory, so that compiled steps see changes. */
  get _numbers(): Storage {
    return this.#numbers;
  }

  /** @internal The number of assignments of options. */
  get _changes(): number {
    return this.#changes;
  }

  /** @internal Call before options change: throws while a running compiled function reads or changes them. */
  _requireUnused(op: string): void {
    const { array, readers } = this.#numbers;
    if (readers === 0 && array !== unusable.running) return;
    throw new Error(
      `${op}: a running compiled function uses the optimizer; ` +
        'await the run first, or change options in a callback of train',
    );
  }

  /** @internal */
  _write(op: string, offset: number, numbers: readonly number[]): void {
    this._requireUnused(op);
    capture?.writeNumbers(this.#numbers);
    (this.#numbers.array as Float64Array).set(numbers, offset);
    this.#changes++;
    countChange();
  }
}

/** Creates a group whose options are checked and written to memory whenever they are assigned. */
export function makeGroup<O extends object>(
  op: string,
  params: readonly Tensor[],
  options: O,
  specs: Specs<O>,
): ParamGroup<O> {
  const entries = Object.entries<OptionSpec<unknown>>(specs);
  const count = entries.reduce((sum, [, spec]) => sum + spec.numbers, 0);
  const numbers = new Storage('float64', allocateShared('float64', count));
  const group = new GroupBase(params, numbers);
  let next = 0;
  for (const [name, spec] of entries) {
    const offset = next;
    let current: unknown;
    const set = (value: unknown): void => {
      const checked = spec.check(op, name, value);
      group._write(`${op}.${name}`, offset, spec.encode(checked));
      current = checked;
    };
    next += spec.numbers;
    set(options[name as keyof O]);
    Object.defineProperty(group, name, { enumerable: true, get: () => current, set });
  }
  return group as ParamGroup<O>;
}

/** The groups in the argument of a constructor; an iterable of tensors is one group. */
export function requireGroups(op: string, params: unknown): object[] {
  const what = 'an iterable of tensors or of groups';
  if (params instanceof Tensor) throw wrongType(op, what, 'params', params);
  const list = requireItems(op, what, 'params', params);
  if (list.length === 0) {
    throw unexpected(op, 'at least one tensor or group', 'params', 'none');
  }
  if (list[0] instanceof Tensor) return [{ params: list }];
  return list.map((group, i) => {
    if (typeof group !== 'object' || group === null || !('params' in group)) {
      const what = i === 0 ? 'a tensor or a group { params, ... }' : 'a group like params[0]';
      throw wrongType(op, what, `params[${i}]`, group);
    }
    return group;
  });
}

/** The tensors of a group; `known` contains those of earlier groups. */
export function requireParams(op: string, params: unknown, known: ReadonlySet<Tensor>): Tensor[] {
  const list =
    params instanceof Tensor
      ? [params]
      : requireItems(op, 'an iterable of tensors', 'params', params);
  if (list.length === 0) throw unexpected(op, 'at least one tensor', 'params', 'none');
  const seen = new Set<Tensor>();
  return list.map((param, i) => {
    const name = `params[${i}]`;
    if (!(param instanceof Tensor)) throw wrongType(op, 'a tensor', name, param);
    if (!param.isLeaf) throw unexpected(op, 'a leaf tensor', name, 'the result of an op');
    if (!isFloating(param.dtype)) throw unexpected(op, 'a floating dtype', name, param.dtype);
    if (known.has(param) || seen.has(param)) {
      const where = known.has(param) ? 'in another parameter group' : 'listed before';
      throw new RangeError(`${op}: ${name} is already ${where}; pass each parameter once`);
    }
    seen.add(param);
    return param;
  });
}
