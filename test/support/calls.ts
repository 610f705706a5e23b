/**
 * Records which native ops run. Import it before the library, so that it can wrap the functions of the addon.
 */
import type { NativeAddon, NativeOp } from '../../binding';

const running = new Set<string>();

/** A function of an op, or its functions by dtype. */
type Exported = NativeOp | { readonly [dtype: string]: Exported };

function wrap(name: string, op: Exported): Exported {
  if (typeof op !== 'function') {
    return Object.fromEntries(
      Object.entries(op).map(([dtype, inner]) => [dtype, wrap(name, inner)]),
    );
  }
  return (...args) => {
    running.add(name);
    op(...args);
  };
}

jest.mock('../../dist/core/native.js', () => {
  const actual = jest.requireActual<{ addon: NativeAddon }>('../../dist/core/native.js');
  const { addon } = actual;
  const ops = Object.entries(addon.ops).map(([name, op]) => [name, wrap(name, op)] as const);
  return { ...actual, addon: { ...addon, ops: Object.fromEntries(ops) } };
});

/** The native ops that `fn` runs. */
export function opsRunBy(fn: () => void): ReadonlySet<string> {
  running.clear();
  fn();
  return new Set(running);
}
