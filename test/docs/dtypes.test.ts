/** The table of ops by dtype in docs/dtypes.md is true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cat, F, ones, stack, tensor, where, type DType, type Tensor } from 'blasgrad';
import { dtypes } from '../../dist/core/dtype';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'dtypes.md'), 'utf8');

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const lines = page.slice(page.indexOf('| op ')).split('\n');
const table = lines.slice(0, lines.indexOf('')).map(cellsOf);
const [[, ...columns], , ...rows] = table;

const index = tensor([[0, 1]], { dtype: 'int64' });
const places = tensor([0, 1], { dtype: 'int64' });
/** How the ops are called that take more than one or two operands of the same shape. */
const calls: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  clamp: (x) => x.clamp({ min: 0, max: 1 }),
  lerp: (x) => x.lerp(x, 0.5),
  logsumexp: (x) => x.logsumexp(0),
  cumsum: (x) => x.cumsum(0),
  softmax: (x) => x.softmax(0),
  logSoftmax: (x) => x.logSoftmax(0),
  sort: (x) => x.sort().values,
  topk: (x) => x.topk(1).values,
  gather: (x) => x.gather(0, index),
  scatter: (x) => x.scatter(0, index, x),
  scatterAdd: (x) => x.scatterAdd(0, index, x),
  indexSelect: (x) => x.indexSelect(0, places),
  indexAdd: (x) => x.indexAdd(0, places, x),
  index: (x) => x.index(places),
  where: (x) => where(x.ne(0), x, x),
  maskedFill: (x) => x.maskedFill(x.ne(0), 1),
  cat: (x) => cat([x, x]),
  stack: (x) => stack([x, x]),
  flip: (x) => x.flip([0]),
  reshape: (x) => x.reshape([4]),
  fill_: (x) => x.fill_(1),
  'F.threshold': (x) => F.threshold(x, 0.5, 2),
  'F.linear': (x) => F.linear(x, x),
  'F.conv2d': (x) => F.conv2d(x.reshape([1, 1, 2, 2]), x.reshape([1, 1, 2, 2])),
  'F.convTranspose2d': (x) => F.convTranspose2d(x.reshape([1, 1, 2, 2]), x.reshape([1, 1, 2, 2])),
  'F.unfold': (x) => F.unfold(x.reshape([1, 2, 2]), 2),
  'F.fold': (x) => F.fold(x.reshape([4, 1]), 2, 2),
  'F.mseLoss': (x) => F.mseLoss(x, x),
  'F.crossEntropy': (x) => F.crossEntropy(x, places),
};
const binary = /^(add|sub|mul|div|pow|fmod|remainder|floorDivide|m..imum|atan2|bitwise.*|eq|ne|lt|le|gt|ge|logical.*|matmul|copy_)$/; // prettier-ignore
const unary = /^(bitwise|logical)Not$/;

function resultOf(op: string, x: Tensor): Tensor {
  if (Object.hasOwn(calls, op)) return calls[op](x);
  if (op.startsWith('F.')) return (F as never as typeof calls)[op.slice(2)](x);
  const method = Reflect.get(x, op) as (this: Tensor, other?: Tensor) => Tensor;
  return method.apply(x, binary.test(op) && !unary.test(op) ? [x] : []);
}

const cases = rows.flatMap(([ops, ...cells]) =>
  ops
    .split(', ')
    .flatMap((op) =>
      columns.flatMap((column, i) =>
        column
          .split(', ')
          .map((dtype) => [op.replaceAll('`', ''), dtype as DType, cells[i]] as const),
      ),
    ),
);

test('the columns are the dtypes', () => {
  expect(columns.flatMap((column) => column.split(', ')).sort()).toEqual([...dtypes].sort());
});

test.each(cases)('%s of %s: %s', (op, dtype, expected) => {
  const x = ones([2, 2], { dtype });
  if (expected === '-') {
    expect(() => resultOf(op, x)).toThrow(TypeError);
    expect(() => resultOf(op, x)).toThrow(new RegExp(`expected .* for .*dtype.*, got ${dtype}`));
  } else {
    expect(resultOf(op, x).dtype).toBe(expected === 'same' ? dtype : expected);
  }
});
