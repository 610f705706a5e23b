/** Calls of native rows, made from nothing but what the rows say of themselves. */
import type { NativeAddon, NativeRow } from '../../binding';
import { addon as loaded } from '../../dist/core/native';
import { Guarded, type Kind } from './guarded';

export const addon: NativeAddon = loaded;
export const rows: readonly NativeRow[] = addon.rows();

/** The form of every refusal. */
export function refusal(row: string, name = '.+'): RegExp {
  return new RegExp(`^${row}: expected .+ for ${name}, got .+`, 's');
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

/** The dtypes a row runs on; one of them where it has no operand to choose by. */
export function kindsOf(row: NativeRow): readonly Kind[] {
  return row.operands.some((operand) => operand.element === 'typed')
    ? row.dtypes
    : row.dtypes.slice(0, 1);
}

export interface Call {
  readonly row: NativeRow;
  readonly buffers: readonly (Guarded | null)[];
  readonly attrs: readonly unknown[];
  /** The count of an elementwise row. */
  readonly rest: readonly unknown[];
}

export function argumentsOf({ buffers, attrs, rest }: Call): unknown[] {
  return [...buffers.map((buffer) => buffer && buffer.array), ...attrs, ...rest];
}

type AnyFunction = (...args: unknown[]) => void;
export type Loose = Readonly<Record<string, (...args: unknown[]) => unknown>>;

export function run(row: NativeRow, args: readonly unknown[]): void {
  (addon.ops[row.name] as AnyFunction)(...args);
}

const tooLarge = 1 << 16;

/**
 * A call whose buffers are just as long as the row says it needs: what it refuses as too short is made longer. Null if
 * it would be unreasonably large.
 */
export function exactCall(
  row: NativeRow,
  kind: Kind,
  attrs: readonly unknown[],
  count: number,
  value: (kind: Kind) => number,
): Call | null {
  const lengths = row.operands.map(() => (row.elementwise ? count : 0));
  for (;;) {
    const buffers = row.operands.map(({ element }, i) => {
      const own = element === 'typed' ? kind : element;
      return new Guarded(own, lengths[i], () => value(own));
    });
    const call = { row, buffers, attrs, rest: row.elementwise ? [count] : [] };
    const error = thrownBy(() => run(row, argumentsOf(call)));
    const short = error && /expected at least (\d+) elements for (\w+),/.exec(error.message);
    if (!short)
      return { ...call, buffers: buffers.map((buffer, i) => renew(buffer, row, i, kind, value)) };
    const which = row.operands.findIndex((operand) => operand.name === short[2]);
    lengths[which] = Number(short[1]);
    if (lengths[which] > tooLarge) return null;
  }
}

function renew(
  buffer: Guarded,
  row: NativeRow,
  i: number,
  kind: Kind,
  value: (kind: Kind) => number,
): Guarded {
  const { element } = row.operands[i];
  const own = element === 'typed' ? kind : element;
  return new Guarded(own, buffer.array.length, () => value(own));
}

/** A small call that most rows take: every size 1 or `size`, every number 0.5, 3 elements. */
export function plainCall(row: NativeRow, kind: Kind, size = 1): Call {
  const attrs = row.attrs.map((attr) =>
    attr.kind === 'size' ? size : attr.kind === 'flag' ? false : 0.5,
  );
  const call = exactCall(row, kind, attrs, 3, (own) =>
    own === 'int32' || own === 'bool' ? 0 : 0.5,
  );
  if (call === null) throw new Error(`${row.name}: expected a small call, got one of huge buffers`);
  return call;
}
