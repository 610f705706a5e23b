/** Padding. */
import { F } from 'blasgrad';
import { at, build, type InputSpec, type OpCase, type Plain } from '../../harness';

type Mode = 'constant' | 'reflect' | 'replicate' | 'circular';

/** The element of n at position p of a dimension; null for the value. */
function source(mode: Mode, p: number, n: number): number | null {
  if (p >= 0 && p < n) return p;
  if (mode === 'constant') return null;
  if (mode === 'replicate') return p < 0 ? 0 : n - 1;
  if (mode === 'circular') return (p + n) % n;
  return p < 0 ? -p : 2 * (n - 1) - p;
}

function padded(x: Plain, widths: readonly number[], mode: Mode, value: number): Plain {
  const ndim = x.shape.length;
  const width = (dim: number, side: number): number => widths[2 * (ndim - 1 - dim) + side] ?? 0;
  const shape = x.shape.map((size, dim) => size + width(dim, 0) + width(dim, 1));
  return build(shape, (index) => {
    const from = index.map((i, dim) => source(mode, i - width(dim, 0), x.shape[dim]));
    return from.includes(null) ? value : at(x, from as number[]);
  });
}

const one = (
  mode: Mode,
  shape: readonly number[],
  widths: readonly number[],
  spec: Partial<InputSpec> = {},
  value = mode === 'constant' ? 2.5 : 0,
): OpCase => ({
  name: `pad ${spec.dtype ?? ''}[${shape.join()}] by [${widths.join()}], ${mode} ${value}`,
  ops: mode === 'constant' || spec.dtype !== undefined ? ['pad'] : ['pad', 'padAdjoint'],
  inputs: [{ shape, ...spec }],
  run: (x) => F.pad(x, widths, mode === 'constant' ? { value } : { mode }),
  reference: (x) => padded(x, widths, mode, value),
  gradient: spec.dtype === undefined && Number.isFinite(value),
});

const modes: readonly Mode[] = ['constant', 'reflect', 'replicate', 'circular'];

export const cases: readonly OpCase[] = [
  ...modes.flatMap((mode) => [
    one(mode, [2, 5], [2, 3]),
    one(mode, [2, 3, 5], [4, 0]),
    one(mode, [3, 4, 5], [1, 2, 3, 1]),
    one(mode, [2, 1, 4, 3], [0, 0, 2, 1]),
    one(mode, [2, 2, 3, 4, 5], [1, 2, 0, 3, 2, 1]),
    one(mode, [2, 3, 4, 5], [2, 1, 1, 1, 1, 0]),
    one(mode, [0, 3, 5], [2, 1]),
    one(mode, [2, 70], [0, 30]),
  ]),
  one('reflect', [1, 4], [-1, 2]),
  one('replicate', [1, 4, 3], [2, -1, -2, 1]),
  one('replicate', [2, 1], [3, 4]),
  one('constant', [3], [2, 2], {}, Infinity),
  one('constant', [2, 3], [-1, 2, 1, -1]),
  one('constant', [2, 0], [2, 1]),
  one('constant', [2, 3], [-1, -2]),
  one('constant', [2, 1, 2, 1, 2, 2], [1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1]),
  one('constant', [2, 3], [0, 0]),
  one('constant', [], []),
  one('constant', [2, 3], [1, 1], { dtype: 'uint8' }, 200),
  one('constant', [2, 3], [1, 1], { dtype: 'bool' }, 1),
  one('constant', [2, 3], [1, 1], { dtype: 'int64' }, -7),
  one('reflect', [2, 3], [1, 2], { dtype: 'uint8' }),
  one('circular', [2, 3], [1, 2], { dtype: 'int32' }),
];
