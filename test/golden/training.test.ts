/** Fifty training steps compared with PyTorch's: each loss, and the final parameters. */
import { F, nn, optim, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  readGolden,
  requireGolden,
  type GoldenTensor,
  type Precision,
} from '../support/golden';

interface Line {
  readonly id: string;
  /** Features of the input, of each hidden layer, and of the output. */
  readonly dims: readonly number[];
  readonly activation: string;
  readonly loss: string;
  readonly optimizer: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, GoldenTensor>>;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly losses: readonly number[];
  readonly finalState: Readonly<Record<string, GoldenTensor>>;
}

type Table<Value> = Readonly<Record<string, Value>>;
const modules = nn as unknown as Table<new () => nn.Module>;
const losses = F as unknown as Table<(output: Tensor, target: Tensor) => Tensor>;
const optimizers = optim as unknown as Table<
  new (params: Iterable<Tensor>, options: object) => optim.Optimizer
>;

function modelOf({ dims, activation, state }: Line, precision: Precision): nn.Module {
  const layers = dims.slice(1).flatMap((size, i) => {
    const linear = new nn.Linear(dims[i], size);
    return i === 0 ? [linear] : [new modules[activation](), linear];
  });
  const model = new nn.Sequential(...layers).to(precision);
  const values = Object.entries(state).map(([name, golden]) => {
    return [name, goldenTensor(golden, precision)] as const;
  });
  model.loadStateDict(Object.fromEntries(values));
  return model;
}

function check(line: Line, precision: Precision): void {
  const model = modelOf(line, precision) as nn.Module & { forward(x: Tensor): Tensor };
  const [x, y] = [goldenTensor(line.x, precision), goldenTensor(line.y, precision)];
  const optimizer = new optimizers[line.optimizer](model.parameters(), line.options);
  line.losses.forEach((expected, i) => {
    optimizer.zeroGrad();
    const loss = losses[line.loss](model.forward(x), y);
    requireGolden(loss, { shape: [], dtype: 'float', data: [expected] }, precision, `loss ${i}`);
    loss.backward();
    optimizer.step();
  });
  const state = model.stateDict();
  expect(Object.keys(state)).toEqual(Object.keys(line.finalState));
  for (const [name, golden] of Object.entries(line.finalState)) {
    requireGolden(state[name], golden, precision, name);
  }
}

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(readGolden<Line>('training').map((line) => [line.id, line] as const))(
    '%s',
    (_id, line) => check(line, precision),
  );
});
