/** Whether a result is PyTorch's: dtype, shape, and elements within the tolerances of PyTorch's own tests. */
import { Tensor, type DType, type TypedArray } from 'blasgrad';
import type { Blob, Case, Entry, Expected } from './cases';

/** What differed, the worst first. */
export type Kind =
  'crash' | 'value' | 'gradient' | 'second' | 'accepted' | 'refused' | 'dtype' | 'shape';

export interface Difference {
  readonly kind: Kind;
  readonly detail: string;
}

interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  /** Of the largest element: sums of elements that cancel. */
  readonly ofLargest: number;
}

/** Those of torch.testing.assert_close, float32 and half types with the order of sums in mind. */
const tolerances: Readonly<Record<string, Tolerance>> = {
  float64: { relative: 1e-7, absolute: 1e-7, ofLargest: 1e-14 },
  float32: { relative: 1e-5, absolute: 1e-5, ofLargest: 1e-6 },
  float16: { relative: 2e-3, absolute: 1e-3, ofLargest: 1e-3 },
  bfloat16: { relative: 1.6e-2, absolute: 1e-3, ofLargest: 8e-3 },
};

/** Derivatives are sums of products of results. */
const loose = 4;

/** Functions and layers that return indices. */
const pools = [
  ['max_pool', 'MaxPool'],
  ['adaptive_max_pool', 'AdaptiveMaxPool'],
  ['fractional_max_pool', 'FractionalMaxPool'],
] as const;

/** Indices that are computed are int32 here: docs/from-pytorch.md. */
const indexResults: Readonly<Record<string, readonly number[] | undefined>> = {
  sort: [1],
  topk: [1],
  argsort: [0],
  'max:reduction_with_dim': [1],
  'min:reduction_with_dim': [1],
  argmax: [0],
  argmin: [0],
  nonzero: [0, 1, 2, 3, 4, 5, 6, 7],
  randint: [0],
  ...Object.fromEntries<readonly number[]>(
    [1, 2, 3].flatMap((dims): [string, readonly number[]][] => [
      ...pools.map(([name]): [string, number[]] => [`nn.functional.${name}${dims}d`, [1]]),
      ...pools.map(([, layer]): [string, number[]] => [`nn.${layer}${dims}d`, [1]]),
    ]),
  ),
};

function expectedDType({ op, kwargs }: Case, i: number, entry: Entry): DType {
  const isIndex = entry.dtype === 'int64' && indexResults[op]?.includes(i);
  return isIndex && kwargs.dtype === undefined ? 'int32' : entry.dtype;
}

export function compareResult(
  one: Case,
  i: number,
  actual: unknown,
  expected: Expected,
  blob: Blob,
): Difference | null {
  if ('value' in expected) {
    const wanted = Number(expected.value);
    const same = Object.is(Number(actual), wanted) || Math.abs(Number(actual) - wanted) < 1e-6;
    return same
      ? null
      : { kind: 'value', detail: `${String(actual)} instead of ${String(expected.value)}` };
  }
  if (!(actual instanceof Tensor))
    return { kind: 'shape', detail: `${typeof actual} instead of a tensor` };
  const dtype = expectedDType(one, i, expected);
  if (actual.dtype !== dtype)
    return { kind: 'dtype', detail: `${actual.dtype} instead of ${dtype}` };
  return compareTensor(actual, expected, blob, 'value', one.random);
}

export function compareTensor(
  actual: Tensor,
  expected: Entry,
  blob: Blob,
  kind: Kind,
  random = false,
): Difference | null {
  if (actual.shape.join() !== expected.shape.join()) {
    const detail = `shape [${actual.shape.join(', ')}] instead of [${expected.shape.join(', ')}]`;
    return { kind: kind === 'value' ? 'shape' : kind, detail };
  }
  if (random) return null;
  return compareElements(actual, blob.values(expected), expected, kind);
}

/** A gradient that PyTorch leaves out is as good as zeros. */
export function compareGradient(
  actual: Tensor | null,
  expected: Entry | null,
  input: Entry,
  blob: Blob,
  kind: Kind,
): Difference | null {
  if (expected !== null) {
    if (actual !== null) {
      if (actual.dtype !== expected.dtype) {
        return { kind, detail: `${actual.dtype} instead of ${expected.dtype}` };
      }
      return compareTensor(actual, expected, blob, kind);
    }
    const isZero = [...blob.values(expected)].every((value) => Number(value) === 0);
    return isZero ? null : { kind, detail: 'no gradient' };
  }
  if (actual === null) return null;
  const zeros = { ...input, values: new Array<number>(actual.numel()).fill(0) };
  return compareTensor(actual, zeros, blob, kind);
}

function compareElements(
  actual: Tensor,
  expected: TypedArray,
  entry: Entry,
  kind: Kind,
): Difference | null {
  const tolerance = tolerances[entry.dtype] as Tolerance | undefined;
  const plain = actual.detach();
  if (tolerance === undefined) {
    const values = plain.data;
    const wrong = expected.findIndex(
      (value: number | bigint, i: number) =>
        Number(value) !== Number(values[i]) || BigInt(value) !== BigInt(values[i]),
    );
    return wrong < 0
      ? null
      : different(kind, wrong, values[wrong], expected[wrong], expected.length);
  }
  const values = plain.to('float64').data as Float64Array;
  const scale = kind === 'value' ? 1 : loose;
  let largest = 0;
  for (const value of expected as Float64Array) {
    if (Math.abs(value) > largest && Number.isFinite(value)) largest = Math.abs(value);
  }
  const floor = tolerance.absolute + tolerance.ofLargest * largest;
  for (let i = 0; i < values.length; i++) {
    const wanted = Number(expected[i]);
    const got = values[i];
    if (Object.is(got, wanted) || got === wanted) continue;
    const limit = scale * (floor + tolerance.relative * Math.abs(wanted));
    const isClose =
      Number.isFinite(wanted) && Number.isFinite(got) && Math.abs(got - wanted) <= limit;
    if (!isClose) return different(kind, i, got, wanted, values.length);
  }
  return null;
}

function different(kind: Kind, i: number, got: unknown, wanted: unknown, n: number): Difference {
  return { kind, detail: `${String(got)} instead of ${String(wanted)} at element ${i} of ${n}` };
}
