/** Matrix products. */
import { addmm, F } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';

/** The product of the last two dimensions, leading ones broadcast. */
function product(a: Plain, b: Plain): Plain {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.shape.length - 1];
  const [leadA, leadB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const ndim = Math.max(leadA.length, leadB.length);
  const batch = Array.from({ length: ndim }, (_, i) => {
    const sizes = [leadA, leadB].map((lead) => lead[lead.length - ndim + i] ?? 1);
    return sizes[0] === 1 ? sizes[1] : sizes[0];
  });
  return build([...batch, m, n], (index) => {
    const [i, j] = index.slice(-2);
    const lead = index.slice(0, -2);
    let sum = 0;
    for (let p = 0; p < k; p++) sum += at(a, [...lead, i, p]) * at(b, [...lead, p, j]);
    return sum;
  });
}

const asRow = (x: Plain): Plain => ({ shape: [1, ...x.shape], data: x.data });
const asColumn = (x: Plain): Plain => ({ shape: [...x.shape, 1], data: x.data });
const reshaped = (x: Plain, ...shape: number[]): Plain => ({ shape, data: x.data });
const transposed = (x: Plain): Plain => build([x.shape[1], x.shape[0]], ([i, j]) => at(x, [j, i]));

/** As torch.matmul. */
function matmul(a: Plain, b: Plain): Plain {
  const out = product(a.shape.length === 1 ? asRow(a) : a, b.shape.length === 1 ? asColumn(b) : b);
  const shape = [...out.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(b.shape.length === 1 ? -1 : -2, 1);
  return { shape, data: out.data };
}

function linear(x: Plain, weight: Plain, bias?: Plain): Plain {
  const [outFeatures, inFeatures] = weight.shape;
  const lead = x.shape.slice(0, -1);
  const rows = reshaped(
    x,
    lead.reduce((a, b) => a * b, 1),
    inFeatures,
  );
  const { data } = product(rows, transposed(weight));
  const sums = data.map((value, i) => value + (bias ? bias.data[i % outFeatures] : 0));
  return { shape: [...lead, outFeatures], data: sums };
}

const shapes: [what: string, a: number[], b: number[]][] = [
  ['matrices', [3, 4], [4, 2]],
  ['one row', [1, 4], [4, 3]],
  ['one column', [3, 4], [4, 1]],
  ['an outer product', [3, 1], [1, 4]],
  ['single numbers', [1, 1], [1, 1]],
  ['no rows', [0, 4], [4, 2]],
  ['no columns', [3, 4], [4, 0]],
  ['nothing to sum', [3, 0], [0, 2]],
  ['vector and matrix', [4], [4, 2]],
  ['matrix and vector', [3, 4], [4]],
  ['vectors', [4], [4]],
  ['stacks', [2, 3, 4], [2, 4, 2]],
  ['a stack and a matrix', [2, 3, 4], [4, 2]],
  ['a matrix and a stack', [3, 4], [2, 4, 2]],
  ['a stack and a vector', [2, 3, 4], [4]],
  ['a vector and a stack', [4], [2, 4, 3]],
  ['an empty stack', [0, 3, 4], [0, 4, 2]],
  ['stacks that broadcast', [2, 1, 3, 4], [3, 4, 2]],
  ['stacks that broadcast both ways', [2, 1, 2, 3], [1, 3, 3, 2]],
];

// A hundred products of about 1 each, some of which cancel.
const manyTerms = { rel: 1e-5, abs: 5e-5 };
const random = (...all: number[][]): { shape: number[] }[] => all.map((shape) => ({ shape }));

const linears: [what: string, x: number[], out: number][] = [
  ['of a batch', [4, 3], 5],
  ['of a batch of one', [1, 3], 5],
  ['of an empty batch', [0, 3], 2],
  ['of a vector', [3], 2],
  ['of three dimensions', [2, 3, 4], 2],
  ['to one feature', [4, 3], 1],
  ['from one feature', [4, 1], 3],
];

/** Shapes that the loops of integers treat differently. */
const wholeShapes: [what: string, a: number[], b: number[]][] = [
  ['matrices', [3, 5], [5, 4]],
  ['matrix and vector', [3, 70], [70]],
  ['vectors', [130], [130]],
  ['wide matrices', [2, 66], [66, 1030]],
  ['stacks that broadcast', [2, 1, 3, 4], [3, 4, 2]],
  ['nothing to sum', [3, 0], [0, 2]],
];

export const cases: OpCase[] = [
  ...(['int32', 'int64', 'uint8'] as const).flatMap((dtype) =>
    wholeShapes.flatMap(([what, a, b]): OpCase[] => {
      const inputs = [a, b].map((shape) => ({ shape, dtype, high: 2 }));
      const last = {
        name: `matmul of ${what}, ${dtype}`,
        ops: ['matmul'],
        inputs,
        gradient: false,
      };
      const wraps = (x: Plain): Plain =>
        dtype === 'uint8' ? { shape: x.shape, data: x.data.map((one) => one & 255) } : x;
      return [{ ...last, run: (x, y) => x.matmul(y), reference: (x, y) => wraps(matmul(x, y)) }];
    }),
  ),
  {
    name: 'linear of integers',
    ops: ['matmul', 'add'],
    inputs: [[2, 3, 4], [5, 4], [5]].map((shape) => ({ shape, dtype: 'int32' })),
    run: (x, weight, bias) => F.linear(x, weight, bias),
    reference: linear,
    gradient: false,
  },
  {
    name: 'linear with a weight of one dimension',
    ops: ['matmul'],
    inputs: random([2, 3, 4], [4]),
    run: (x, weight) => F.linear(x, weight),
    reference: matmul,
  },
  {
    name: 'linear with a bias of another shape',
    ops: ['linearForward', 'linearBackward', 'add'],
    inputs: random([2, 4], [5, 4], [2, 1]),
    run: (x, weight, bias) => F.linear(x, weight, bias),
    reference: (x, weight, bias) => {
      const { shape, data } = linear(x, weight);
      return { shape, data: data.map((one, i) => one + bias.data[Math.floor(i / 5)]) };
    },
  },
  ...shapes.map(([what, a, b]): OpCase => ({
    name: `matmul of ${what}`,
    ops: a.includes(0) || b.includes(0) ? [] : ['matmul'],
    inputs: random(a, b),
    run: (x, y) => x.matmul(y),
    reference: matmul,
  })),
  {
    name: 'matmul of matrices worth two threads',
    ops: ['matmul'],
    inputs: random([150, 120], [120, 140]),
    run: (x, y) => x.matmul(y),
    reference: matmul,
    gradient: false,
    float32: manyTerms,
  },
  {
    name: 'matmul of many small matrices',
    ops: ['matmul'],
    inputs: random([9, 30, 20], [9, 20, 25]),
    run: (x, y) => x.matmul(y),
    reference: matmul,
    gradient: false,
    float32: manyTerms,
  },
  {
    name: 'matmul of transposed views',
    ops: ['matmul'],
    inputs: random([4, 3], [2, 4]),
    run: (x, y) => x.T.matmul(y.T),
    reference: (x, y) => product(transposed(x), transposed(y)),
  },
  {
    name: 'matmul of a tensor and its transpose',
    ops: ['matmul'],
    inputs: random([3, 4]),
    run: (x) => x.matmul(x.T),
    reference: (x) => product(x, transposed(x)),
  },
  {
    name: 'matmul of an expanded matrix',
    ops: ['matmul'],
    inputs: random([1, 4], [4, 2]),
    run: (x, y) => x.expand(3, 4).matmul(y),
    reference: (x, y) =>
      product(
        build([3, 4], ([, j]) => x.data[j]),
        y,
      ),
  },
  {
    name: 'mm',
    ops: ['matmul'],
    inputs: random([2, 3], [3, 2]),
    run: (x, y) => x.mm(y),
    reference: product,
  },
  {
    name: 'bmm',
    ops: ['matmul'],
    inputs: random([2, 2, 3], [2, 3, 2]),
    run: (x, y) => x.bmm(y),
    reference: product,
  },
  {
    name: 'mv',
    ops: ['matmul'],
    inputs: random([2, 3], [3]),
    run: (x, y) => x.mv(y),
    reference: matmul,
  },
  {
    name: 'dot',
    ops: ['matmul'],
    inputs: random([5], [5]),
    run: (x, y) => x.dot(y),
    reference: matmul,
  },
  {
    name: 'outer',
    ops: ['mul'],
    inputs: random([3], [4]),
    run: (x, y) => x.outer(y),
    reference: (x, y) => product(asColumn(x), asRow(y)),
  },
  {
    name: 'addmm',
    ops: ['matmul', 'add'],
    inputs: random([3, 2], [3, 4], [4, 2]),
    run: (input, a, b) => addmm(input, a, b),
    reference: (input, a, b) =>
      build([3, 2], (index) => at(input, index) + at(product(a, b), index)),
  },
  {
    name: 'addmm with alpha, beta and a broadcast input',
    ops: ['matmul', 'add', 'mul'],
    inputs: random([2], [3, 4], [4, 2]),
    run: (input, a, b) => addmm(input, a, b, { alpha: 0.5, beta: -2 }),
    reference: (input, a, b) =>
      build([3, 2], (index) => -2 * at(input, index) + 0.5 * at(product(a, b), index)),
  },
  ...linears.flatMap(([what, x, out]): OpCase[] => {
    const inFeatures = x[x.length - 1];
    return [
      {
        name: `linear ${what}`,
        ops: ['linearForward', 'linearBackward'],
        inputs: random(x, [out, inFeatures], [out]),
        run: (input, weight, bias) => F.linear(input, weight, bias),
        reference: linear,
      },
      {
        name: `linear ${what}, no bias`,
        ops: ['linearForward', 'linearBackward'],
        inputs: random(x, [out, inFeatures]),
        run: (input, weight) => F.linear(input, weight),
        reference: linear,
      },
    ];
  }),
  {
    name: 'linear worth two threads',
    ops: ['linearForward'],
    inputs: random([130, 110], [120, 110], [120]),
    run: (input, weight, bias) => F.linear(input, weight, bias),
    reference: linear,
    gradient: false,
    float32: manyTerms,
  },
];
