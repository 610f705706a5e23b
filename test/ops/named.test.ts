/** Native ops called by the names of their arguments. */
import {
  argumentNames,
  kernels,
  namedKernels,
  opDefinitions,
  requireOrders,
} from '../../dist/ops/define';
import 'blasgrad';

type Named = Record<string, never>;
const bySorted = (positional: (call: (...args: unknown[]) => void, o: Named, a: Named) => void) =>
  namedKernels('cumsum', positional as never);

test('all ops that are called by names pass their arguments in the native order', () => {
  requireOrders();
});

test('arguments that are in the order of the native definition', () => {
  const [x, y] = [Float32Array.of(1, 2, 3), new Float32Array(3)];
  const cumsum = bySorted((call, o, a) => {
    call(o['x'], o['y'], a['outer'], a['n'], a['inner'], a['reverse']);
  });
  cumsum.float32({ x, y }, { outer: 1, n: 3, inner: 1, reverse: false });
  expect([...y]).toEqual([1, 3, 6]);
});

test.each([
  [
    'swapped',
    (o: Named, a: Named) => [o['y'], o['x'], a['outer'], a['n'], a['inner'], a['reverse']],
  ],
  ['missing', (o: Named, a: Named) => [o['x'], o['y'], a['outer'], a['n'], a['inner']]],
  ['surplus', (o: Named, a: Named) => [o['x'], o['y'], a['outer'], a['n'], a['inner'], a['reverse'], a['reverse']]], // prettier-ignore
  [
    'misspelt',
    (o: Named, a: Named) => [o['x'], o['out'], a['outer'], a['n'], a['inner'], a['reverse']],
  ],
])('%s arguments are refused at the first call', (_, args) => {
  const cumsum = bySorted((call, o, a) => call(...args(o, a)));
  expect(() => cumsum.float32({}, {})).toThrow(
    'blasgrad: the arguments of cumsum are operand x, operand y, attribute outer, attribute n, ' +
      'attribute inner, attribute reverse, but operand ',
  );
});

test('names of arguments come from the native definition', () => {
  expect(argumentNames('sgd')).toEqual(['hyper', 'step', 'param', 'grad', 'momentumBuffer', 'n']);
});

test('a dtype without a function is refused, with those that have one', () => {
  const y = new Uint8Array(1);
  expect(() => kernels('add').bool(y, y, y, 1)).toThrow(
    new TypeError(
      'add: expected float32, float64, float16, bfloat16, int64, int32 or uint8 for dtype, got bool',
    ),
  );
});

test('every native op has a function for each dtype that its definition names', () => {
  for (const { name, kernels: dtypes } of opDefinitions().native) {
    expect({ name, count: dtypes.length }).not.toEqual({ name, count: 0 });
  }
});
