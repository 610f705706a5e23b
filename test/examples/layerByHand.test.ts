import { tensor, type Tensor } from 'blasgrad';
import {
  byAutograd,
  byHand,
  difference,
  type Layout,
  type Pass,
  type Task,
} from '../../examples/lessons/layer-by-hand';
import type { Activation } from '../../examples/lessons/support/denseLayers';
import { meanSquaredError, upstream } from '../../examples/lessons/support/losses';
import { flat, largestDistance, readSeeds, runExample } from '../support/examples';

type Quantity = 'output' | 'dWeight' | 'dBias' | 'dInput' | 'weightAfter' | 'biasAfter';

const golden = readSeeds('layer_denominator') as {
  weight: number[][];
  input: number[][];
  upstream: number[][];
  cases: (Record<Quantity, number[][]> & { activation: Activation })[];
};

const matrix = (rows: number[][]): Tensor => tensor(rows, { dtype: 'float64' });
const shared = { weight: matrix(golden.weight), input: matrix(golden.input), lr: 0.1 };
const task: Task = { ...shared, loss: upstream, against: matrix(golden.upstream) };

/** Golden numbers in the order of a layout. */
function numbersOf(layout: Layout, rows: number[][]): number[] {
  return flat(layout === 'denominator' ? rows : rows[0].map((_, i) => rows.map((row) => row[i])));
}

describe.each(golden.cases)('$activation', ({ activation, ...expected }) => {
  describe.each(['denominator', 'numerator'] as const)('in %s layout', (layout) => {
    test.each([
      ['on GEMM calls', byHand],
      ['by autograd', byAutograd],
    ] as const)('%s, is the notebook', (_, run) => {
      const pass = run(layout, activation, task);
      for (const [name, rows] of Object.entries(expected)) {
        const actual = pass[name as Quantity];
        expect(largestDistance(actual, numbersOf(layout, rows))).toBeLessThan(1e-12);
      }
    });

    test('is the same both ways, with the mean squared error', () => {
      const targets = tensor(
        [
          [1, 0, 1, 0.5],
          [0, 1, 0.25, -1],
        ],
        { dtype: 'float64' },
      );
      const both = [byHand, byAutograd].map((run): Pass =>
        run(layout, activation, { ...shared, loss: meanSquaredError, against: targets }),
      );
      for (const quantity of Object.keys(both[0]) as (keyof Pass)[]) {
        expect(both[0][quantity].length).toBe(both[1][quantity].length);
        expect(difference(both[0], both[1], quantity)).toBeLessThan(1e-12);
      }
    });
  });
});

test('tells its story', async () => {
  const output = await runExample('layer-by-hand');
  expect(output).toContain('the derivative of the sigmoid at the wrong point');
  expect(output).toContain('loss 0.378194, after the step 0.377448');
});
