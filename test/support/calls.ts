/**
 * Notes which native rows run. A test file imports this before anything that loads the library, so that the library
 * gets the addon's functions wrapped.
 */
import type { NativeAddon, NativeOp } from '../../binding';

const running = new Set<string>();

jest.mock('../../dist/core/native.js', () => {
  const actual = jest.requireActual<{ addon: NativeAddon }>('../../dist/core/native.js');
  const { addon } = actual;
  const wrap = ([name, op]: [string, NativeOp]): [string, NativeOp] => [
    name,
    (...args) => {
      running.add(name);
      op(...args);
    },
  ];
  return {
    ...actual,
    addon: { ...addon, ops: Object.fromEntries(Object.entries(addon.ops).map(wrap)) },
  };
});

/** The native rows that `fn` runs. */
export function rowsRunBy(fn: () => void): ReadonlySet<string> {
  running.clear();
  fn();
  return new Set(running);
}
