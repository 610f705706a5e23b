/** Files of other programs: equivalent forms of operations, names of any kind, a path or a URL. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { io, noGrad } from 'blasgrad';
import { dataTypes } from '../../../dist/io/onnx/schema';
import {
  bytesOf,
  cleanUp,
  float,
  floats,
  int,
  ints,
  load,
  longs,
  node,
  path,
  relu,
  x,
  type Parts,
} from './modelFile';

afterAll(cleanUp);

test.each<[string, Parts, unknown]>([
  [
    'Gemm with alpha, beta and both transposed',
    {
      nodes: [
        node(
          'Gemm',
          ['w', 'x', 'c'],
          ['y'],
          [int('transA', 1), int('transB', 1), float('alpha', 2), float('beta', 3)],
        ),
      ],
      tensors: [floats('w', [3, 1], [1, 0, 1]), floats('c', [1], [1])],
    },
    [[11, -17]],
  ],
  [
    'MatMul and Add',
    {
      nodes: [node('MatMul', ['x', 'w'], ['h']), node('Add', ['h', 'b'], ['y'])],
      tensors: [floats('w', [3, 1], [1, 1, 1]), floats('b', [1], [0.5])],
    },
    [[2.5], [-4.5]],
  ],
  [
    'axes as attributes',
    {
      opset: 11,
      nodes: [
        node('ReduceSum', ['x'], ['s'], [ints('axes', [1]), int('keepdims', 0)]),
        node('Unsqueeze', ['s'], ['y'], [ints('axes', [0])]),
      ],
    },
    [[2, -5]],
  ],
  [
    'bounds as attributes',
    { opset: 9, nodes: [node('Clip', ['x'], ['y'], [float('min', -1), float('max', 2)])] },
    [
      [1, -1, 2],
      [-1, 2, -1],
    ],
  ],
  [
    'a slice with attributes',
    {
      opset: 9,
      nodes: [
        node(
          'Slice',
          ['x'],
          ['y'],
          [ints('starts', [-2]), ints('ends', [1000]), ints('axes', [1])],
        ),
      ],
    },
    [
      [-2, 3],
      [5, -6],
    ],
  ],
  [
    'a slice with negative steps',
    {
      nodes: [node('Slice', ['x', 's', 'e', 'a', 't'], ['y'])],
      tensors: [longs('s', [-1]), longs('e', [-100]), longs('a', [1]), longs('t', [-2])],
    },
    [
      [3, 1],
      [-6, -4],
    ],
  ],
  [
    'Softmax of older opsets',
    {
      opset: 12,
      nodes: [node('Mul', ['x', 'z'], ['h']), node('Softmax', ['h'], ['y'], [int('axis', 0)])],
      tensors: [floats('z', [], [0])],
    },
    new Array(2).fill(new Array(3).fill(Math.fround(1 / 6))),
  ],
  [
    'a shape that is computed',
    {
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Gather', ['s', 'i'], ['n']),
        node('Concat', ['m', 'n'], ['t'], [int('axis', 0)]),
        node('Reshape', ['x', 't'], ['y']),
      ],
      tensors: [longs('i', [0]), longs('m', [-1])],
    },
    [
      [1, -2],
      [3, -4],
      [5, -6],
    ],
  ],
  [
    'a reshape that keeps a size',
    { nodes: [node('Reshape', ['x', 's'], ['y'])], tensors: [longs('s', [0, -1, 1])] },
    [
      [[1], [-2], [3]],
      [[-4], [5], [-6]],
    ],
  ],
  [
    'Split',
    {
      nodes: [node('Split', ['x', 's'], ['', 'y'], [int('axis', 1)])],
      tensors: [longs('s', [1, 2])],
    },
    [
      [-2, 3],
      [5, -6],
    ],
  ],
  [
    'Dropout and Identity',
    {
      nodes: [node('Dropout', ['x'], ['h'], [float('ratio', 0.5)]), node('Identity', ['h'], ['y'])],
    },
    x.toArray(),
  ],
  [
    'int8 elements',
    {
      nodes: [node('Cast', ['w'], ['f'], [int('to', 1)]), node('Add', ['x', 'f'], ['y'])],
      tensors: [
        { name: 'w', dims: [3n], dataType: dataTypes.int8, rawData: Uint8Array.of(255, 0, 1) },
      ],
    },
    [
      [0, -2, 4],
      [-5, 5, -5],
    ],
  ],
  [
    'float16 elements',
    {
      nodes: [node('Add', ['x', 'w'], ['y'])],
      tensors: [
        { name: 'w', dims: [], dataType: dataTypes.float16, rawData: Uint8Array.of(0, 0x3c) },
      ],
    },
    [
      [2, -1, 4],
      [-3, 6, -5],
    ],
  ],
  ...(
    [
      ['bfloat16', [0x80, 0x3f]],
      ['uint16', [1, 0]],
      ['uint32', [1, 0, 0, 0]],
      ['uint64', [1, 0, 0, 0, 0, 0, 0, 0]],
    ] as const
  ).map(([kind, bytes]): [string, Parts, unknown] => [
    `${kind} elements`,
    {
      nodes: [node('Cast', ['w'], ['f'], [int('to', 1)]), node('Add', ['x', 'f'], ['y'])],
      tensors: [
        { name: 'w', dims: [], dataType: dataTypes[kind], rawData: Uint8Array.from(bytes) },
      ],
    },
    [
      [2, -1, 4],
      [-3, 6, -5],
    ],
  ]),
  [
    'a range of integers, longer than any shape',
    {
      nodes: [
        node('Range', ['from', 'to', 'by'], ['r']),
        node('ReduceMax', ['r'], ['y'], [int('keepdims', 0)]),
      ],
      tensors: [longs('from', [0], []), longs('to', [100_000], []), longs('by', [3], [])],
    },
    99_999,
  ],
  [
    'a range that leads nowhere',
    {
      nodes: [node('Range', ['from', 'to', 'by'], ['r']), node('Add', ['r', 'by'], ['y'])],
      tensors: [floats('from', [], [5]), floats('to', [], [1]), floats('by', [], [1])],
    },
    [],
  ],
  [
    'a shape of two sizes without those of 1, of which there are none',
    {
      nodes: [
        node('Shape', ['x'], ['s']),
        node('Squeeze', ['s'], ['q']),
        node('Add', ['q', 'zero'], ['y']),
      ],
      tensors: [longs('zero', [0], [])],
    },
    [2, 3],
  ],
  [
    'the last column by its number from the end',
    {
      nodes: [node('Gather', ['x', 'i'], ['y'], [int('axis', 1)])],
      tensors: [longs('i', [-1], [])],
    },
    [3, -6],
  ],
  [
    'numbers from the end that are computed',
    {
      nodes: [
        node('Sign', ['x'], ['s']),
        node('Cast', ['s'], ['i'], [int('to', dataTypes.int64)]),
        node('Gather', ['w', 'i'], ['y']),
      ],
      tensors: [floats('w', [3], [10, 11, 12])],
    },
    [
      [11, 12, 11],
      [12, 11, 12],
    ],
  ],
  [
    'a sum of squares over no axes',
    { nodes: [node('ReduceSumSquare', ['x'], ['y'], [int('noop_with_empty_axes', 1)])] },
    [
      [1, 4, 9],
      [16, 25, 36],
    ],
  ],
  [
    'BatchNormalization',
    {
      nodes: [node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['y'], [float('epsilon', 0)])],
      tensors: [
        floats('s', [3], [1, 2, 1]),
        floats('b', [3], [0, 0, 1]),
        floats('m', [3], [1, 0, 0]),
        floats('v', [3], [1, 4, 1]),
      ],
    },
    [
      [0, -2, 4],
      [-5, 5, -5],
    ],
  ],
  [
    'LayerNormalization of two dimensions, without a bias',
    {
      nodes: [node('LayerNormalization', ['c', 's'], ['y'], [int('axis', 1), float('epsilon', 7)])],
      tensors: [floats('c', [1, 2, 2], [4, -2, 4, -2]), floats('s', [2], [4, 8])],
    },
    [
      [
        [3, -6],
        [3, -6],
      ],
    ],
  ],
])('%s', async (_, parts, expected) => {
  const model = await load(parts);
  expect(noGrad(() => model.forward(x)).toArray()).toEqual(expected);
});

test('names may be anything', async () => {
  const names = ['forward', '__proto__', 'a.b.weight', 'constructor', 'a..b', '/x/y'];
  const model = await load({
    nodes: [node('Sum', ['x', ...names], ['y'])],
    tensors: names.map((name) => floats(name, [], [1])),
  });
  expect(model.namedParameters().map(([name]) => name)).toEqual(names);
  expect(noGrad(() => model.forward(x)).toArray()).toEqual(x.add(6).toArray());
});

test('a path may be a file URL', async () => {
  writeFileSync(path, bytesOf({ nodes: relu }));
  const model = await io.importOnnx(pathToFileURL(path));
  expect(String(model)).toBe('OnnxModule(x: float32 -> y; 1 nodes)');
  expect(readFileSync(path).length).toBeGreaterThan(0);
});
