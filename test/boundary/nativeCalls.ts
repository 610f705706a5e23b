/** Calls of native functions, generated from the ops' definitions alone. */
import type { NativeAddon, NativeKernelPairs, NativeOp, NativeOpDefinition } from '../../binding';
import { addon as loaded } from '../../dist/core/native';
import { Guarded, type DType } from './guarded';

export const addon: NativeAddon = loaded;
export type Loose = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** One native function: that of an op for a dtype, or for two. */
export interface NativeFunction {
  readonly op: NativeOpDefinition;
  readonly call: (...args: unknown[]) => void;
  /** The dtype of each operand. */
  readonly dtypes: readonly DType[];
}

/** All functions of an op. */
export function functionsOf(op: NativeOpDefinition): readonly NativeFunction[] {
  return op.kernels.map((chosen) => {
    const table = addon.ops[op.name] as NativeKernelPairs;
    const found = chosen.reduce<unknown>((one, dtype) => (one as typeof table)[dtype], table);
    const [first, second] = chosen;
    const dtypes = op.operands.map(({ dtype }) =>
      dtype === 'first' ? first : dtype === 'second' ? second : dtype,
    );
    return { op, call: found as NativeOp as NativeFunction['call'], dtypes: dtypes as DType[] };
  });
}

export const ops: readonly NativeOpDefinition[] = addon.definitions();
export const functions: readonly NativeFunction[] = ops.flatMap(functionsOf);

/** The function of an op for the dtypes that choose it: float32 and int32 indices unless said. */
export function native(name: string, ...dtypes: DType[]): (...args: unknown[]) => void {
  const chosen = dtypes.length > 0 ? dtypes : ['float32', 'int32'];
  let found: unknown = addon.ops[name];
  for (const dtype of chosen) {
    if (typeof found !== 'function') found = (found as NativeKernelPairs | undefined)?.[dtype];
  }
  return found as NativeFunction['call'];
}

/** The form of every refusal. */
export function refusal(op: string, name = '.+'): RegExp {
  return new RegExp(`^${op}: expected .+ for ${name}, got .+`, 's');
}

/** What calling a function threw, or null. */
export function thrownBy(call: () => void): Error | null {
  try {
    call();
    return null;
  } catch (error) {
    return error as Error;
  }
}

export interface Call {
  readonly function: NativeFunction;
  readonly buffers: readonly (Guarded | null)[];
  readonly attrs: readonly unknown[];
  /** The count of an elementwise op. */
  readonly rest: readonly unknown[];
}

export function argumentsOf({ buffers, attrs, rest }: Call): unknown[] {
  return [...buffers.map((buffer) => buffer && buffer.array), ...attrs, ...rest];
}

const tooLarge = 1 << 16;

/**
 * A call whose buffers are just as long as the op says it needs: what it refuses as too short is made longer. Null if
 * it would be unreasonably large.
 */
export function exactCall(
  fn: NativeFunction,
  attrs: readonly unknown[],
  count: number,
  value: (dtype: DType) => number,
): Call | null {
  const { op, dtypes } = fn;
  const lengths = dtypes.map(() => (op.elementwise ? count : 0));
  const make = (): Guarded[] =>
    dtypes.map((dtype, i) => new Guarded(dtype, lengths[i], () => value(dtype)));
  for (;;) {
    const rest = op.elementwise ? [count] : [];
    const call = { function: fn, buffers: make(), attrs, rest };
    const error = thrownBy(() => fn.call(...argumentsOf(call)));
    const short = error && /expected at least (\d+) elements for (\w+),/.exec(error.message);
    if (!short) return { ...call, buffers: make() };
    const which = op.operands.findIndex((operand) => operand.name === short[2]);
    lengths[which] = Number(short[1]);
    if (lengths[which] > tooLarge) return null;
  }
}

/** A small call that most ops take: every size 1 or `size`, every number 0.5, 3 elements. */
export function plainCall(fn: NativeFunction, size = 1): Call {
  const attrs = fn.op.attrs.map((attr) =>
    attr.kind === 'size' ? size : attr.kind === 'flag' ? false : 0.5,
  );
  const call = exactCall(fn, attrs, 3, (dtype) => (/^float(32|64)$/.test(dtype) ? 0.5 : 0));
  if (call === null)
    throw new Error(`${fn.op.name}: expected a small call, got one of huge buffers`);
  return call;
}
