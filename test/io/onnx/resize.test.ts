/** Imported Pad, Resize, Upsample, GridSample, DepthToSpace and SpaceToDepth, compared with onnxruntime. */
import { writeFileSync } from 'node:fs';
import { arange, io, noGrad, type Tensor } from 'blasgrad';
import { attributeTypes, type Init } from '../../../dist/io/onnx/schema';
import { closeOnnxruntime, onnxruntime } from '../../support/onnxruntime';
import { bytesOf, cleanUp, float, floats, int, ints, longs, node, path, value } from './modelFile';

afterAll(async () => {
  cleanUp();
  await closeOnnxruntime();
});

type Attributes = Init<'AttributeProto'>[];

const text = (name: string, s: string): Init<'AttributeProto'> => ({
  name,
  s: new TextEncoder().encode(s),
  type: attributeTypes.string,
});

/** Irregular numbers. */
const numbers = (...shape: number[]): Tensor =>
  arange(shape.reduce((a, b) => a * b))
    .mul(2.3)
    .sin()
    .reshape(shape);

async function expectEqual(bytes: Uint8Array, inputs: Tensor[]): Promise<void> {
  writeFileSync(path, bytes);
  const model = await io.importOnnx(path);
  const named = Object.fromEntries(inputs.map((input, i) => [model.inputNames[i], input]));
  const [[expected]] = await onnxruntime(path, [inputs]);
  const actual = noGrad(() => model.run(named)).y;
  expect(actual.shape).toEqual(expected.shape);
  const found = Array.from(actual.contiguous().data, Number);
  const wrong = found.filter((got, i) => !(Math.abs(got - expected.data[i]) <= 2e-5));
  expect(wrong).toEqual([]);
}

const coordinates = [
  'half_pixel',
  'pytorch_half_pixel',
  'half_pixel_symmetric',
  'align_corners',
  'asymmetric',
];
const forms: [string, Attributes][] = coordinates.flatMap((name) => {
  const transformation = text('coordinate_transformation_mode', name);
  return [
    ...['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'].map(
      (rounding): [string, Attributes] => [
        `nearest, ${rounding}, ${name}`,
        [transformation, text('mode', 'nearest'), text('nearest_mode', rounding)],
      ],
    ),
    [`linear, ${name}`, [transformation, text('mode', 'linear')]],
    [`cubic, ${name}`, [transformation, text('mode', 'cubic')]],
    [
      `cubic of -0.5 without outside, ${name}`,
      [
        transformation,
        text('mode', 'cubic'),
        float('cubic_coeff_a', -0.5),
        int('exclude_outside', 1),
      ],
    ],
  ];
});

test.each(forms)('Resize: %s', async (_, attributes) => {
  const sizes = { nodes: [node('Resize', ['x', '', '', 's'], ['y'], attributes)], opset: 19 };
  const scales = { nodes: [node('Resize', ['x', '', 's'], ['y'], attributes)], opset: 19 };
  const x = numbers(1, 2, 5, 4);
  await expectEqual(bytesOf({ ...sizes, tensors: [longs('s', [1, 2, 8, 3])] }), [x]);
  await expectEqual(bytesOf({ ...scales, tensors: [floats('s', [4], [1, 1, 1.7, 2])] }), [x]);
});

test.each(['linear', 'cubic'])('Resize: antialias, %s', async (mode) => {
  const attributes = [text('mode', mode), int('antialias', 1), int('exclude_outside', 1)];
  if (mode === 'cubic') attributes.push(float('cubic_coeff_a', -0.5));
  const nodes = [node('Resize', ['x', '', '', 's'], ['y'], attributes)];
  const tensors = [longs('s', [1, 2, 3, 4])];
  await expectEqual(bytesOf({ nodes, tensors, opset: 18 }), [numbers(1, 2, 7, 9)]);
});

test.each(['nearest', 'linear'])('Upsample: %s', async (mode) => {
  const nodes = [node('Upsample', ['x', 's'], ['y'], [text('mode', mode)])];
  const tensors = [floats('s', [4], [1, 1, 2, 3])];
  await expectEqual(bytesOf({ nodes, tensors, opset: 9 }), [numbers(1, 2, 3, 4)]);
});

test('Resize with axes', async () => {
  const nodes = [
    node('Resize', ['x', '', '', 's'], ['y'], [ints('axes', [3]), text('mode', 'linear')]),
  ];
  const tensors = [longs('s', [7])];
  await expectEqual(bytesOf({ nodes, tensors, opset: 18 }), [numbers(1, 2, 3, 4)]);
});

test.each(['constant', 'reflect', 'edge', 'wrap'])('Pad: %s', async (mode) => {
  const nodes = [node('Pad', ['x', 'p', 'v'], ['y'], [text('mode', mode)])];
  const tensors = [longs('p', [0, 1, 2, 0, 2, 1]), floats('v', [], [0.5])];
  await expectEqual(bytesOf({ nodes, tensors, opset: 19 }), [numbers(2, 3, 4)]);
});

test('Pad with axes, and a negative width', async () => {
  const nodes = [node('Pad', ['x', 'p', '', 'a'], ['y'])];
  const tensors = [longs('p', [-1, 1, 2, 0]), longs('a', [-1, 0])];
  await expectEqual(bytesOf({ nodes, tensors, opset: 18 }), [numbers(2, 3, 4)]);
});

test.each(['DCR', 'CRD'])('DepthToSpace: %s', async (mode) => {
  const nodes = [node('DepthToSpace', ['x'], ['y'], [int('blocksize', 2), text('mode', mode)])];
  await expectEqual(bytesOf({ nodes }), [numbers(1, 8, 2, 3)]);
});

test('SpaceToDepth', async () => {
  const nodes = [node('SpaceToDepth', ['x'], ['y'], [int('blocksize', 2)])];
  await expectEqual(bytesOf({ nodes }), [numbers(1, 2, 4, 6)]);
});

test.each(['bilinear', 'nearest', 'bicubic'])('GridSample of opset 16: %s', async (mode) => {
  const nodes = [node('GridSample', ['x', 'g'], ['y'], [text('mode', mode)])];
  const inputs = [value('x'), value('g')];
  const grid = numbers(1, 3, 2, 2).mul(1.2);
  await expectEqual(bytesOf({ nodes, inputs, opset: 16 }), [numbers(1, 2, 4, 5), grid]);
});
