/** Losses whose elements have weights. */
import { F, nn, tensor } from 'blasgrad';
import { testRows, type Row } from './rows';

const four = tensor([1, 2, 3, 4]);
const zero = tensor([0, 0, 0, 0]);
const weight = tensor([1, 2, 0, 1]);

const losses: Row[] = [
  ['mseLoss', () => F.mseLoss(four, zero, { weight }), 'float32', 6.25],
  ['mseLoss, sum', () => F.mseLoss(four, zero, { weight, reduction: 'sum' }), 'float32', 25],
  [
    'mseLoss, none',
    () => F.mseLoss(four, zero, { weight, reduction: 'none' }),
    'float32',
    [1, 8, 0, 16],
  ],
  ['l1Loss', () => F.l1Loss(four, zero, { weight }), 'float32', 2.25],
  ['huberLoss', () => F.huberLoss(four, zero, { weight }), 'float32', 1.75],
  [
    'huberLoss, none',
    () => F.huberLoss(four, zero, { weight, reduction: 'none' }),
    'float32',
    [0.5, 3, 0, 3.5],
  ],
  ['mseLoss, null', () => F.mseLoss(four, zero, { weight: null }), 'float32', 7.5],
  [
    'BCEWithLogitsLoss, null',
    () => new nn.BCEWithLogitsLoss({ weight: null, posWeight: null }).forward(zero, zero),
    'float32',
    0.6931472,
  ],
  ['BCELoss, null', () => new nn.BCELoss({ weight: null }).forward(zero, zero), 'float32', 0],
  [
    'multilabelSoftMarginLoss of a bool target, null',
    () => F.multilabelSoftMarginLoss(zero, tensor([true, false, true, false]), { weight: null }),
    'float32',
    0.6931472,
  ],
  [
    'mseLoss of a bool target',
    () => F.mseLoss(tensor([0.3, 0.6]), tensor([true, false])),
    'float32',
    0.425,
  ],
];

describe('losses with weights', () => {
  testRows(losses);

  test('weights have the shape of the input', () => {
    expect(() => F.l1Loss(four, zero, { weight: weight.narrow(0, 0, 2) })).toThrow(
      'l1Loss: expected [4] for weight, got [2]',
    );
  });
});
