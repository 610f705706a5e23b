/** Calls native ops with many arguments by the arguments' names. */
import type { NativeOp } from '../../../binding';
import { byDType, type DType, type TypedArray } from '../../core/dtype';
import { definitionOf, kernelPairs, kernels, type Kernels } from './ops';

/** Memory for operands of these names; null for an omitted one. */
export type Operands<Name extends string> = Readonly<Record<Name, TypedArray | null>>;
/** Attributes of these names. */
export type Attrs<Name extends string> = Readonly<Record<Name, number | boolean>>;

/**
 * Passes operands and attributes in the order of the native definition. The order is checked at the first call,
 * because reading the definitions takes 1 ms. Each op has its own function: a loop over the names would take 50 to
 * 100 ns per call instead of 2 ns.
 */
export type Positional<O, A> = (call: NativeOp, operands: O, attrs: A) => void;

type Named<O, A> = (operands: O, attrs: A) => void;
/** The functions of an op by dtype, called by names. */
export type NamedKernels<O, A> = Readonly<Record<DType, Named<O, A>>>;

/**
 * The functions of a native op by dtype, called by names. Example: linear[x.dtype]({ x, weight, bias, y }, { batch,
 * inFeatures, outFeatures })
 */
export function namedKernels<O, A>(name: string, positional: Positional<O, A>): NamedKernels<O, A> {
  return named(name, positional, kernels(name));
}

/** The same for two dtypes, the second inside the first. */
export function namedKernelPairs<O, A>(
  name: string,
  positional: Positional<O, A>,
): Readonly<Record<DType, NamedKernels<O, A>>> {
  const table = kernelPairs(name);
  return byDType((first) => named(name, positional, table[first]));
}

const checks: (() => void)[] = [];

/** Functions that check the order of the arguments at the first call. */
function named<O, A>(
  name: string,
  positional: Positional<O, A>,
  kernelsOfOp: Kernels,
): NamedKernels<O, A> {
  let checked = false;
  const check = (): void => {
    requireOrder(name, positional);
    checked = true;
  };
  checks.push(check);
  return byDType((dtype) => {
    const call = kernelsOfOp[dtype];
    return (operands, attrs) => {
      if (!checked) check();
      positional(call, operands, attrs);
    };
  });
}

/** Checks the order of the arguments of all ops that are called by names. */
export function requireOrders(): void {
  for (const check of checks) check();
}

/** The names of an op's arguments, in order. */
export function argumentNames(name: string): readonly string[] {
  const { operands, attrs } = definitionOf(name);
  return [...operands, ...attrs].map((argument) => argument.name);
}

/** Throws unless exactly the arguments of the native definition are passed, in its order. */
function requireOrder<O, A>(name: string, positional: Positional<O, A>): void {
  const { operands, attrs } = definitionOf(name);
  const marks = (kind: string): unknown =>
    new Proxy({}, { get: (_, argument) => `${kind} ${String(argument)}` });
  const expected = [
    ...operands.map((argument) => `operand ${argument.name}`),
    ...attrs.map((argument) => `attribute ${argument.name}`),
  ].join(', ');
  let passed = '';
  const call = (...args: unknown[]): void => void (passed = args.join(', '));
  positional(call, marks('operand') as O, marks('attribute') as A);
  if (passed === expected) return;
  throw new Error(`blasgrad: the arguments of ${name} are ${expected}, but ${passed} are passed`);
}
