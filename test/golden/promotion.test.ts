/**
 * Dtypes of results compared with PyTorch's: promoteTypes, resultType, canCast, finfo, iinfo, and every elementwise
 * op.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canCast, cat, F, finfo, iinfo, ones, promoteTypes, resultType, where } from 'blasgrad';
import type { DType, Tensor } from 'blasgrad';
import { numberOr } from '../support/goldenCalls';
import { tensorsIn } from '../support/golden';

/** A result for each dtype, in the order of `dtypes`; null where PyTorch refuses the call. */
type Row = readonly (DType | null)[];
type Pairs<Value> = Readonly<Record<DType, readonly Value[]>>;
type Info = Readonly<Record<string, number | string>>;

interface Tables {
  readonly torch: string;
  readonly dtypes: readonly DType[];
  readonly promoteTypes: Pairs<DType>;
  readonly canCast: Pairs<boolean>;
  /** By the numbers of dimensions, such as '1,0'. */
  readonly resultType: Readonly<Record<string, Pairs<DType>>>;
  readonly withNumber: Readonly<Record<string, Readonly<Record<DType, WithNumber>>>>;
  readonly finfo: Readonly<Partial<Record<DType, Info>>>;
  readonly iinfo: Readonly<Partial<Record<DType, Info>>>;
  readonly unary: Readonly<Record<string, Row>>;
  readonly reductions: Readonly<Record<string, Row>>;
  readonly binary: Readonly<Record<string, Pairs<DType | null>>>;
}
type WithNumber = Readonly<Record<'boolean' | 'whole' | 'fraction', DType>>;

const tables = JSON.parse(readFileSync(join(__dirname, 'promotion.json'), 'utf8')) as Tables;
const { dtypes } = tables;

/** Results that have another dtype than PyTorch's by decision. */
const differences: readonly {
  /** The op, then the dtypes of its operands. */
  readonly which: RegExp;
  readonly torch: readonly DType[];
  readonly ours: DType;
  readonly reason: string;
}[] = [
  {
    which: /^resultType bool whole$/,
    torch: ['int64'],
    ours: 'int32',
    reason: 'a whole JavaScript number counts as int32; a bigint counts as int64',
  },
  {
    which: /^(argmax|argmin|nonzero) /,
    torch: ['int64'],
    ours: 'int32',
    reason: 'indices take half the memory, and no tensor here has 2^31 elements along a dimension',
  },
];

/** PyTorch's dtype of a result, or what was decided instead. */
function decided(what: string, torch: DType): DType {
  const found = differences.find(({ which }) => which.test(what));
  if (found === undefined) return torch;
  expect(found.torch).toContain(torch);
  return found.ours;
}

const of = (dtype: DType, ndim = 1): Tensor => ones(new Array<number>(ndim).fill(1), { dtype });

type Method = (this: Tensor, ...args: readonly unknown[]) => unknown;

function method(x: Tensor, name: string, ...args: readonly unknown[]): DType {
  const fn = Reflect.get(x, name) as Method | undefined;
  if (typeof fn !== 'function') throw new Error(`expected a method ${name}, got none`);
  return tensorsIn(fn.apply(x, [...args]))[0].dtype;
}

function single(call: string, x: Tensor): DType {
  const [space, name] = call.split('.');
  if (space === 'Tensor') return method(x, name);
  const functions = F as unknown as Readonly<Record<string, (x: Tensor) => Tensor>>;
  return functions[name](x).dtype;
}

function double(name: string, a: Tensor, b: Tensor): DType {
  if (name === 'where') return where(of('bool'), a, b).dtype;
  return name === 'cat' ? cat([a, b]).dtype : method(a, name, b);
}

/**
 * Compares a row. Where PyTorch refuses a call, this library may refuse it or not: it has long computed some of them,
 * such as the difference of two bool tensors.
 */
function requireRow(what: string, row: Row, run: (dtype: DType) => DType): void {
  const known = dtypes.flatMap((dtype, i) => {
    const torch = row[i];
    return torch === null ? [] : [{ dtype, result: decided(`${what} ${dtype}`, torch) }];
  });
  expect(known.map(({ dtype }) => ({ dtype, result: run(dtype) }))).toEqual(known);
}

describe.each(dtypes)('%s', (a) => {
  test('promoteTypes', () => {
    expect(dtypes.map((b) => promoteTypes(a, b))).toEqual(tables.promoteTypes[a]);
  });

  test('canCast', () => {
    expect(dtypes.map((b) => canCast(a, b))).toEqual(tables.canCast[a]);
  });

  test.each(Object.keys(tables.resultType))('resultType of %s dimensions', (dims) => {
    const [m, n] = dims.split(',').map(Number);
    const expected = tables.resultType[dims][a];
    expect(dtypes.map((b) => resultType(of(a, m), of(b, n)))).toEqual(expected);
    // What sums have, too.
    expect(dtypes.map((b) => of(a, m).add(of(b, n)).dtype)).toEqual(expected);
  });

  test.each(Object.keys(tables.withNumber))('a tensor of %s dimensions and a number', (ndim) => {
    const x = of(a, Number(ndim));
    const { boolean, whole, fraction } = tables.withNumber[ndim][a];
    const cases: [number | bigint | boolean, DType][] = [
      [true, boolean],
      [1, decided(`resultType ${a} whole`, whole)],
      [1n, whole],
      [1.5, fraction],
    ];
    for (const [value, expected] of cases) {
      const found = [resultType(x, value), resultType(value, x)];
      expect({ value, found }).toEqual({ value, found: [expected, expected] });
    }
  });

  test.each(Object.keys(tables.binary))('%s', (name) => {
    requireRow(`${name} ${a}`, tables.binary[name][a], (b) => double(name, of(a), of(b)));
  });
});

test.each(Object.keys(tables.unary))('%s', (call) => {
  requireRow(call, tables.unary[call], (dtype) => single(call, of(dtype)));
});

const along: readonly string[] = ['cumsum', 'logsumexp'];

test.each(Object.keys(tables.reductions))('%s', (name) => {
  const args = along.includes(name) ? [0] : [];
  requireRow(name, tables.reductions[name], (dtype) => method(of(dtype), name, ...args));
});

/** `finfo` takes floating dtypes, `iinfo` integers; both refuse bool. */
const limits = [
  [finfo, tables.finfo],
  [iinfo, tables.iinfo],
] as unknown as [(dtype: DType) => Readonly<Record<string, unknown>>, Tables['finfo']][];

test.each(dtypes)('limits of %s', (dtype) => {
  for (const [limitsOf, known] of limits) {
    const info = known[dtype];
    if (info === undefined) {
      expect(() => limitsOf(dtype)).toThrow(dtype);
      continue;
    }
    const found = limitsOf(dtype);
    // As text, which has all digits of a bigint.
    const texts = Object.keys(info).map((key) => [key, String(found[key])]);
    expect(texts).toEqual(Object.entries(info).map(([key, one]) => [key, String(numberOr(one))]));
  }
});

test('every difference is in a table', () => {
  const calls = [...Object.keys(tables.unary), ...Object.keys(tables.reductions)];
  const named = [
    ...calls.flatMap((call) => dtypes.map((one) => `${call} ${one}`)),
    'resultType bool whole',
  ];
  const unused = differences.filter(({ which }) => !named.some((one) => which.test(one)));
  expect(unused).toEqual([]);
});
