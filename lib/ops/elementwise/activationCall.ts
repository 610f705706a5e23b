/** Checks the arguments of activation functions and calls their ops. */
import { calledAs } from '../../core/caller';
import { requireBoolean, requireNumber, requireOptions } from '../../core/errors';
import { requireTensor } from '../../core/tensor';
import { type OpAttrs, type Tensor } from '../define';
import { type UnaryAttrs, type UnaryOp } from './unary';

/** Names and default values of an op's attributes. */
type Defaults<Attrs> = { readonly [I in keyof Attrs]: readonly [name: string, value: number] };

/** Options of activations that can overwrite their input. */
export interface InplaceOption {
  /** Whether to write the result to the input, and to return the input; default false. */
  inplace?: boolean;
}

/** Applies an op after checking the input and the options. */
export function apply<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options?: object,
): Tensor {
  return op.apply(x, attrsOf(op, x, defaults, options, []));
}

/** The same with the option `inplace`. */
export function applyOrReplace<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options?: InplaceOption,
): Tensor {
  const attrs = attrsOf(op, x, defaults, options, ['inplace']);
  return isInplace(op.name, options) ? replaced(op, x, attrs) : op.apply(x, attrs);
}

export function isInplace(op: string, options: InplaceOption | undefined): boolean {
  return options !== undefined && requireBoolean(op, 'inplace', options.inplace ?? false);
}

export function replaced<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  attrs: OpAttrs[K],
): Tensor {
  return calledAs(op.name, () => {
    op.applyInPlace(x, attrs);
    return x;
  });
}

export function attrsOf<K extends keyof UnaryAttrs>(
  op: UnaryOp<K>,
  x: Tensor,
  defaults: Defaults<OpAttrs[K]>,
  options: object | undefined,
  others: readonly string[],
): OpAttrs[K] {
  requireTensor(op.name, 'input', x);
  const entries = defaults as readonly (readonly [string, number])[];
  if (options !== undefined) {
    requireOptions(op.name, options, [...entries.map(([name]) => name), ...others]);
  }
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const attrs = entries.map(([name, missing]) => {
    const value = given[name] === undefined ? missing : given[name];
    return value === Infinity ? Infinity : requireNumber(op.name, name, value);
  });
  return attrs as readonly number[] as OpAttrs[K];
}
