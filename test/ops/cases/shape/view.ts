/** Views: other shapes of the same memory. */
import { at, build, type OpCase, type Plain } from '../../harness';

const inputs = [{ shape: [2, 3, 4] }];
const reshaped =
  (...shape: number[]) =>
  (x: Plain): Plain => ({ shape, data: x.data });
const permuted =
  (...order: number[]) =>
  (x: Plain): Plain =>
    build(
      order.map((dim) => x.shape[dim]),
      (index) =>
        at(
          x,
          x.shape.map((_, dim) => index[order.indexOf(dim)]),
        ),
    );
/** Elements start, start + step, ... of one dimension. */
const sliced =
  (dim: number, start: number, length: number, step = 1) =>
  (x: Plain): Plain =>
    build(x.shape.with(dim, length), (index) => at(x, index.with(dim, start + step * index[dim])));
const selected =
  (dim: number, i: number) =>
  (x: Plain): Plain =>
    build(x.shape.toSpliced(dim, 1), (index) => at(x, index.toSpliced(dim, 0, i)));

const view = (
  name: string,
  run: OpCase['run'],
  reference: OpCase['reference'],
  rest: Partial<OpCase> = {},
): OpCase => ({
  name,
  ops: [],
  inputs,
  run,
  reference,
  view: true,
  ...rest,
});

export const cases: OpCase[] = [
  view('reshape', (x) => x.reshape([4, 6]), reshaped(4, 6)),
  view('reshape with separate sizes and -1', (x) => x.reshape(3, -1), reshaped(3, 8)),
  view('reshape to one dimension', (x) => x.reshape(-1), reshaped(24)),
  view('reshape to sizes of 1', (x) => x.reshape(1, 2, 1, 12, 1), reshaped(1, 2, 1, 12, 1)),
  view('reshape of one element to none', (x) => x.reshape([]), reshaped(), {
    inputs: [{ shape: [1, 1] }],
  }),
  view(
    'reshape of a transposed tensor copies',
    (x) => x.transpose(0, 2).reshape(6, 4),
    (x) => ({
      shape: [6, 4],
      data: permuted(2, 1, 0)(x).data,
    }),
    { view: false, ops: ['copy'] },
  ),
  view('reshape of an empty tensor', (x) => x.reshape(3, 0, 5), reshaped(3, 0, 5), {
    inputs: [{ shape: [0, 2] }],
  }),
  view(
    'view merges dimensions that memory allows',
    (x) => x.contiguous().narrow(0, 0, 1).view(12),
    (x) => ({
      shape: [12],
      data: x.data.slice(0, 12),
    }),
    { ops: ['copy'] },
  ),
  view(
    'view splits a strided dimension',
    (x) => x.contiguous().slice(2, 0, 4, 2).view(2, 3, 2, 1),
    (x) => ({
      shape: [2, 3, 2, 1],
      data: sliced(2, 0, 2, 2)(x).data,
    }),
    { ops: ['copy'] },
  ),
  view('transpose', (x) => x.transpose(0, 2), permuted(2, 1, 0)),
  view('transpose by negative dimensions', (x) => x.transpose(-1, -2), permuted(0, 2, 1)),
  view('t of a matrix', (x) => x.t(), permuted(1, 0), { inputs: [{ shape: [2, 3] }] }),
  view('T', (x) => x.T, permuted(2, 1, 0)),
  view('permute', (x) => x.permute(2, 0, 1), permuted(2, 0, 1)),
  view('permute by an array', (x) => x.permute([1, -1, 0]), permuted(1, 2, 0)),
  view('movedim', (x) => x.movedim(0, 2), permuted(1, 2, 0)),
  view('movedim of several', (x) => x.movedim([0, 1], [-1, 0]), permuted(1, 2, 0)),
  view('squeeze', (x) => x.squeeze(), reshaped(3, 2), { inputs: [{ shape: [1, 3, 1, 2] }] }),
  view('squeeze of one dimension', (x) => x.squeeze(2), reshaped(1, 3, 2), {
    inputs: [{ shape: [1, 3, 1, 2] }],
  }),
  view('squeeze of several dimensions', (x) => x.squeeze([0, -2]), reshaped(3, 2), {
    inputs: [{ shape: [1, 3, 1, 2] }],
  }),
  view('unsqueeze', (x) => x.unsqueeze(1), reshaped(2, 1, 3, 4)),
  view('unsqueeze at the end', (x) => x.unsqueeze(-1), reshaped(2, 3, 4, 1)),
  view(
    'expand',
    (x) => x.expand(4, 3, 2),
    (x) => build([4, 3, 2], (index) => at(x, index)),
    {
      inputs: [{ shape: [3, 1] }],
    },
  ),
  view(
    'expand keeps sizes of -1',
    (x) => x.expand([2, -1, 4]).clone(),
    (x) => {
      return build([2, 3, 4], (index) => at(x, index));
    },
    { inputs: [{ shape: [1, 3, 1] }], view: false, ops: ['copy'] },
  ),
  view(
    'expandAs',
    (x, y) => x.expandAs(y).mul(y),
    (x, y) => {
      return build([2, 3], (index) => at(x, index) * at(y, index));
    },
    { inputs: [{ shape: [3] }, { shape: [2, 3] }], view: false, ops: ['mul'] },
  ),
  view('narrow', (x) => x.narrow(2, 1, 2), sliced(2, 1, 2), { ops: ['copy'] }),
  view('narrow from the end', (x) => x.narrow(-1, -3, 2), sliced(2, 1, 2), { ops: ['copy'] }),
  view('narrow to nothing', (x) => x.narrow(1, 1, 0), sliced(1, 1, 0)),
  view('select', (x) => x.select(1, 2), selected(1, 2), { ops: ['copy'] }),
  view('select from the end', (x) => x.select(-1, -4), selected(2, 0), { ops: ['copy'] }),
  view('slice', (x) => x.slice(1, 1), sliced(1, 1, 2), { ops: ['copy'] }),
  view('slice with a step', (x) => x.slice(2, 0, null, 3), sliced(2, 0, 2, 3), { ops: ['copy'] }),
  view('slice from the end', (x) => x.slice(2, -3, -1), sliced(2, 1, 2), { ops: ['copy'] }),
  view('slice past the end', (x) => x.slice(1, 2, 99), sliced(1, 2, 1), { ops: ['copy'] }),
  view('slice of nothing', (x) => x.slice(0, 1, 1), sliced(0, 1, 0)),
  view('flatten', (x) => x.flatten(), reshaped(24)),
  view('flatten from a dimension', (x) => x.flatten(1), reshaped(2, 12)),
  view('flatten up to a dimension', (x) => x.flatten(0, 1), reshaped(6, 4)),
  view('flatten of a single number', (x) => x.flatten(), reshaped(1), { inputs: [{ shape: [] }] }),
  view('unflatten', (x) => x.unflatten(2, [2, -1]), reshaped(2, 3, 2, 2)),
  view(
    'views of views',
    (x) => x.permute(2, 0, 1).slice(0, 1, 4, 2).select(1, 1).unsqueeze(0),
    (x) => {
      return reshaped(1, 2, 3)(selected(1, 1)(sliced(0, 1, 2, 2)(permuted(2, 0, 1)(x))));
    },
    { ops: ['copy'] },
  ),
];
