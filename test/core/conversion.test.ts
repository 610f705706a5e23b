/** Tensors in expressions with numbers and strings. */
import { compile, ones, tensor, zeros, type Tensor } from 'blasgrad';

/** What JavaScript's operators see of a tensor. */
const js = (x: Tensor): number => x as unknown as number;

test('a loss is compared and added as a number', () => {
  const loss = tensor(0.5);
  expect(js(loss) < 0.6).toBe(true);
  expect(js(loss) > 0.6).toBe(false);
  expect(js(loss) <= 0.5 && js(loss) >= 0.5).toBe(true);
  let total = 0;
  total += js(loss);
  total += js(tensor([[0.25]]));
  expect(total).toBe(0.75);
  expect([Number(loss), -js(loss), js(loss) * 2, Math.sqrt(js(tensor(4)))]).toEqual([
    0.5, -0.5, 1, 2,
  ]);
  expect(js(loss) == 0.5).toBe(true); // eslint-disable-line eqeqeq -- converts
  expect([js(tensor(NaN)) < 1, js(tensor(Infinity)) > 1]).toEqual([false, true]);
});

test('of every dtype, bigints only beyond 2^53', () => {
  for (const dtype of [
    'float16',
    'bfloat16',
    'float64',
    'int64',
    'int32',
    'uint8',
    'bool',
  ] as const)
    expect(js(ones({ dtype })) + 1).toBe(2);
  const large = tensor(2n ** 60n);
  expect(js(large) > 2 ** 59).toBe(true);
  expect(BigInt(js(large)) + 1n).toBe(2n ** 60n + 1n);
});

test('texts are the printed tensor', () => {
  const x = tensor(0.5);
  expect(`${x}`).toBe('tensor(0.5000)'); // eslint-disable-line @typescript-eslint/restrict-template-expressions
  expect(String(x)).toBe('tensor(0.5000)');
  expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])');
  expect([x, x].join()).toBe('tensor(0.5000),tensor(0.5000)');
  expect((x as unknown as string) + '!').toBe('0.5!');
  expect(JSON.stringify({ x })).toBe('{"x":0.5}');
});

test.each<[string, (x: Tensor) => unknown]>([
  ['<', (x) => js(x) < 1],
  ['+', (x) => js(x) + js(x)],
  ['+=', (x) => [1].reduce((sum) => sum + js(x), 0)],
  ['Number', Number],
  ['Math.max', (x) => Math.max(js(x), 1)],
  ['-', (x) => -js(x)],
])('%s refuses tensors of several elements and of none', (_what, use) => {
  for (const x of [ones(2), zeros(0)]) {
    expect(() => use(x)).toThrow(TypeError);
    expect(() => use(x)).toThrow('conversion to a number: expected a tensor of one element');
  }
});

test('a compiled function refuses to convert what it computes', () => {
  expect(() => compile((x: Tensor) => x.mul(js(x.sum()) < 1 ? 1 : 2))(ones(2))).toThrow(
    'conversion to a number: a compiled function computes this tensor',
  );
});
