/** The state dict of an optimizer: its names, conversions and errors. */
import { ones, optim, tensor, zeros } from 'blasgrad';
import { withGradient } from './parameters';

describe('loadStateDict', () => {
  const trained = (): optim.Adam => {
    const optimizer = new optim.Adam([withGradient(1, 2)], { lr: 0.25 });
    optimizer.step();
    return optimizer;
  };

  test('names options and parameters', () => {
    const dict = trained().stateDict();
    expect(dict.paramGroups).toEqual([
      {
        lr: 0.25,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        amsgrad: false,
        maximize: false,
        decoupledWeightDecay: false,
        params: [0],
      },
    ]);
    expect(Object.keys(dict.state[0])).toEqual(['step', 'expAvg', 'expAvgSq']);
  });

  test('converts the dtype of state', () => {
    const single = tensor([1, 2], { requiresGrad: true });
    const optimizer = new optim.Adam([single]);
    optimizer.loadStateDict(trained().stateDict());
    single.grad = ones(2);
    optimizer.step();
    expect(optimizer.stateDict().state[0]['expAvg'].dtype).toBe('float32');
    expect(optimizer.stateDict().state[0]['step'].item()).toBe(2);
    expect(optimizer.lr).toBe(0.25);
  });

  const broken: [string, (dict: optim.OptimizerState) => unknown][] = [
    ['expected an object for dict, got null', () => null],
    ['expected an object for state, got undefined', ({ paramGroups }) => ({ paramGroups })],
    [
      'expected an array of 1 elements for paramGroups, got 2',
      (dict) => ({ ...dict, paramGroups: [1, 2] }),
    ],
    [
      '1 elements for paramGroups[0].params',
      (dict) => ({ ...dict, paramGroups: [{ params: [] }] }),
    ],
    [
      'expected a number of at least 0 for paramGroups[0].lr, got -1',
      (dict) => ({ ...dict, paramGroups: [{ ...dict.paramGroups[0], lr: -1 }] }),
    ],
    ["got 'momentum'", (dict) => ({ ...dict, paramGroups: [{ params: [0], momentum: 0 }] })],
    [
      'expected shape [2] for state[0].expAvg, got [3]',
      ({ paramGroups, state }) => ({
        paramGroups,
        state: { 0: { ...state[0], expAvg: zeros(3) } },
      }),
    ],
    [
      'a tensor for state[0].step, got 1',
      ({ paramGroups }) => ({ paramGroups, state: { 0: { step: 1 } } }),
    ],
    ["got 'sum'", ({ paramGroups }) => ({ paramGroups, state: { 0: { sum: zeros(2) } } })],
  ];
  test.each(broken)('%s', (text, breakIt) => {
    const optimizer = trained();
    const before = JSON.stringify(optimizer.stateDict());
    expect(() => optimizer.loadStateDict(breakIt(optimizer.stateDict()) as never)).toThrow(text);
    expect(JSON.stringify(optimizer.stateDict())).toBe(before);
  });
});
