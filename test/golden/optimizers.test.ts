/** Optimizers compared with PyTorch's: parameters after each step. */
import { optim, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  readGolden,
  requireGolden,
  type GoldenTensor,
  type Precision,
} from '../support/golden';

interface Line {
  readonly id: string;
  readonly optimizer: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly params: readonly GoldenTensor[];
  /** By step, then by parameter. */
  readonly grads: readonly (readonly GoldenTensor[])[];
  readonly after: readonly (readonly GoldenTensor[])[];
}

type Maker = new (params: Tensor[], options: object) => optim.Optimizer;
const makers = optim as unknown as Readonly<Record<string, Maker>>;

const lines = [...readGolden<Line>('optimizers'), ...readGolden<Line>('wide_optimizers')];

/** Takes the steps of the line; `between` may change the optimizer before each. */
function check(
  line: Line,
  precision: Precision,
  between: (optimizer: optim.Optimizer, params: Tensor[]) => optim.Optimizer = (same) => same,
): void {
  const params = line.params.map((param) => goldenTensor(param, precision).requiresGrad_());
  let optimizer = new makers[line.optimizer](params, line.options);
  line.grads.forEach((grads, i) => {
    optimizer = between(optimizer, params);
    grads.forEach((grad, k) => (params[k].grad = goldenTensor(grad, precision)));
    optimizer.step();
    params.forEach((param, k) => {
      requireGolden(param, line.after[i][k], precision, `parameter ${k} after step ${i + 1}`);
    });
  });
}

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
    check(line, precision);
  });
});

test.each(lines.map((line) => [line.id, line] as const))(
  '%s continues in another optimizer that loads its state',
  (_id, line) => {
    check(line, 'float64', (before, params) => {
      const after = new makers[line.optimizer](params, { lr: 1 });
      const saved = before.stateDict();
      after.loadStateDict(saved);
      // The state is a copy: what happens to the old one does not matter.
      for (const tensors of Object.values(saved.state)) {
        for (const tensor of Object.values(tensors)) tensor.fill_(NaN);
      }
      return after;
    });
  },
);
