/** Files that are refused: unsupported, damaged or hostile; and inputs that an imported model refuses. */
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
      `importOnnx: ${path} uses parts of ONNX that are not supported:\n  ` +
        [
          'BatchNormalization with spatial 0',
          'BatchNormalization with training_mode 1',
          'CumSum with exclusive 1',
          'CumSum with odd',
          'LSTM',
          'LayerNormalization with statistics as outputs',
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
    ['an empty file', new Uint8Array(0), 'is not an ONNX model: the file is empty'],
    [
      'rubbish',
      Uint8Array.from({ length: 300 }, (_, i) => (i * 37 + 11) & 255),
      'is not an ONNX model: ',
    ],
    ['text', new TextEncoder().encode('{"model": 1}'), 'is not an ONNX model: '],
    ['a model that is cut off', bytesOf({ nodes: relu }).subarray(0, 30), 'is not an ONNX model: '],
    ['no graph', encode('ModelProto', { irVersion: 8n }), 'is not an ONNX model: it has no graph'],
    [
      'sizes of 2^60',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n << 60n], dataType: 1, floatData: [1] }] },
      "'w' has the invalid shape [1152921504606846976]",
    ],
    [
      'sizes whose product is too large',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n << 30n, 1n << 30n], dataType: 1 }] },
      "'w' has the invalid shape [1073741824, 1073741824]",
    ],
    [
      'negative sizes',
      { nodes: relu, tensors: [{ name: 'w', dims: [-3n], dataType: 1 }] },
      "'w' has the invalid shape [-3]",
    ],
    [
      'more elements than there are',
      { nodes: relu, tensors: [floats('w', [1000000000], [1])] },
      "'w' has 1 elements, but its shape needs 1000000000 elements",
    ],
    [
      'fewer bytes than elements',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [2n], dataType: 1, rawData: new Uint8Array(5) }],
      },
      "'w' has 5 bytes, but its shape needs 2 elements",
    ],
    ['a name twice', { nodes: [...relu, ...relu] }, "the name 'y' occurs twice"],
    [
      'nodes out of order',
      { nodes: [node('Relu', ['h'], ['y']), node('Relu', ['x'], ['h'])] },
      "'h' is used before a node computes it",
    ],
    [
      'a node without inputs',
      { nodes: [node('Relu', [], ['y'])] },
      "a node of type 'Relu' has no first input",
    ],
    [
      'uint64 elements that are no plain numbers',
      { nodes: relu, tensors: [{ name: 'w', dims: [1n], dataType: dataTypes.uint64 }] },
      "uint64 elements of 'w' outside of raw_data",
    ],
    [
      'uint32 elements beyond 31 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: 12, rawData: new Uint8Array(4).fill(255) }],
      },
      "'w' contains 4294967295, which is not an integer of 32 bits",
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
      'a ConstantOfShape node has 2 values instead of one',
    ],
    ['an old opset', { nodes: relu, opset: 3 }, 'opset 3, only opsets 7 to 24'],
    [
      'an input of another kind',
      { nodes: relu, inputs: [{ name: 'x' }] },
      "input 'x', which is not a tensor",
    ],
    [
      'uint64 elements beyond 63 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: 13, rawData: new Uint8Array(8).fill(255) }],
      },
      "'w' contains 18446744073709551615, which is not an integer of 64 bits",
    ],
    [
      'uint8 elements beyond 8 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [2n], dataType: dataTypes.uint8, int32Data: [255, 256] }],
      },
      "'w' contains 256, which is not from 0 to 255",
    ],
    [
      'bits of halves beyond 16 bits',
      {
        nodes: relu,
        tensors: [{ name: 'w', dims: [1n], dataType: dataTypes.float16, int32Data: [-1] }],
      },
      "'w' contains -1, which is not from 0 to 65535",
    ],
    [
      'bytes that are cut off',
      {
        nodes: relu,
        tensors: [
          { name: 'w', dims: [2n], dataType: dataTypes.bfloat16, rawData: new Uint8Array(3) },
        ],
      },
      "'w' has 3 bytes, but its shape needs 2 elements",
    ],
  ])('%s', async (_, file, message) => {
    writeFileSync(path, file instanceof Uint8Array ? file : bytesOf(file));
    await expect(io.importOnnx(path)).rejects.toThrow(RangeError);
    await expect(io.importOnnx(path)).rejects.toThrow(message);
  });

  test('a directory, and a file that is not there', async () => {
    await expect(io.importOnnx(folder)).rejects.toThrow(
      `importOnnx: ${folder} is a directory, not a file`,
    );
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
      'OnnxModule: a Range node has step 0',
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
      'OnnxModule: a Slice node has step 0',
    ],
    [
      'a slice of a tensor in steps of 0',
      { nodes: [node('Slice', ['x', 'one', 'zero', 'zero', 'zero'], ['y'])], tensors: [zero, one] },
      'OnnxModule: a Slice node has step 0',
    ],
    [
      'a node of too few inputs',
      { nodes: [node('Mul', ['x'], ['y'])] },
      'OnnxModule: a node lacks an input that its operator needs',
    ],
    [
      'a node of an input that is left out',
      { nodes: [node('BatchNormalization', ['x', '', '', '', ''], ['y'])] },
      'OnnxModule: a node lacks an input that its operator needs',
    ],
    [
      'a node of too many outputs',
      { nodes: [node('Relu', ['x'], ['z', 'y'])] },
      'OnnxModule: a node has 2 outputs, but its operator computes 1',
    ],
  ])('%s', async (_, parts, message) => {
    const model = await load(parts);
    expect(() => model.forward(x)).toThrow(message);
  });
});

describe('forward of an imported model refuses', () => {
  test.each<[string, (model: io.OnnxModule) => unknown, string]>([
    [
      'too few inputs',
      (m) => m.forward(),
      'OnnxModule: the model has 1 inputs (x), but 0 tensors were passed',
    ],
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
