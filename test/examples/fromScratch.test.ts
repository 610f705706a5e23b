import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Tensor } from 'blasgrad';
import {
  notebookStart,
  trainByAutograd,
  trainFromScratch,
  type Weights,
} from '../../examples/lessons/from-scratch';
import { flat, largestDistance, readSeeds, runExample } from '../support/examples';
import { plainOf } from '../support/plain';

type Names = 'w1' | 'w2' | 'w3' | 'b1' | 'b2' | 'b3';

const golden = readSeeds('scratch_2_10_10_1') as {
  x: number[][];
  y: number[][];
  initial: Record<Names, number[] | number[][]>;
  losses: number[];
  lastGradients: Record<Names, number[] | number[][]>;
  prediction: number;
};

const start = notebookStart();

test('starts with the numbers of numpy.random.seed(4)', () => {
  expect(start.x.toArray()).toEqual(golden.x);
  expect(start.y.toArray()).toEqual(golden.y);
  for (const [name, values] of Object.entries(golden.initial)) {
    expect(start.weights[name as keyof Weights].toArray()).toEqual(values);
  }
});

describe.each([
  ['by autograd', trainByAutograd],
  ['from scratch', trainFromScratch],
] as const)('%s', (_, train) => {
  const training = train(start);

  test('has the losses of the notebook', () => {
    expect(training.losses.length).toBe(10);
    training.losses.forEach((loss, i) => {
      const expected = golden.losses[i];
      // Below 1e-15 the error is a difference of nearly equal numbers: the order of a sum shows.
      const tolerance = expected > 1e-15 ? 1e-6 : 1e-3;
      expect(Math.abs(loss / expected - 1)).toBeLessThan(tolerance);
    });
  });

  test('has its last gradients and its prediction', () => {
    const gradients = training.gradients[9];
    for (const [i, layer] of ['1', '2', '3'].entries()) {
      const weight = gradients[`${2 * i}.weight`].T;
      const pairs: [Tensor, number[]][] = [
        [weight, flat(golden.lastGradients[`w${layer}` as Names])],
        [gradients[`${2 * i}.bias`], flat(golden.lastGradients[`b${layer}` as Names])],
      ];
      for (const [actual, expected] of pairs) {
        const largest = Math.max(...expected.map(Math.abs));
        expect(largestDistance(plainOf(actual).data, expected) / largest).toBeLessThan(1e-3);
      }
    }
    expect(training.prediction).toBeCloseTo(golden.prediction, 8);
  });
});

describe('the example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'from-scratch-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('writes both gradients and compares them', async () => {
    const output = await runExample('from-scratch', '--folder', folder);
    expect(output).toContain('2.77076914e+1');
    expect(output).toContain(`prediction after training: ${golden.prediction}`);
    const files = ['autograd.txt', 'from-scratch.txt'].map((name) => join(folder, name));
    const [autograd, scratch] = files.map((file) => io.loadTextSync(file));
    expect(Object.keys(autograd)).toEqual(Object.keys(scratch));
    expect(autograd['2.weight'].shape).toEqual([10, 10]);
    expect(autograd['2.weight'].toArray()).toEqual(
      trainByAutograd(start).gradients[9]['2.weight'].toArray(),
    );
    expect(readFileSync(files[1], 'utf8')).toMatch(/^0\.weight float64 \[10, 2\]\n/);
    for (const name of Object.keys(autograd)) {
      expect(output).toMatch(new RegExp(`${name.replace('.', '\\.')}  .*(e-|\\b0 +0$)`, 'm'));
    }
  });
});
