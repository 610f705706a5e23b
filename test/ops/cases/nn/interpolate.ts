/** Interpolation. */
import { F } from 'blasgrad';
import { at, build, type InputSpec, type OpCase, type Plain } from '../../harness';

type Options = F.InterpolateOptions & { mode: F.InterpolateMode };

/** The weights of output i of m for n elements: pairs of a position and a weight. */
function weightsOf(i: number, n: number, m: number, factor: number | null, options: Options) {
  const { mode, alignCorners = false, antialias = false } = options;
  const scale = alignCorners
    ? m > 1
      ? (n - 1) / (m - 1)
      : 0
    : factor === null
      ? n / m
      : 1 / factor;
  const clamp = (p: number): number => Math.min(Math.max(p, 0), n - 1);
  if (mode === 'nearest') return [[clamp(Math.floor(i * scale)), 1]];
  if (mode === 'nearest-exact') return [[clamp(Math.floor((i + 0.5) * scale)), 1]];
  if (mode === 'area') {
    const [first, end] = [Math.floor((i * n) / m), Math.ceil(((i + 1) * n) / m)];
    return Array.from({ length: end - first }, (_, k) => [first + k, 1 / (end - first)]);
  }
  const cubic = (x: number, a: number): number => {
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  };
  const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  const filter = (x: number): number => {
    if (mode === 'bicubic') return cubic(x, antialias ? -0.5 : -0.75);
    if (mode === 'lanczos') return x < 3 ? sinc(x) * sinc(x / 3) : 0;
    return Math.max(1 - x, 0);
  };
  const center = alignCorners && !antialias ? i * scale : (i + 0.5) * scale - 0.5;
  if (antialias && n === m) return [[i, 1]];
  if (antialias) {
    const wide = Math.max(scale, 1);
    const all = Array.from({ length: n }, (_, p) => [p, filter(Math.abs(p - center) / wide)]);
    const total = all.reduce((sum, [, w]) => sum + w, 0);
    return all.map(([p, w]) => [p, w / total]);
  }
  const low = Math.floor(center);
  return [-1, 0, 1, 2].map((k) => [clamp(low + k), filter(Math.abs(low + k - center))]);
}

/** Interpolation of one dimension after the other. */
function interpolated(x: Plain, options: Options): Plain {
  const each = (value: number | readonly number[] | null | undefined, i: number): number | null =>
    typeof value === 'number' ? value : (value?.[i] ?? null);
  let y = x;
  for (let dim = 2; dim < x.shape.length; dim++) {
    const n = x.shape[dim];
    const factor = each(options.scaleFactor, dim - 2);
    const m = each(options.size, dim - 2) ?? Math.floor(n * (factor ?? 1));
    const used = options.recomputeScaleFactor === true || options.mode === 'area' ? null : factor;
    const weights = Array.from({ length: m }, (_, i) => weightsOf(i, n, m, used, options));
    const from = y;
    y = build(y.shape.with(dim, m), (index) =>
      weights[index[dim]].reduce((sum, [p, w]) => sum + w * at(from, index.with(dim, p)), 0),
    );
  }
  return y;
}

const one = (
  shape: readonly number[],
  options: Options,
  spec: Partial<InputSpec> = {},
  reference: OpCase['reference'] = (x) => interpolated(x, options),
): OpCase => {
  const nearest = options.mode.startsWith('nearest');
  const floating = spec.dtype === undefined;
  const forward = nearest ? 'interpolateNearest' : floating ? 'interpolate' : 'interpolateBytes';
  const text = Object.entries(options)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
  return {
    name: `interpolate ${spec.dtype ?? ''}[${shape.join()}], ${text}`,
    ops: floating && !shape.includes(0) ? [forward, 'interpolateAdjoint'] : [forward],
    inputs: [{ shape, ...spec }],
    run: (x) => F.interpolate(x, options),
    reference,
    gradient: floating,
    float32: { rel: 2e-5, abs: 2e-5 },
  };
};

const byDimensions = [
  { shape: [2, 3, 5], size: [8], modes: ['nearest', 'nearest-exact', 'linear', 'area'] },
  { shape: [1, 2, 9], size: [4], modes: ['nearest', 'nearest-exact', 'linear', 'area'] },
  {
    shape: [2, 1, 4, 5],
    size: [7, 3],
    modes: ['nearest', 'nearest-exact', 'bilinear', 'bicubic', 'area'],
  },
  { shape: [1, 2, 3, 4], size: [6, 40], modes: ['nearest', 'bilinear', 'bicubic', 'area'] },
  { shape: [1, 1, 1, 3], size: [3, 1], modes: ['nearest', 'bilinear', 'bicubic'] },
  { shape: [0, 2, 3, 4], size: [5, 5], modes: ['nearest', 'bilinear', 'bicubic', 'area'] },
  {
    shape: [1, 2, 3, 4, 3],
    size: [5, 3, 4],
    modes: ['nearest', 'nearest-exact', 'trilinear', 'area'],
  },
] as const;

export const cases: readonly OpCase[] = [
  ...byDimensions.flatMap(({ shape, size, modes }) =>
    modes.flatMap((mode): OpCase[] => [
      one(shape, { mode, size }),
      ...(/linear|cubic/.test(mode) ? [one(shape, { mode, size, alignCorners: true })] : []),
    ]),
  ),
  ...(['bilinear', 'bicubic', 'lanczos'] as const).flatMap((mode) => [
    one([1, 2, 7, 9], { mode, size: [3, 4], antialias: true }),
    one([1, 1, 4, 3], { mode, size: [9, 2], antialias: true }),
  ]),
  one([1, 1, 7, 9], { mode: 'bilinear', size: [3, 4], antialias: true, alignCorners: true }),
  one([1, 2, 4, 3], { mode: 'bilinear', scaleFactor: [1.5, 2] }),
  one([1, 2, 5, 7], { mode: 'bicubic', scaleFactor: 1.3 }),
  one([1, 2, 5, 7], { mode: 'bilinear', scaleFactor: 1.3, recomputeScaleFactor: true }),
  one([1, 2, 5, 7], { mode: 'nearest', scaleFactor: [0.7, 2.3] }),
  one([2, 2, 4], { mode: 'linear', scaleFactor: 2 }),
  one([1, 2, 4, 4], { mode: 'area', scaleFactor: 0.5 }),
  one([1, 2, 4, 3], { mode: 'bilinear', size: [4, 3] }),
  one([1, 2, 3, 2], { mode: 'nearest', size: 5 }, { dtype: 'uint8' }),
  one([1, 2, 3, 2], { mode: 'nearest', size: 5 }, { dtype: 'int64' }),
  // Numbers that need no rounding.
  one(
    [1, 1, 2, 2],
    { mode: 'bilinear', size: [4, 2] },
    { dtype: 'uint8', values: [0, 4, 200, 204] },
    () => ({ shape: [1, 1, 4, 2], data: [0, 4, 50, 54, 150, 154, 200, 204] }),
  ),
];
