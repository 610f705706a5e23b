/** The next backward pass reuses the memory of a cleared gradient, unless other code may still read it. */
import { F, manualSeed, nn, noGrad, optim, randn, type Tensor } from 'blasgrad';

const inFeatures = 64; // 64 x 64 float32: large enough to have memory of its own

function trial(): { layer: nn.Linear; run: (x: Tensor) => void } {
  manualSeed(5);
  const layer = new nn.Linear(inFeatures, 64);
  const run = (x: Tensor): void => {
    layer.zeroGrad();
    layer.forward(x).sum().backward();
  };
  return { layer, run };
}

const gradient = (layer: nn.Linear): Tensor => layer.weight.grad as Tensor;

test.each<[string, (layer: nn.Linear) => Tensor]>([
  ['read from grad', (layer) => gradient(layer)],
  ['a view of grad', (layer) => gradient(layer).narrow(0, 1, 3)],
  ['detached from grad', (layer) => gradient(layer).detach()],
])('a gradient %s stays what it was', (_, hold) => {
  const { layer, run } = trial();
  run(randn(3, inFeatures));
  const held = hold(layer);
  const before = held.toArray();
  for (let i = 0; i < 3; i++) run(randn(3, inFeatures));
  expect(held.toArray()).toEqual(before);
});

test('a gradient that a hook saw stays what it was', () => {
  const { layer, run } = trial();
  const seen: Tensor[] = [];
  layer.weight.registerHook((g) => void seen.push(g));
  run(randn(3, inFeatures));
  const before = seen[0].toArray();
  for (let i = 0; i < 3; i++) run(randn(3, inFeatures));
  expect(seen[0].toArray()).toEqual(before);
});

test('a gradient given by assignment is not written to after it was cleared', () => {
  const { layer, run } = trial();
  const given = randn(64, inFeatures);
  const before = given.toArray();
  run(randn(3, inFeatures));
  layer.weight.grad = given;
  run(randn(3, inFeatures));
  expect(given.toArray()).toEqual(before);
});

test('a layer used twice gets the sum of both gradients, step after step', () => {
  const { layer } = trial();
  const x = randn(3, inFeatures);
  const twice = (): unknown => {
    layer.zeroGrad();
    layer.forward(layer.forward(x)).sum().backward();
    return noGrad(() => gradient(layer).toArray());
  };
  const unread = (): void => {
    layer.zeroGrad();
    layer.forward(layer.forward(x)).sum().backward();
  };
  const first = twice();
  for (let i = 0; i < 3; i++) unread();
  expect(gradient(layer).toArray()).toEqual(first);
});

test('steps whose gradients are read and steps whose are not train alike', () => {
  const losses = [true, false].map((read) => {
    const { layer } = trial();
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.01 });
    const [x, y] = [randn(8, inFeatures), randn(8, 64)];
    return Array.from({ length: 5 }, () => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(layer.forward(x), y);
      loss.backward();
      if (read) gradient(layer);
      optimizer.step();
      return loss.item();
    });
  });
  expect(losses[0]).toEqual(losses[1]);
});

test('a parameter that is frozen or converted between steps gets gradients of its kind', () => {
  const { layer, run } = trial();
  run(randn(3, inFeatures));
  layer.zeroGrad();
  layer.to('float64');
  run(randn([3, inFeatures], { dtype: 'float64' }));
  expect(gradient(layer).dtype).toBe('float64');
});
