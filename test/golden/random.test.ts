/** Random layers and initial values against PyTorch's numbers: generate_random.py says how they are made. */
import { grad, manualSeed, nn, ones, randn, zeros, type Tensor } from 'blasgrad';
import { readGolden } from '../support/golden';

interface Moments {
  readonly layer: 'AlphaDropout' | 'FeatureAlphaDropout' | 'RReLU';
  readonly options: object;
  readonly shape: number[];
  readonly moments: readonly number[];
}
interface Dirac {
  readonly dirac: number[];
  readonly groups: number;
  readonly data: readonly number[];
}
interface Sparse {
  readonly sparse: number[];
  readonly sparsity: number;
  readonly zeros: readonly number[];
}

const numbers = (x: Tensor): number[] => Array.from(x.contiguous().data, Number);

const lines = readGolden<Moments | Dirac | Sparse>('random');
const named = <Line extends object>(key: string): (readonly [string, Line])[] =>
  lines.flatMap((line) => {
    if (!(key in line)) return [];
    const { data: _data, zeros: _zeros, moments: _moments, ...name } = { ...line } as Record<string, unknown>; // prettier-ignore
    return [[JSON.stringify(name), line as unknown as Line] as const];
  });

describe('moments in training', () => {
  test.each(named<Moments>('layer'))('%s', (_name, { layer, options, shape, moments }) => {
    manualSeed(2);
    const x = randn(...shape, { dtype: 'float64', requiresGrad: true });
    const module: nn.Module = new nn[layer](options);
    const y = module.forward(x);
    const [gradient] = grad(y.sum(), x);
    const found = [y.mean(), y.var(), gradient.mean(), gradient.var()];
    // Both sides have standard errors of up to 0.0015, those of channels of two elements.
    found.forEach((one, i) =>
      expect(Math.abs(Number(one.item()) - moments[i])).toBeLessThan(0.008),
    );
  });

  test.each([
    ['AlphaDropout', [2, 500]],
    ['FeatureAlphaDropout', [4, 100, 5]],
  ] as const)('%s sets what it drops to one number', (layer, shape) => {
    const y = numbers(new nn[layer](0.25).forward(zeros(...shape)));
    expect(new Set(y).size).toBe(2);
  });

  test('FeatureAlphaDropout keeps or drops complete channels', () => {
    const y = new nn.FeatureAlphaDropout().forward(zeros(6, 50, 4));
    expect(y.amax(2).eq(y.amin(2)).all().item()).toBe(1);
  });
});

test.each(named<Dirac>('dirac'))('dirac_ %s', (_name, { dirac: shape, groups, data }) => {
  expect([...nn.init.dirac_(ones(...shape), groups).data]).toEqual(data);
});

test.each(named<Sparse>('sparse'))(
  'sparse_ %s',
  (_name, { sparse: shape, sparsity, zeros: counts }) => {
    manualSeed(4);
    const x = nn.init.sparse_(ones(...shape), sparsity);
    expect(numbers(x.eq(0).sum(0))).toEqual(counts);
  },
);

test('sparse_: the standard deviation, and other rows in each column', () => {
  manualSeed(4);
  const x = nn.init.sparse_(ones(100, 400), 0.5, { std: 2 });
  expect(Math.abs(Number(x.square().sum().item()) / 20_000 - 4)).toBeLessThan(0.2);
  const perRow = numbers(x.eq(0).sum(1));
  expect(Math.min(...perRow)).toBeGreaterThan(140);
  expect(Math.max(...perRow)).toBeLessThan(260);
});
