/** Arguments that constructors of optimizers refuse, with which messages. */
import { optim, zeros } from 'blasgrad';
import { leaf, sgd } from './parameters';

describe('wrong arguments', () => {
  const x = leaf(1);
  const wrong: [string, () => unknown, typeof TypeError | typeof RangeError][] = [
    ['SGD: expected a number for lr, got null', () => sgd([x], { lr: null }), TypeError],
    [
      'AdamW: expected true for decoupledWeightDecay, got false',
      () => new optim.AdamW([x], { decoupledWeightDecay: false }),
      RangeError,
    ],
    // They choose among PyTorch's implementations, of which there is one here.
    ...['foreach', 'fused', 'capturable', 'differentiable'].map(
      (name) =>
        [
          'Adam: expected one of lr, betas',
          () => new optim.Adam([x], { [name]: true }),
          RangeError,
        ] as [string, () => unknown, typeof RangeError],
    ),
    [
      'SGD: expected a number of at least 0 for lr, got -0.1',
      () => sgd([x], { lr: -0.1 }),
      RangeError,
    ],
    [
      'SGD: expected a number of at least 0 for momentum',
      () => sgd([x], { momentum: -1 }),
      RangeError,
    ],
    [
      'SGD: nesterov requires momentum above 0 and dampening 0',
      () => sgd([x], { nesterov: true }),
      RangeError,
    ],
    ['SGD: expected one of lr, momentum', () => sgd([x], { momentun: 0.9 }), RangeError],
    [
      "SGD: expected a boolean for maximize, got 'no'",
      () => sgd([x], { maximize: 'no' }),
      TypeError,
    ],
    [
      'Adam: expected a finite number for betas[0], got NaN',
      () => new optim.Adam([x], { betas: [NaN, 0.9] }),
      RangeError,
    ],
    [
      'Adam: expected two numbers for betas',
      () => new optim.Adam([x], { betas: [0.9] as never }),
      RangeError,
    ],
    [
      'Adam: expected an array of two numbers for betas',
      () => new optim.Adam([x], { betas: 0.9 as never }),
      TypeError,
    ],
    [
      'AdamW: expected a number of at least 0 for weightDecay',
      () => new optim.AdamW([x], { weightDecay: -1 }),
      RangeError,
    ],
    [
      'Adadelta: expected a number from 0 to 1 for rho',
      () => new optim.Adadelta([x], { rho: 2 }),
      RangeError,
    ],
    ['SGD: expected at least one tensor or group for params, got none', () => sgd([]), RangeError],
    [
      'SGD: expected at least one tensor for params, got none',
      () => new optim.SGD([{ params: [] }], { lr: 1 }),
      RangeError,
    ],
    [
      'SGD: expected an iterable of tensors or of groups for params',
      () => sgd(x as never),
      TypeError,
    ],
    [
      'SGD: expected an iterable of tensors or of groups for params',
      () => sgd(undefined as never),
      TypeError,
    ],
    ['SGD: expected a tensor for params[1], got 3', () => sgd([x, 3 as never]), TypeError],
    [
      'SGD: expected a tensor or a group { params, ... } for params[0]',
      () => sgd([3 as never]),
      TypeError,
    ],
    [
      'SGD: expected a leaf tensor for params[0], got the result of an op',
      () => sgd([x.mul(2)]),
      RangeError,
    ],
    ['SGD: params[1] is already listed before', () => sgd([x, x]), RangeError],
    [
      'params[0] is already in another parameter group',
      () => new optim.SGD([{ params: x }, { params: x }], { lr: 1 }),
      RangeError,
    ],
    [
      'SGD: expected a floating dtype for params[0], got int32',
      () => sgd([zeros(1, { dtype: 'int32' })]),
      RangeError,
    ],
    [
      'SGD: expected one of',
      () => new optim.SGD([{ params: x, foo: 1 } as never], { lr: 1 }),
      RangeError,
    ],
  ];
  test.each(wrong)('%s', (text, run, type) => {
    expect(run).toThrow(type);
    expect(run).toThrow(text);
  });
});
