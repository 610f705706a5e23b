/** One op is one row, three times: natively, in lib/ops, and in a table of tests. */
import { opRows } from '../../dist/ops/define';
import 'blasgrad';
import { families } from './cases';

const { native, used } = opRows();
const names = native.map((row) => row.name);
const tested = Object.values(families).flatMap((cases) => cases.flatMap((one) => one.rows));

/** Names of `some` that `others` lack. */
const without = (some: readonly string[], others: readonly string[]): string[] => {
  return [...new Set(some)].filter((name) => !others.includes(name)).sort();
};

test('no two native rows have the same name', () => {
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every native row is used by lib', () => {
  expect({ 'rows that no file in lib asks for': without(names, used) }).toEqual({
    'rows that no file in lib asks for': [],
  });
});

test('every native row is in a case of test/ops/cases', () => {
  expect({ 'rows without a case in test/ops/cases': without(names, tested) }).toEqual({
    'rows without a case in test/ops/cases': [],
  });
});

test('cases name only rows that there are', () => {
  expect({ 'rows in test/ops/cases without a native row': without(tested, names) }).toEqual({
    'rows in test/ops/cases without a native row': [],
  });
});

test('families of cases are named once', () => {
  const titles = Object.values(families).flatMap((cases) => cases.map((one) => one.name));
  expect(titles.length).toBeGreaterThan(100);
});
