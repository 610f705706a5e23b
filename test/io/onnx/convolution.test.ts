/** Convolutions in files of other programs, compared with onnxruntime; invalid attributes. */
import { noGrad, randn, type Tensor } from 'blasgrad';
import { expectClose, cleanUp as cleanUpCompared } from './compare';
import { onnxruntime } from '../../support/onnxruntime';
import { attributeTypes, type Init } from '../../../dist/io/onnx/schema';
import { cleanUp, floats, int, ints, load, longs, node, path, type Parts } from './modelFile';

afterAll(async () => {
  cleanUp();
  await cleanUpCompared();
});

const autoPad = (value: string): Init<'AttributeProto'> => ({
  name: 'auto_pad',
  s: new TextEncoder().encode(value),
  type: attributeTypes.string,
});

/** Numbers that are exact in float32. */
const values = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => (((i * 7) % 17) - 8) / 4);

function modelOf(
  type: string,
  weight: number[],
  attributes: Init<'AttributeProto'>[],
  bias = 0,
): Parts {
  const size = weight.reduce((a, b) => a * b);
  return {
    nodes: [node(type, bias > 0 ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], attributes)],
    tensors: [
      floats('w', weight, values(size)),
      ...(bias > 0 ? [floats('b', [bias], values(bias))] : []),
    ],
  };
}

const cases: [name: string, parts: Parts, x: number[]][] = [
  ['defaults', modelOf('Conv', [3, 2, 2], []), [2, 2, 5]],
  ['kernel_shape and a bias', modelOf('Conv', [3, 2, 2, 3], [ints('kernel_shape', [2, 3])], 3), [2, 2, 5, 4]], // prettier-ignore
  ['pads at one end', modelOf('Conv', [1, 1, 3, 2], [ints('pads', [0, 1, 2, 0])]), [1, 1, 4, 5]],
  ['all attributes', modelOf('Conv', [4, 1, 3, 2], [ints('strides', [2, 1]), ints('dilations', [1, 2]), ints('pads', [1, 0, 0, 2]), int('group', 2)]), [2, 2, 6, 5]], // prettier-ignore
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET'].map((name): [string, Parts, number[]] => [
    `auto_pad ${name}`,
    modelOf('Conv', [2, 1, 4, 3], [autoPad(name), ints('strides', [2, 3])]),
    [1, 1, 7, 8],
  ]),
  ['3 dimensions', modelOf('Conv', [2, 1, 2, 1, 2], [ints('pads', [1, 0, 0, 0, 0, 1])]), [1, 1, 3, 2, 3]], // prettier-ignore
  ['transposed', modelOf('ConvTranspose', [2, 3, 2], [], 3), [2, 2, 4]],
  ['transposed, all attributes', modelOf('ConvTranspose', [4, 1, 3, 2], [ints('strides', [2, 3]), ints('dilations', [1, 2]), ints('pads', [1, 0, 0, 1]), ints('output_padding', [1, 2]), int('group', 2)], 2), [1, 4, 3, 3]], // prettier-ignore
  ['transposed, output_shape', modelOf('ConvTranspose', [1, 2, 3, 4], [ints('strides', [2, 2]), ints('output_shape', [7, 6])]), [1, 1, 4, 3]], // prettier-ignore
  ['transposed, output_shape and SAME_UPPER', modelOf('ConvTranspose', [1, 2, 3, 4], [ints('strides', [2, 2]), ints('output_shape', [6, 7]), autoPad('SAME_UPPER')]), [1, 1, 3, 3]], // prettier-ignore
  ['transposed, SAME_LOWER', modelOf('ConvTranspose', [1, 1, 3, 4], [ints('strides', [2, 3]), autoPad('SAME_LOWER')]), [1, 1, 3, 2]], // prettier-ignore
  [
    'Col2Im',
    {
      opset: 18,
      nodes: [node('Col2Im', ['x', 's', 'k'], ['y'], [ints('strides', [2, 1]), ints('pads', [1, 0, 1, 0])])], // prettier-ignore
      tensors: [longs('s', [4, 5]), longs('k', [2, 3])],
    },
    [1, 12, 9],
  ],
];

test.each(cases)('%s', async (_, parts, shape) => {
  const imported = await load(parts);
  const x = randn(shape);
  const [[expected]] = await onnxruntime(path, [[x]]);
  const y = noGrad<Tensor>(() => imported.forward(x));
  expect(y.shape).toEqual(expected.shape);
  expectClose([expected], [y]);
});

test.each<[string, Parts, number[], string]>([
  ['channels', modelOf('Conv', [3, 2, 2], []), [1, 4, 5], 'expected 2 channels for weight [3, 2, 2] for input, got [1, 4, 5]'], // prettier-ignore
  ['pads', modelOf('Conv', [1, 1, 2], [ints('pads', [1])]), [1, 1, 5], 'expected 2 numbers of at least 0 for pads, got [1]'], // prettier-ignore
  ['strides', modelOf('Conv', [1, 1, 2], [ints('strides', [1, 1])]), [1, 1, 5], 'expected an integer or an array of one for stride, got 2'], // prettier-ignore
  ['output_shape', modelOf('ConvTranspose', [1, 1, 2], [ints('output_shape', [4, 4])]), [1, 1, 5], 'expected 1 numbers for output_shape, got [4, 4]'], // prettier-ignore
])('invalid %s', async (_, parts, shape, message) => {
  const imported = await load(parts);
  expect(() => imported.forward(randn(shape))).toThrow(message);
});

test('an unknown auto_pad is refused when the file is read', async () => {
  const parts = modelOf('Conv', [1, 1, 2], [autoPad('SAME')]);
  await expect(load(parts)).rejects.toThrow('Conv with auto_pad SAME');
});
