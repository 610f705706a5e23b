// A convolution by hand: one 2 x 2 kernel on four places of a 3 x 3 input. Its gradient is the sum over the four places,
// computed by hand and by autograd: npm run example shared-weights
import { F, stack, tensor, type Tensor } from 'blasgrad';
import { numbers, table, tiny, title } from './support/print';

/** The initial values. */
export interface Problem {
  /** 3 x 3 */
  readonly x: number[][];
  /** The shared kernel, 2 x 2. */
  readonly w1: number[][];
  /** One weight for each of the four units. */
  readonly w2: number[];
  /** One target for each unit. */
  readonly y: number[];
}

const problem: Problem = {
  x: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
  w1: [
    [0.1, -0.1],
    [0.2, 0.001],
  ],
  w2: [0.0005, -0.2, 0.2, 0.5],
  y: [-1, -1, 1, 1],
};

/** The top left corners of the four places, row by row. */
const places = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** The results of both ways: values of the four units, and gradients. */
export interface Result {
  /** kernel times patch */
  readonly L1: number[];
  /** w2 tanh(L1) */
  readonly L2: number[];
  /** sum of (sigmoid(L2) - y)^2 / 2 */
  readonly loss: number;
  readonly dW2: number[];
  readonly dL1: number[];
  /** 2 x 2 in one row */
  readonly dW1: number[];
}

/** By hand: plain JavaScript numbers and the chain rule. */
export function byHand({ x, w1, w2, y }: Problem): Result & { shares: number[][] } {
  const kernel = w1.flat();
  const patches = places.map(([r, c]) => [x[r][c], x[r][c + 1], x[r + 1][c], x[r + 1][c + 1]]);

  const L1 = patches.map((patch) => sum(patch.map((value, k) => value * kernel[k])));
  const hidden = L1.map(Math.tanh);
  const L2 = hidden.map((h, u) => w2[u] * h);
  const output = L2.map((z) => 1 / (1 + Math.exp(-z)));
  const loss = sum(output.map((o, u) => (o - y[u]) ** 2 / 2));

  const dL2 = output.map((o, u) => (o - y[u]) * o * (1 - o));
  const dW2 = dL2.map((d, u) => d * hidden[u]);
  const dL1 = dL2.map((d, u) => d * w2[u] * (1 - hidden[u] ** 2));
  // The kernel is used at four places, so its gradient is a sum of four parts.
  const shares = patches.map((patch, u) => patch.map((value) => dL1[u] * value));
  const dW1 = kernel.map((_, k) => sum(shares.map((share) => share[k])));
  return { L1, L2, loss, dW2, dL1, dW1, shares };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** By autograd: the kernel is one leaf tensor, used four times. */
export function byAutograd(from: Problem): Result {
  const dtype = 'float64';
  const x = tensor(from.x, { dtype });
  const w1 = tensor(from.w1, { dtype, requiresGrad: true });
  const w2 = tensor(from.w2, { dtype, requiresGrad: true });
  const y = tensor(from.y, { dtype });

  const L1 = stack(places.map(([r, c]) => x.narrow(0, r, 2).narrow(1, c, 2).mul(w1).sum()));
  L1.retainGrad();
  const L2 = w2.mul(F.tanh(L1));
  const loss = F.sigmoid(L2).sub(y).square().sum().div(2);
  loss.backward();

  return {
    L1: values(L1),
    L2: values(L2),
    loss: loss.item(),
    dW2: values(w2.grad),
    dL1: values(L1.grad),
    dW1: values(w1.grad),
  };
}

function values(of: Tensor | null): number[] {
  return of === null ? [] : numbers(of);
}

/** The largest difference between two results. */
export function largestDifference(a: Result, b: Result): number {
  const keys = ['L1', 'L2', 'dW2', 'dL1', 'dW1'] as const;
  const all = keys.flatMap((key) => a[key].map((value, i) => Math.abs(value - b[key][i])));
  return Math.max(...all, Math.abs(a.loss - b.loss));
}

function fixed(numbers: readonly number[]): string[] {
  return numbers.map((value) => value.toFixed(6));
}

function main(): void {
  const hand = byHand(problem);
  const units = places.map(([r, c]) => `x[${r}:${r + 2}, ${c}:${c + 2}]`);
  title('Forward: one kernel at four positions');
  console.log(`x  = ${JSON.stringify(problem.x)}`);
  console.log(`w1 = ${JSON.stringify(problem.w1)}, shared by the four units\n`);
  const [L1, L2] = [fixed(hand.L1), fixed(hand.L2)];
  table(
    ['input of unit', 'L1 = w1 . patch', 'w2', 'L2 = w2 tanh(L1)', 'sigmoid(L2)', 'target'],
    units.map((unit, u) => {
      const output = 1 / (1 + Math.exp(-hand.L2[u]));
      return [unit, L1[u], problem.w2[u], L2[u], output.toFixed(6), problem.y[u]];
    }),
  );
  console.log(`loss = sum of (sigmoid(L2) - target)^2 / 2 = ${hand.loss.toFixed(10)}`);

  title('Backward: the gradient of w1 is the sum over the four positions');
  const [dW2, dL1] = [fixed(hand.dW2), fixed(hand.dL1)];
  table(
    ['input of unit', 'dW2', 'dL1', 'dW1[0,0]', 'dW1[0,1]', 'dW1[1,0]', 'dW1[1,1]'],
    [
      ...units.map((unit, u) => [unit, dW2[u], dL1[u], ...fixed(hand.shares[u])]),
      ['sum = dW1', '', '', ...fixed(hand.dW1)],
    ],
  );

  title('The same with autograd: one leaf tensor, used four times');
  const auto = byAutograd(problem);
  console.log(`loss = ${auto.loss.toFixed(10)}`);
  console.log(`w1.grad = ${fixed(auto.dW1).join('  ')}`);
  console.log(
    `largest difference in any value or gradient: ${tiny(largestDifference(hand, auto))}`,
  );
}

if (require.main === module) main();
