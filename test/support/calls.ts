/**
 * Notes which native rows run. A test file imports this before anything that loads the library, so that the library
 * gets the addon's functions wrapped.
 */
import type { NativeAddon, NativeOp } from '../../binding';

const running = new Set<string>();

jest.mock('../../dist/native.js', () => {
  const native = jest.requireActual<{ addon: NativeAddon }>('../../dist/native.js');
  const { addon } = native;
  const wrap = ([name, op]: [string, NativeOp]): [string, NativeOp] => [
    name,
    (...args) => {
      running.add(name);
      op(...args);
    },
  ];
  const ops = Object.fromEntries(Object.entries(addon.ops).map(wrap));
  return { ...native, addon: { ...addon, ops } };
});

/** The native rows that `fn` runs. */
export function rowsRunBy(fn: () => void): ReadonlySet<string> {
  running.clear();
  fn();
  return new Set(running);
}
