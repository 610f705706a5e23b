/** Each op is defined three times: natively, in lib/ops, and in a table of tests. */
import { opDefinitions } from '../../dist/ops/define';
import 'blasgrad';
import { families } from './cases';

const { native, used } = opDefinitions();
const names = native.map(({ name }) => name);
const tested = Object.values(families).flatMap((cases) => cases.flatMap((one) => one.ops));

/** Names of `some` that `others` lack. */
const without = (some: readonly string[], others: readonly string[]): string[] => {
  return [...new Set(some)].filter((name) => !others.includes(name)).sort();
};

test('no two native ops have the same name', () => {
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every native op is used by lib', () => {
  expect({ 'ops that no file in lib uses': without(names, used) }).toEqual({
    'ops that no file in lib uses': [],
  });
});

test('every native op is in a case of test/ops/cases', () => {
  expect({ 'ops without a case in test/ops/cases': without(names, tested) }).toEqual({
    'ops without a case in test/ops/cases': [],
  });
});

test('cases name only native ops', () => {
  expect({ 'names in test/ops/cases without a native op': without(tested, names) }).toEqual({
    'names in test/ops/cases without a native op': [],
  });
});

test('families of cases are named once', () => {
  const titles = Object.values(families).flatMap((cases) => cases.map((one) => one.name));
  expect(titles.length).toBeGreaterThan(100);
});
