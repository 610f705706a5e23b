/** Files of others: equal forms of the same operations, and everything that is refused, broken or hostile. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { io, noGrad, randn, tensor } from 'blasgrad';
import { encode } from '../../../dist/io/onnx/protobuf';
import { attributeTypes, dataTypes, type Init } from '../../../dist/io/onnx/schema';

const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
const path = join(folder, 'model.onnx');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const floats = (name: string, dims: number[], values: number[]): Init<'TensorProto'> => ({
  name,
  dims: dims.map(BigInt),
  dataType: dataTypes.float32,
  floatData: values,
});
const longs = (name: string, values: number[], dims = [values.length]): Init<'TensorProto'> => ({
  name,
  dims: dims.map(BigInt),
  dataType: dataTypes.int64,
  int64Data: values.map(BigInt),
});
const int = (name: string, i: number): Init<'AttributeProto'> => ({
  name,
  i: BigInt(i),
  type: attributeTypes.int,
});
const ints = (name: string, values: number[]): Init<'AttributeProto'> => ({
  name,
  ints: values.map(BigInt),
  type: attributeTypes.ints,
});
const float = (name: string, f: number): Init<'AttributeProto'> => ({
  name,
  f,
  type: attributeTypes.float,
});
const value = (name: string, elemType: number = dataTypes.float32): Init<'ValueInfoProto'> => ({
  name,
  type: { tensorType: { elemType } },
});
const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: Init<'AttributeProto'>[] = [],
): Init<'NodeProto'> => ({ opType, input, output, attribute });

interface Parts {
  readonly nodes: Init<'NodeProto'>[];
  readonly tensors?: Init<'TensorProto'>[];
  readonly inputs?: Init<'ValueInfoProto'>[];
  readonly opset?: number;
}

function bytesOf({ nodes, tensors = [], inputs = [value('x')], opset = 17 }: Parts): Uint8Array {
  return encode('ModelProto', {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: { name: 'g', node: nodes, initializer: tensors, input: inputs, output: [value('y')] },
  });
}

async function load(parts: Parts): Promise<io.OnnxModule> {
  writeFileSync(path, bytesOf(parts));
  return io.importOnnx(path);
}

const x = tensor([
  [1, -2, 3],
  [-4, 5, -6],
]);

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

test('everything that is not supported is named at once', async () => {
  const loading = load({
    nodes: [
      node('LSTM', ['x'], ['a']),
      { ...node('Attention', ['a'], ['b']), domain: 'com.microsoft' },
      node(
        'ScatterElements',
        ['b', 'b', 'b'],
        ['c'],
        [{ name: 'reduction', s: new TextEncoder().encode('mul'), type: attributeTypes.string }],
      ),
      node('CumSum', ['c', 'k'], ['d'], [int('exclusive', 1)]),
      node('LayerNormalization', ['d', 'd'], ['e', 'mean']),
      node('Relu', ['d'], ['y'], [int('strange', 1)]),
    ],
    tensors: [longs('k', [0]), { name: 'text', dims: [1n], dataType: dataTypes.string }],
  });
  await expect(loading).rejects.toThrow(
    new RangeError(
      `importOnnx: expected a model of what is supported for ${path}, got\n  ` +
        [
          'CumSum with exclusive 1',
          'LSTM',
          'LayerNormalization with the statistics as outputs',
          'Relu with strange',
          'ScatterElements with reduction mul',
          'com.microsoft.Attention',
          "string elements of 'text'",
        ].join('\n  '),
    ),
  );
});

const relu = [node('Relu', ['x'], ['y'])];

describe('importOnnx refuses', () => {
  test.each<[string, Uint8Array | Parts, string]>([
    ['an empty file', new Uint8Array(0), 'got an empty file'],
    [
      'rubbish',
      Uint8Array.from({ length: 300 }, (_, i) => (i * 37 + 11) & 255),
      'got bytes that are none',
    ],
    ['text', new TextEncoder().encode('{"model": 1}'), 'got bytes that are none'],
    [
      'a model that is cut off',
      bytesOf({ nodes: relu }).subarray(0, 30),
      'got bytes that are none',
    ],
    ['no graph', encode('ModelProto', { irVersion: 8n }), 'got one without a graph'],
    [
      'sizes of 2^60',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n << 60n], dataType: 1, floatData: [1] }] },
      "expected sizes of 'w', got [1152921504606846976]",
    ],
    [
      'sizes whose product is too large',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n << 30n, 1n << 30n], dataType: 1 }] },
      "expected sizes of 'w'",
    ],
    [
      'negative sizes',
      { nodes: relu, tensors: [{ name: 'w', dims: [-3n], dataType: 1 }] },
      "expected sizes of 'w', got [-3]",
    ],
    [
      'more elements than there are',
      { nodes: relu, tensors: [floats('w', [1000000000], [1])] },
      "expected 1000000000 elements of 'w', got 1",
    ],
    [
      'fewer bytes than elements',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [2n], dataType: 1, rawData: new Uint8Array(5) }],
      },
      "expected 2 elements of 'w', got 5 bytes",
    ],
    ['a name twice', { nodes: [...relu, ...relu] }, "expected each name once, got 'y' twice"],
    [
      'nodes out of order',
      { nodes: [node('Relu', ['h'], ['y']), node('Relu', ['x'], ['h'])] },
      "expected nodes in order, got 'h' before anything makes it",
    ],
    ['an old opset', { nodes: relu, opset: 3 }, 'opset 3 (7 to 24 are)'],
    [
      'an input of another kind',
      { nodes: relu, inputs: [{ name: 'x' }] },
      "input 'x', which is no tensor",
    ],
    [
      'int64 elements beyond 32 bits',
      { nodes: relu, tensors: [longs('w', [2 ** 40, 1], [1, 2])] },
      "expected whole numbers of 32 bits in 'w', got 1099511627776",
    ],
  ])('%s', async (_, file, message) => {
    writeFileSync(path, file instanceof Uint8Array ? file : bytesOf(file));
    await expect(io.importOnnx(path)).rejects.toThrow(RangeError);
    await expect(io.importOnnx(path)).rejects.toThrow(message);
  });

  test('a directory, and a file that is not there', async () => {
    await expect(io.importOnnx(folder)).rejects.toThrow(`a file for ${folder}, got a directory`);
    await expect(io.importOnnx(join(folder, 'none.onnx'))).rejects.toThrow('ENOENT');
    await expect(io.importOnnx(3 as never)).rejects.toThrow(
      'expected a path or a file URL for path, got 3',
    );
  });
});

describe('weights in another file', () => {
  const external = (location: string, more: Record<string, string> = {}): Parts => ({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    tensors: [
      {
        name: 'w',
        dims: [3n],
        dataType: 1,
        dataLocation: 1,
        externalData: Object.entries({ location, ...more }).map(([key, value]) => ({ key, value })),
      },
    ],
  });
  const outside = mkdtempSync(join(tmpdir(), 'outside-'));
  beforeAll(() => {
    const bytes = new Uint8Array(Float32Array.of(0, 1, 2, 3).buffer);
    writeFileSync(join(folder, 'weights.bin'), bytes);
    writeFileSync(join(outside, 'weights.bin'), bytes);
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(outside, 'weights.bin'), join(folder, 'link.bin'));
  });
  afterAll(() => {
    rmSync(outside, { recursive: true });
  });

  test('are read beside the model', async () => {
    const model = await load(external('weights.bin', { offset: '4', length: '12' }));
    expect(noGrad(() => model.forward(x.mul(0))).toArray()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test.each([
    ['../', external('../weights.bin'), /expected weights in the model's folder/],
    [
      'an absolute path',
      external(join(outside, 'weights.bin')),
      /expected weights in the model's folder/,
    ],
    ['a link out of the folder', external('link.bin'), /expected weights in the model's folder/],
    ['no place', external(''), /expected weights in the model's folder/],
    ['the folder', external('sub'), /expected a file for .*sub, got a directory/],
    [
      'an offset beyond the end',
      external('weights.bin', { offset: '999', length: '12' }),
      /expected 12 bytes for 'w'/,
    ],
    [
      'a negative offset',
      external('weights.bin', { offset: '-4', length: '12' }),
      /expected an offset and a length of 'w', got others/,
    ],
    [
      'a length of 2^60',
      external('weights.bin', { length: String(2n ** 60n) }),
      /expected an offset and a length of 'w', got others/,
    ],
    [
      'a length of a terabyte',
      external('weights.bin', { length: '1099511627776' }),
      /expected weights of 16 bytes/,
    ],
    [
      'too few bytes',
      external('weights.bin', { length: '8' }),
      /expected 3 elements of 'w', got 8 bytes/,
    ],
  ])('are not read from %s', async (_, parts, message) => {
    await expect(load(parts)).rejects.toThrow(RangeError);
    await expect(load(parts)).rejects.toThrow(message);
  });
});

describe('forward of an imported model refuses', () => {
  test.each<[string, (model: io.OnnxModule) => unknown, string]>([
    ['too few inputs', (m) => m.forward(), 'OnnxModule: expected 1 tensors (x) for forward, got 0'],
    ['no tensor', (m) => m.forward(3 as never), 'expected a tensor for x, got 3'],
    [
      'another dtype',
      (m) => m.forward(tensor([1], { dtype: 'int32' })),
      'expected dtype float32 for x, got int32',
    ],
    ['another shape', (m) => m.forward(randn(2, 4)), 'expected shape [any, 3] for x, got [2, 4]'],
    ['another rank', (m) => m.forward(randn(3)), 'expected shape [any, 3] for x, got [3]'],
    ['another name', (m) => m.run({ z: x }), 'expected one of x for inputs, got z'],
  ])('%s', async (_, use, message) => {
    const dim = [{ dimParam: 'batch' }, { dimValue: 3n }];
    const model = await load({
      nodes: relu,
      inputs: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
    });
    expect(() => use(model)).toThrow(message);
  });
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
