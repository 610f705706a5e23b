/** States as JSON: loaded exactly, or refused by name. */
import { data, metrics, nn, ones, optim } from 'blasgrad';

const { lrScheduler } = optim;

interface Stateful {
  stateDict(): unknown;
  loadStateDict(dict: never): unknown;
}

function throughJson(from: Stateful, to: Stateful): void {
  to.loadStateDict(JSON.parse(JSON.stringify(from.stateDict())) as never);
}

const optimizerOf = () => new optim.SGD([new nn.Parameter(ones(1))], { lr: 1, momentum: 0.9 });

test.each<[string, (optimizer: optim.Optimizer) => optim.lrScheduler.Schedule]>([
  ['ReduceLROnPlateau', (o) => new lrScheduler.ReduceLROnPlateau(o)],
  ['ReduceLROnPlateau, max', (o) => new lrScheduler.ReduceLROnPlateau(o, { mode: 'max' })],
  ['StepLR', (o) => new lrScheduler.StepLR(o, 3)],
  ['MultiStepLR', (o) => new lrScheduler.MultiStepLR(o, [1, 2])],
  ['CosineAnnealingLR', (o) => new lrScheduler.CosineAnnealingLR(o, 5)],
  ['LambdaLR', (o) => new lrScheduler.LambdaLR(o, (epoch) => 1 / (epoch + 1))],
  ['OneCycleLR', (o) => new lrScheduler.OneCycleLR(o, { maxLr: 1, totalSteps: 10 })],
  ['CyclicLR', (o) => new lrScheduler.CyclicLR(o, 0.1, 1)],
  [
    'SequentialLR',
    (o) => new lrScheduler.SequentialLR(o, [new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.5)], [2]), // prettier-ignore
  ],
])('%s comes back exactly', (_, make) => {
  const [from, to] = [make(optimizerOf()), make(optimizerOf())];
  throughJson(from, to);
  expect(to.stateDict()).toStrictEqual(from.stateDict());
  for (const metric of [NaN, 3, Infinity, -Infinity, 2]) {
    if (from instanceof lrScheduler.ReduceLROnPlateau) from.step(metric);
    else (from as unknown as { step(): void }).step();
    throughJson(from, to);
    expect(to.stateDict()).toStrictEqual(from.stateDict());
  }
});

test('StandardScaler comes back exactly', () => {
  const fitted = new data.StandardScaler().fit([0.1, 0.7]);
  const loaded = new data.StandardScaler();
  throughJson(fitted, loaded);
  expect(loaded.stateDict()).toStrictEqual(fitted.stateDict());
});

test('infinity is nothing else in JSON', () => {
  const schedule = new lrScheduler.ReduceLROnPlateau(optimizerOf());
  schedule.loadStateDict(structuredClone(schedule.stateDict()));
  expect(schedule.stateDict().best).toBe(Infinity);
  expect(Object.keys(schedule.stateDict())).not.toContain('toJSON');
  expect(() => schedule.loadStateDict({ best: null })).toThrow(
    'loadStateDict: expected a number for best, got null',
  );
  expect(() => schedule.loadStateDict({ best: '3' })).toThrow(TypeError);
  expect(() => schedule.loadStateDict({ mode: 'Infinity', lastEpoch: 'x' })).toThrow(TypeError);
});

/** A stepped optimizer with state. */
function stepped(make: (parameters: nn.Parameter[]) => optim.Optimizer): optim.Optimizer {
  const parameter = new nn.Parameter(ones(2));
  const optimizer = make([parameter]);
  parameter.sum().backward();
  optimizer.step();
  return optimizer;
}

test.each<[string, () => Stateful]>([
  ...(['Adam', 'AdamW', 'NAdam', 'RAdam', 'Adamax', 'Adagrad', 'Adadelta', 'RMSprop'] as const).map(
    (name): [string, () => Stateful] => [
      name,
      () => stepped((p) => new optim[name](p, { lr: 0.1 })),
    ],
  ),
  ['SGD with momentum', () => stepped((p) => new optim.SGD(p, { lr: 0.1, momentum: 0.5 }))],
  ['accuracy', () => metrics.accuracy()],
  ['r2', () => metrics.r2()],
  ['a module', () => new nn.Linear(2, 1)],
  [
    'a loader in the middle of an epoch',
    () => {
      const loader = new data.DataLoader([1, 2, 3], { shuffle: true, seed: 1 });
      for (const _batch of loader) break;
      return loader;
    },
  ],
])('tensors in JSON are refused: %s', (_, make) => {
  expect(() => throughJson(make(), make())).toThrow(/expected (a tensor|the tensors)/);
});
