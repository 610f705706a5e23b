/** Errors of values, found by an op inside: they name the function that was called, eagerly and at every replay. */
import { compile, F, nn, ones, tensor, type Tensor, zeros } from 'blasgrad';
import { Range, type Row, testRefusals } from './rows';

const logits = (): Tensor => zeros(2, 3);
const classes = (...list: number[]): Tensor => tensor(list, { dtype: 'int32' });
const [good, bad] = [classes(0, 2), classes(0, 7)];

type Call = (indices: Tensor) => Tensor;
const embedding = new nn.Embedding(3, 2);

const calls: [name: string, call: Call, message: string][] = [
  [
    'crossEntropy',
    (target) => F.crossEntropy(logits(), target),
    'crossEntropy: expected classes from 0 to 2 for target, got 7',
  ],
  [
    'crossEntropy with labelSmoothing',
    (target) => F.crossEntropy(logits(), target, { labelSmoothing: 0.1 }),
    'crossEntropy: expected classes from 0 to 2 for target, got 7',
  ],
  [
    'CrossEntropyLoss',
    (target) => new nn.CrossEntropyLoss({ weight: ones(3) }).forward(logits(), target),
    'crossEntropy: expected classes from 0 to 2 for target, got 7',
  ],
  [
    'nllLoss',
    (target) => F.nllLoss(logits(), target),
    'nllLoss: expected classes from 0 to 2 for target, got 7',
  ],
  [
    'multiMarginLoss',
    (target) => F.multiMarginLoss(logits(), target),
    'multiMarginLoss: expected an index from 0 to 2 for target, got 7',
  ],
  [
    'embedding',
    (input) => F.embedding(input, ones(3, 2)),
    'embedding: expected an index from 0 to 2 for input, got 7',
  ],
  [
    'Embedding',
    (input) => embedding.forward(input),
    'embedding: expected an index from 0 to 2 for input, got 7',
  ],
];

const whatIsNoProbability: [name: string, values: number[], got: string][] = [
  ['above 1', [0.5, 1.5], '1.5'],
  ['below 0', [0.5, -0.25], '-0.25'],
  ['NaN', [0.5, NaN], 'NaN'],
];

test.each(whatIsNoProbability)('binaryCrossEntropy of %s', (_name, values, got) => {
  const fine = tensor([0, 1]);
  const message = (name: string): string =>
    `binaryCrossEntropy: expected numbers from 0 to 1 for ${name}, got ${got}`;
  for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
    const [wrong, right] = [tensor(values, { dtype }), fine.to(dtype)];
    const module = new nn.BCELoss();
    const step = compile((input: Tensor, target: Tensor) => module.forward(input, target));
    step(right, right.clone());
    for (const run of [step, (a: Tensor, b: Tensor) => F.binaryCrossEntropy(a, b)]) {
      expect(() => run(wrong, right)).toThrow(new RangeError(message('input')));
      expect(() => run(right, wrong)).toThrow(new RangeError(message('target')));
    }
  }
});

test.each(['float32', 'float64', 'float16', 'bfloat16', 'int32'] as const)(
  'gaussianNllLoss of negative variances in %s',
  (dtype) => {
    const [x, negative, right] = [zeros(3), tensor([1, 0, -2], { dtype }), tensor([1, 0, 2])];
    const message = 'gaussianNllLoss: expected numbers of at least 0 for variance, got -2';
    const module = new nn.GaussianNLLLoss();
    const step = compile((variance: Tensor) => module.forward(x, x, variance));
    step(right.to(dtype));
    for (const run of [step, (variance: Tensor) => F.gaussianNllLoss(x, x, variance)]) {
      expect(() => run(negative)).toThrow(new RangeError(message));
    }
    expect(F.gaussianNllLoss(x, x, tensor([1, NaN, 2])).item()).toBeNaN(); // as PyTorch 2.15
  },
);

describe('eagerly', () =>
  testRefusals(calls.map(([name, call, message]): Row => [name, () => call(bad), Range, message])));

describe('at a replay', () =>
  testRefusals(
    calls.map(([name, call, message]): Row => {
      const step = compile((indices: Tensor) => call(indices).sum());
      return [name, () => (step(good), step(bad)), Range, message];
    }),
  ));

test.each(calls)('%s in a scan', async (_name, call, message) => {
  const step = compile((indices: Tensor) => call(indices).sum());
  const rows = tensor([[0, 1], [2, 0], [0, 7]], { dtype: 'int32' }); // prettier-ignore
  expect(() => step.scan(rows)).toThrow(message);
  await expect(step.scanAsync(rows)).rejects.toThrow(message);
});
