import { byAutograd, byHand, largestDifference } from '../../examples/lessons/shared-weights';
import type { Problem } from '../../examples/lessons/shared-weights';
import { largestDistance, readSeeds, runExample } from '../support/examples';

const golden = readSeeds('local_2x2') as Problem & {
  L1: number[];
  L2: number[];
  loss: number;
  dW2: number[];
  dL1: number[];
  dW1_00: number;
};

/** Half a unit of the last digit that the notebook printed. */
const printed = { L1: 1e-12, L2: 5e-10, dW2: 5e-9, dL1: 5e-9 } as const;

test.each([
  ['by hand', byHand],
  ['by autograd', byAutograd],
] as const)('%s, is the notebook', (_, run) => {
  const result = run(golden);
  expect(result.loss).toBeCloseTo(golden.loss, 12);
  expect(result.dW1[0]).toBeCloseTo(golden.dW1_00, 12);
  for (const [name, tolerance] of Object.entries(printed)) {
    const key = name as keyof typeof printed;
    expect(largestDistance(result[key], golden[key])).toBeLessThan(tolerance);
  }
});

test('both ways agree', () => {
  expect(largestDifference(byHand(golden), byAutograd(golden))).toBeLessThan(1e-14);
});

test('the kernel collects from four places', () => {
  const { shares, dW1 } = byHand(golden);
  expect(shares.length).toBe(4);
  expect(shares.reduce((total, share) => total + share[3], 0)).toBeCloseTo(dW1[3], 14);
});

test('tells its story', async () => {
  const output = await runExample('shared-weights');
  expect(output).toContain('2.3767862745');
  expect(output).toContain('sum = dW1');
});
