/** Image transforms against torchvision 0.29 (images.py wrote images.jsonl): random ones with intervals of one number. */
import { data, tensor, type DType, type Tensor } from 'blasgrad';
import { plainOf } from '../../support/plain';
import { numbersOfTorchvision } from './golden';

interface Case {
  readonly transform: string;
  readonly args: unknown[];
  readonly options: object;
  readonly of: string;
  readonly shape: number[];
  readonly data: number[];
}

interface Input {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: number[];
}

const inputs = new Map(
  numbersOfTorchvision<Input>('input').map((one) => [one.input as string, one]),
);

type TransformClass = new (...args: unknown[]) => data.transforms.Transform;
const classes = { ...data.transforms } as unknown as Record<string, TransformClass>;

const make = ({ transform, args, options }: Case): data.transforms.Transform =>
  new classes[transform](...args, ...(Object.keys(options).length > 0 ? [options] : []));

const inputOf = (name: string): Tensor => {
  const { shape, data: numbers, dtype } = inputs.get(name) as Input;
  return tensor(numbers, { dtype }).reshape(shape);
};

const textOf = ({ transform, args, options, of }: Case): string =>
  `${transform}(${JSON.stringify(args).slice(1, -1)} ${JSON.stringify(options)}) of ${of}`;

/**
 * The largest difference that is rounding, and the share of pixels that may differ by more: where a point of a grid is
 * halfway between two pixels, `nearest` may take the other one.
 */
function tolerance({ transform: name, args, options, of }: Case): [most: number, others: number] {
  const isBytes = inputs.get(of)?.dtype === 'uint8';
  const warps = /Rotation|Affine/.test(name) && !JSON.stringify(options).includes('bilinear');
  const computes = /Resize|Jitter|Blur|Affine|Rotation|Grayscale/.test(name);
  if (!computes) return [isBytes ? 0 : 1e-6, 0];
  // torchvision rounds and cuts off bytes after the first of two passes.
  if (isBytes && JSON.stringify(options).includes('bicubic')) return [1, 0.25];
  // A quarter of a circle in an image of 6 x 5: every point is halfway between two pixels.
  const halfway = of === 'doubles' && JSON.stringify(args) === '[[90,90]]';
  return [isBytes ? 1 : 2e-5, halfway ? 1 : warps ? 0.02 : 0];
}

const cases = numbersOfTorchvision<Case>('transform').map((one): [string, Case] => [
  textOf(one),
  one,
]);

test.each(cases)('%s', (_, one) => {
  const x = inputOf(one.of);
  const before = plainOf(x).data;
  const transform = make(one);
  const y = transform.forward(x);
  expect([y.dtype, y.shape]).toEqual([x.dtype, one.shape]);
  const [most, others] = tolerance(one);
  const wrong = plainOf(y).data.filter((value, i) => !(Math.abs(value - one.data[i]) <= most));
  expect(wrong.length / one.data.length).toBeLessThanOrEqual(others);
  expect(plainOf(x).data).toEqual(before);
});

test.each(cases)('the state of %s builds it again', (_, one) => {
  const transform = make(one);
  const state = JSON.parse(JSON.stringify(transform.state())) as data.transforms.TransformState;
  const loaded = data.transforms.loadTransform(state);
  expect(loaded.constructor).toBe(transform.constructor);
  expect(loaded.state()).toEqual(transform.state());
  expect(String(loaded)).toBe(String(transform));
  const x = inputOf(one.of);
  if (!/^Random(?!Affine|Rotation)/.test(one.transform)) {
    expect(plainOf(loaded.forward(x))).toEqual(plainOf(transform.forward(x)));
  }
});
