/** Compiled steps compared with PyTorch's numbers, and with eager steps bit for bit. */
import { F, nn, optim, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  readGolden,
  requireGolden,
  tensorsIn,
  type GoldenTensor,
  type Precision,
} from '../support/golden';
import { requireSameTraining, type Training } from './support';

type Table<Value> = Readonly<Record<string, Value>>;
type Goldens = Table<GoldenTensor>;

const optimizers = optim as unknown as Table<
  new (params: Iterable<Tensor>, options: object) => optim.Optimizer
>;

const named = <Line extends { readonly id: string }>(...files: string[]): [string, Line][] =>
  files.flatMap((file) => readGolden<Line>(file)).map((line) => [line.id, line]);

const golden = (tensors: Goldens, precision: Precision): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, one]) => [name, goldenTensor(one, precision)]),
  );

function requireState(module: nn.AnyModule, state: Goldens, precision: Precision): void {
  const own = module.stateDict();
  expect(Object.keys(own)).toEqual(Object.keys(state));
  for (const [name, one] of Object.entries(state)) {
    requireGolden(own[name], one, precision, name);
  }
}

interface TrainingLine {
  readonly id: string;
  readonly dims: readonly number[];
  readonly activation: string;
  readonly loss: string;
  readonly optimizer: string;
  readonly options: Table<unknown>;
  readonly state: Goldens;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly losses: readonly number[];
  readonly finalState: Goldens;
}

interface OptimizerLine {
  readonly id: string;
  readonly optimizer: string;
  readonly options: Table<unknown>;
  readonly params: readonly GoldenTensor[];
  readonly grads: readonly (readonly GoldenTensor[])[];
  readonly after: readonly (readonly GoldenTensor[])[];
}

interface ModuleLine {
  readonly id: string;
  readonly module: string;
  readonly args: readonly unknown[];
  readonly state: Goldens;
  readonly training: boolean;
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradInputs: readonly (GoldenTensor | null)[];
  readonly gradParams: Goldens;
  readonly stateAfter: Goldens;
}

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(named<TrainingLine>('training'))('training: %s', (_id, line) => {
    const modules = nn as unknown as Table<new () => nn.Module>;
    const losses = F as unknown as Table<(output: Tensor, target: Tensor) => Tensor>;
    const [x, y] = [goldenTensor(line.x, precision), goldenTensor(line.y, precision)];
    const models: nn.Module[] = [];
    const make = (): Training<[Tensor, Tensor], Tensor> => {
      const layers = line.dims.slice(1).flatMap((size, i) => {
        const linear = new nn.Linear(line.dims[i], size);
        return i === 0 ? [linear] : [new modules[line.activation](), linear];
      });
      const model = new nn.Sequential(...layers).to(precision);
      model.loadStateDict(golden(line.state, precision));
      models.push(model);
      const optimizer = new optimizers[line.optimizer](model.parameters(), line.options);
      let steps = 0;
      const step = (input: Tensor, target: Tensor): Tensor => {
        optimizer.zeroGrad();
        const loss = losses[line.loss](model.forward(input), target);
        loss.backward();
        optimizer.step();
        steps++;
        return loss;
      };
      return {
        step,
        state: () => [...model.parameters(), ...[...model.parameters()].map((one) => one.grad)],
        // Compiled, the first step is captured, and steps 2, 8 and 32 are compared with it.
        between: (i) => {
          const runs = [1, 2, 8, 32].filter((step) => step <= i).length;
          expect(steps).toBe(models.length === 1 ? i : runs);
        },
      };
    };
    const compiled = requireSameTraining(
      make,
      line.losses.map(() => [x, y]),
    );
    expect(compiled.stats).toMatchObject({ captures: 1, replays: line.losses.length - 1 });
    models.forEach((model) => requireState(model, line.finalState, precision));
  });

  test.each(named<OptimizerLine>('optimizers', 'wide_optimizers'))('%s', (_id, line) => {
    const batches = line.grads.map((grads) => grads.map((grad) => goldenTensor(grad, precision)));
    const make = (): Training<Tensor[], void> => {
      const params = line.params.map((param) => goldenTensor(param, precision).requiresGrad_());
      const optimizer = new optimizers[line.optimizer](params, line.options);
      const step = (...grads: Tensor[]): void => {
        grads.forEach((grad, k) => (params[k].grad = grad));
        optimizer.step();
      };
      let taken = 0;
      const state = (): (Tensor | null)[] => {
        params.forEach((param, k) =>
          requireGolden(param, line.after[taken][k], precision, `parameter ${k}, step ${taken}`),
        );
        taken++;
        return [...params, ...params.map((param) => param.grad)];
      };
      return { step, state };
    };
    const compiled = requireSameTraining(make, batches);
    expect(compiled.stats.captures).toBe(1);
  });

  test.each(named<ModuleLine>('modules'))('%s', (_id, line) => {
    const classes = nn as unknown as Table<new (...args: readonly unknown[]) => nn.AnyModule>;
    const make = (): Training<Tensor[], (Tensor | null)[]> => {
      const module = new classes[line.module.replace('nn.', '')](...line.args).to(precision);
      module.train(line.training).loadStateDict(golden(line.state, precision));
      const step = (...inputs: Tensor[]): (Tensor | null)[] => {
        module.zeroGrad();
        const leaves = inputs.map((input, i) =>
          line.gradInputs[i] ? input.detach().requiresGrad_() : input,
        );
        const outputs = tensorsIn(module.forward(...leaves));
        const weighted = outputs.map((output, i) =>
          output.mul(goldenTensor(line.cotangents[i], precision)).sum(),
        );
        weighted.reduce((a, b) => a.add(b)).backward();
        return [...outputs, ...leaves.map((leaf) => leaf.grad)];
      };
      const state = (): (Tensor | null)[] => {
        for (const [name, param] of module.namedParameters()) {
          requireGolden(param.grad as Tensor, line.gradParams[name], precision, name);
        }
        const after = module.stateDict();
        for (const [name, one] of Object.entries(line.stateAfter)) {
          requireGolden(after[name], one, precision, name);
        }
        return Object.values(after);
      };
      return { step, state };
    };
    const inputs = line.inputs.map((one) => goldenTensor(one, precision));
    const compiled = requireSameTraining(make, [inputs, inputs, inputs]);
    expect(compiled.stats.captures).toBe(1);
    const results = compiled(...inputs);
    [...line.outputs, ...line.gradInputs].forEach((one, i) => {
      if (one) requireGolden(results[i] as Tensor, one, precision, `result ${i}`);
    });
  });
});
