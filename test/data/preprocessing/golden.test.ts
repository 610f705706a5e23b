/** Transformers against scikit-learn 1.9 (transformers.py made transformers.json), and after their state was JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, tensor } from 'blasgrad';

type Numbers = readonly (number | null)[];
interface NumericCase {
  name: string;
  options: object;
  column: string;
  width: number;
  result: Numbers;
  new: Numbers;
  inverse: Numbers | null;
}
interface CategoricalCase {
  name: string;
  options: object;
  values: (string | null)[];
  later: (string | null)[];
  width: number;
  result: Numbers;
  new: Numbers;
  names: string[] | null;
}
const golden = JSON.parse(readFileSync(join(__dirname, 'transformers.json'), 'utf8')) as {
  columns: Record<string, Numbers>;
  numeric: NumericCase[];
  categorical: CategoricalCase[];
};

const classes = { ...data } as unknown as Record<string, new (options: object) => data.Transformer>;
const make = (name: string, options: object): data.Transformer =>
  new classes[name]({ ...options, dtype: 'float64' });

beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterAll(() => {
  jest.restoreAllMocks();
});

function closeTo(actual: ArrayLike<number | bigint>, expected: Numbers, digits: number): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    if (value === null) {
      expect(actual[i]).toBeNaN();
      return;
    }
    const size = Math.max(1, Math.abs(value));
    expect(Math.abs(Number(actual[i]) - value) / size).toBeLessThan(10 ** -digits);
  });
}

const text = ({ name, options, column }: { name: string; options: object; column?: string }) =>
  `${name} ${JSON.stringify(options)} of ${column ?? 'texts'}`;

test.each(golden.numeric.map((one): [string, NumericCase] => [text(one), one]))('%s', (_, one) => {
  const values = golden.columns[one.column];
  // The exponents of powers are found up to 1e-8; far from 0, scikit-learn loses digits.
  const digits = one.name === 'PowerTransformer' ? 6 : one.column === 'far' ? 7 : 10;
  const later = Array.from({ length: 8 }, (_item, i) => 0.01 + (i * (30 - 0.01)) / 7);
  const transformer = make(one.name, one.options).fit(values);
  const again = data.loadTransformer(JSON.parse(JSON.stringify(transformer)) as object);
  for (const each of [transformer, again]) {
    const result = each.transform(values);
    expect(result.shape).toEqual([values.length, one.width]);
    closeTo(result.data, one.result, digits);
    closeTo(each.transform(later).data, one.new, digits);
    for (const i of [0, 3, 7]) {
      const row = each.transform({ x: values[i] });
      closeTo(row.data, one.result.slice(i * one.width, (i + 1) * one.width), digits);
    }
    if (one.inverse === null || !('inverseTransform' in each)) continue;
    const inverse = (each as data.StandardScaler).inverseTransform(result);
    closeTo(inverse.data, one.inverse, one.name === 'KBinsDiscretizer' ? 5 : digits);
  }
});

test.each(golden.categorical.map((one): [string, CategoricalCase] => [text(one), one]))(
  '%s',
  (_, one) => {
    const transformer = make(one.name, one.options).fit(one.values);
    const again = data.loadTransformer(JSON.parse(JSON.stringify(transformer)) as object);
    for (const each of [transformer, again]) {
      const result = each.transform(one.values);
      expect(result.shape).toEqual([one.values.length, one.width]);
      closeTo(result.data, one.result, 12);
      closeTo(each.transform(one.later).data, one.new, 12);
      if (one.names !== null) expect(each.outputNames()).toEqual(one.names.map((to) => `x_${to}`));
    }
  },
);

test('tables and tensors of several columns are as one column after another', () => {
  const names = ['skewed', 'signed', 'ties'];
  const table = new data.Table(Object.fromEntries(names.map((key) => [key, golden.columns[key]])));
  for (const name of ['StandardScaler', 'RobustScaler', 'QuantileTransformer']) {
    const all = make(name, {}).fitTransform(table);
    const single = names.map((key) => make(name, {}).fitTransform(golden.columns[key]));
    single.forEach((one, j) => {
      expect(all.select(1, j).toArray()).toEqual(one.select(1, 0).toArray());
    });
    const x = tensor(table.toTensor(names, { dtype: 'float64' }).toArray(), { dtype: 'float64' });
    expect(make(name, {}).fitTransform(x).toArray()).toEqual(all.toArray());
  }
});
