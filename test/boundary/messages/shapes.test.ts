/** What is refused for its shape or size, word by word. */
import { cat, F, fromArray, stack, tensor, where, zeros } from 'blasgrad';
import { as, Range, Type, matrix, testRefusals, type Row } from './rows';

const x = matrix();

const shapes: Row[] = [
  [
    'add of shapes that do not broadcast',
    () => x.add(zeros(2)),
    Range,
    'add: expected shapes that broadcast together, got [2, 3] and [2]',
  ],
  [
    'where of three shapes',
    () => where(x.gt(1), zeros(4, 2, 3), zeros(5, 1, 1)),
    Range,
    'where: expected shapes that broadcast together, got [4, 2, 3] and [5, 1, 1]',
  ],
  [
    'matmul of sides that differ',
    () => x.matmul(zeros(2, 3)),
    Range,
    'matmul: expected 3 rows in other to match [2, 3] for other, got [2, 3]',
  ],
  [
    'matmul of a number',
    () => x.matmul(tensor(1)),
    Range,
    'matmul: expected at least one dimension for other, got []',
  ],
  [
    'mm of a vector',
    () => x.mm(zeros(3)),
    Range,
    'mm: expected a tensor of 2 dimensions for other, got [3]',
  ],
  [
    'bmm of stacks that differ',
    () => zeros(2, 1, 1).bmm(zeros(3, 1, 1)),
    Range,
    'bmm: expected a stack of 2 matrices for other, got [3, 1, 1]',
  ],
  [
    'dot of a matrix',
    () => x.dot(x),
    Range,
    'dot: expected a tensor of 1 dimensions for this, got [2, 3]',
  ],
  [
    'linear of other features',
    () => F.linear(x, zeros(4, 2)),
    Range,
    'linear: expected 2 features in the last dimension for input, got [2, 3]',
  ],
  [
    'linear with a bias of another length',
    () => F.linear(x, zeros(4, 3), zeros(3)),
    Range,
    'linear: expected a shape that broadcasts to [2, 4] for bias, got [3]',
  ],
  [
    'linear of a weight without dimensions',
    () => F.linear(x, zeros([])),
    Range,
    'linear: expected a matrix or a vector for weight, got []',
  ],
  [
    'reshape to another size',
    () => x.reshape(4),
    Range,
    'reshape: expected a shape of 6 elements for shape, got [4]',
  ],
  [
    'reshape to a size that does not divide',
    () => x.reshape(4, -1),
    Range,
    'reshape: expected sizes whose product divides 6 for shape, got [4, -1]',
  ],
  [
    'reshape to two unknown sizes',
    () => x.reshape(-1, -1),
    Range,
    'reshape: expected an integer of at least 0 for shape[1], got -1',
  ],
  [
    'view of memory in another order',
    () => x.T.view(6),
    Range,
    'view: a tensor of shape [3, 2] and strides [1, 3] cannot be viewed as [6] without a copy; use reshape',
  ],
  [
    'expand of a size that is not 1',
    () => x.expand(4, 3),
    Range,
    'expand: expected a shape that [2, 3] broadcasts to for shape, got [4, 3]',
  ],
  [
    'permute without all dimensions',
    () => x.permute(0),
    Range,
    'permute: expected all 2 dimensions for dims, got [0]',
  ],
  [
    'permute with one twice',
    () => x.permute(0, 0),
    Range,
    'permute: expected each dimension once for dim, got 0 twice',
  ],
  [
    'transpose of a dimension that is not there',
    () => x.transpose(0, 2),
    Range,
    'transpose: expected a dimension from -2 to 1 for dim1, got 2',
  ],
  [
    't of three dimensions',
    () => zeros(1, 1, 1).t(),
    Range,
    't: expected at most 2 dimensions for this, got [1, 1, 1]',
  ],
  [
    'narrow past the end',
    () => x.narrow(1, 2, 2),
    Range,
    'narrow: expected a range inside [0, 3) for start and length, got 2 and 2',
  ],
  [
    'select past the end',
    () => x.select(0, 2),
    Range,
    'select: expected an index from -2 to 1 for index, got 2',
  ],
  [
    'slice backwards',
    () => x.slice(0, 0, 2, -1),
    Range,
    'slice: expected an integer of at least 1 for step, got -1',
  ],
  [
    'unflatten to a size that does not divide',
    () => x.unflatten(1, [2, -1]),
    Range,
    'unflatten: expected sizes whose product divides 3 for shape, got [2, -1]',
  ],
  [
    'movedim of more than it moves',
    () => x.movedim([0, 1], 0),
    Range,
    'movedim: expected 2 dimensions for destination, got 1',
  ],
  [
    'cat of sizes that differ',
    () => cat([x, zeros(2, 2)]),
    Range,
    'cat: expected shape [any, 3] for tensors[1], got [2, 2]',
  ],
  [
    'stack of nothing',
    () => stack([]),
    Range,
    'stack: expected at least one tensor for tensors, got none',
  ],
  [
    'item of several',
    () => x.item(),
    Range,
    'item: expected a tensor of one element for this, got [2, 3]',
  ],
];
const sizes: Row[] = [
  [
    'a negative size',
    () => zeros(2, -1),
    Range,
    'zeros: expected an integer of at least 0 for shape[1], got -1',
  ],
  [
    'a fraction of a size',
    () => zeros(1.5),
    Range,
    'zeros: expected an integer of at least 0 for shape[0], got 1.5',
  ],
  [
    'NaN as size',
    () => zeros([NaN]),
    Range,
    'zeros: expected an integer of at least 0 for shape[0], got NaN',
  ],
  [
    'a text as size',
    () => zeros(as('3')),
    Type,
    "zeros: expected an integer for shape[0], got '3'",
  ],
  [
    'more than memory counts',
    () => zeros(2 ** 30, 2 ** 30),
    Range,
    'zeros: expected at most 2^49 elements for shape, got [1073741824, 1073741824]',
  ],
  [
    'an array of another length',
    () => fromArray(new Float32Array(5), [2, 3]),
    Range,
    'fromArray: expected a shape of 5 elements for shape, got [2, 3]',
  ],
  [
    'rows of other lengths',
    () => tensor([[1, 2], [3]]),
    Range,
    'tensor: expected 2 elements for data[1], got an array of 1 elements',
  ],
];

describe('shapes', () => testRefusals(shapes));
describe('sizes and lengths', () => testRefusals(sizes));

test('what was refused has changed nothing', () => {
  expect(x.toArray()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});
