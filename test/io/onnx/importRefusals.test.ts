/** Files that are refused: unsupported, broken or hostile; and inputs that an imported model refuses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, randn, tensor } from 'blasgrad';
import { encode } from '../../../dist/io/onnx/protobuf';
import { attributeTypes, dataTypes } from '../../../dist/io/onnx/schema';
import {
  bytesOf,
  cleanUp,
  floats,
  folder,
  int,
  load,
  longs,
  node,
  path,
  relu,
  x,
  type Parts,
} from './modelFile';

afterAll(cleanUp);

test('everything that is not supported is named at once', async () => {
  const loading = load({
    nodes: [
      node('LSTM', ['x'], ['a']),
      { ...node('Attention', ['a'], ['b']), domain: 'com.microsoft' },
      node(
        'ScatterElements',
        ['b', 'b', 'b'],
        ['c'],
        [{ name: 'reduction', s: new TextEncoder().encode('max'), type: attributeTypes.string }],
      ),
      node('CumSum', ['c', 'k'], ['d'], [int('exclusive', 1), int('odd', 1)]),
      node(
        'BatchNormalization',
        ['d', 'd', 'd', 'd', 'd'],
        ['n'],
        [int('spatial', 0), int('training_mode', 1)],
      ),
      node('LayerNormalization', ['d', 'd'], ['e', 'mean']),
      node('Relu', ['d'], ['y'], [int('strange', 1)]),
    ],
    tensors: [longs('k', [0]), { name: 'text', dims: [1n], dataType: dataTypes.string }],
  });
  await expect(loading).rejects.toThrow(
    new RangeError(
      `importOnnx: expected a model of what is supported for ${path}, got\n  ` +
        [
          'BatchNormalization with spatial 0',
          'BatchNormalization with training_mode 1',
          'CumSum with exclusive 1',
          'CumSum with odd',
          'LSTM',
          'LayerNormalization with the statistics as outputs',
          'Relu with strange',
          'ScatterElements with reduction max',
          'com.microsoft.Attention',
          "string elements of 'text'",
        ].join('\n  '),
    ),
  );
});

describe('importOnnx refuses', () => {
  test.each<[string, Uint8Array | Parts, string]>([
    ['an empty file', new Uint8Array(0), 'got an empty file'],
    [
      'rubbish',
      Uint8Array.from({ length: 300 }, (_, i) => (i * 37 + 11) & 255),
      'is not an ONNX model: ',
    ],
    ['text', new TextEncoder().encode('{"model": 1}'), 'is not an ONNX model: '],
    ['a model that is cut off', bytesOf({ nodes: relu }).subarray(0, 30), 'is not an ONNX model: '],
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
    [
      'a node without inputs',
      { nodes: [node('Relu', [], ['y'])] },
      "first input of 'Relu', got none",
    ],
    [
      'uint64 elements that are no plain numbers',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n], dataType: dataTypes.uint64 }] },
      "uint64 elements of 'w' outside raw_data",
    ],
    [
      'uint32 elements beyond 31 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: 12, rawData: new Uint8Array(4).fill(255) }],
      },
      "expected whole numbers of 32 bits in 'w', got 4294967295",
    ],
    [
      'ConstantOfShape of two numbers',
      {
        nodes: [
          node('Shape', ['x'], ['s']),
          node(
            'ConstantOfShape',
            ['s'],
            ['y'],
            [{ name: 'value', t: longs('', [1, 2]), type: attributeTypes.tensor }],
          ),
        ],
      },
      'expected one value in ConstantOfShape, got 2',
    ],
    ['an old opset', { nodes: relu, opset: 3 }, 'opset 3 (7 to 24 are)'],
    [
      'an input of another kind',
      { nodes: relu, inputs: [{ name: 'x' }] },
      "input 'x', which is no tensor",
    ],
    [
      'uint64 elements beyond 63 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: 13, rawData: new Uint8Array(8).fill(255) }],
      },
      "expected whole numbers of 64 bits in 'w', got 18446744073709551615",
    ],
    [
      'uint8 elements beyond 8 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [2n], dataType: dataTypes.uint8, int32Data: [255, 256] }],
      },
      "expected numbers from 0 to 255 in 'w', got 256",
    ],
    [
      'bits of halves beyond 16 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: dataTypes.float16, int32Data: [-1] }],
      },
      "expected numbers from 0 to 65535 in 'w', got -1",
    ],
    [
      'bytes that are cut off',
      {
        nodes: relu,
        tensors: [
          { name: 'w', dims: [2n], dataType: dataTypes.bfloat16, rawData: new Uint8Array(3) },
        ],
      },
      "expected 2 elements of 'w', got 3 bytes",
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

describe('forward refuses what a graph says of values', () => {
  const [zero, one, many] = [longs('zero', [0]), longs('one', [1]), longs('many', [5])];
  test.each<[string, Parts, string]>([
    [
      'a range of steps of 0',
      {
        nodes: [node('Range', ['zero', 'many', 'zero'], ['y'])],
        tensors: [zero, many],
      },
      'expected a step other than 0 for Range, got 0',
    ],
    [
      'a slice of a shape in steps of 0',
      {
        nodes: [
          node('Shape', ['x'], ['s']),
          node('Slice', ['s', 'one', 'zero', 'zero', 'zero'], ['y']),
        ],
        tensors: [zero, one],
      },
      'expected a step other than 0 for Slice, got 0',
    ],
    [
      'a slice of a tensor in steps of 0',
      { nodes: [node('Slice', ['x', 'one', 'zero', 'zero', 'zero'], ['y'])], tensors: [zero, one] },
      'expected a step other than 0 for Slice, got 0',
    ],
    [
      'a node of too few inputs',
      { nodes: [node('Mul', ['x'], ['y'])] },
      'expected one more input for a node, got none',
    ],
    [
      'a node of an input that is left out',
      { nodes: [node('BatchNormalization', ['x', '', '', '', ''], ['y'])] },
      'expected one more input for a node, got none',
    ],
    [
      'a node of too many outputs',
      { nodes: [node('Relu', ['x'], ['z', 'y'])] },
      'expected a node of fewer outputs for forward, got 2',
    ],
  ])('%s', async (_, parts, message) => {
    const model = await load(parts);
    expect(() => model.forward(x)).toThrow(message);
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
    [
      'no names',
      (m) => m.run(x as never),
      'expected an object of tensors for inputs, got a float32',
    ],
    ['nothing by name', (m) => m.run(null as never), 'an object of tensors for inputs, got null'],
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
