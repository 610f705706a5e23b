/** ResNet-18 of the examples, next to torchvision 0.29.2. */
import { arange, F, nn, noGrad, optim, tensor, type Tensor } from 'blasgrad';
import { ResNet18 } from '../../examples/images/resnet';
import expected from './resnet18.json';

const shapes = expected.shapes as Readonly<Record<string, number[]>>;

const shapesOf = (model: ResNet18): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(model.stateDict()).map(([name, tensor]) => [name, [...tensor.shape]]),
  );

/** Sine waves as weights, scaled so that values keep their size from layer to layer. */
function fillWithWaves(model: ResNet18): void {
  const entries = Object.entries(model.stateDict()).filter(([, { shape }]) => shape.length > 0);
  noGrad(() => {
    entries.forEach(([name, tensor], k) => {
      const i = arange(tensor.numel(), { dtype: 'float64' });
      const wave = i.mul(0.7).add(i.square().mul(0.013)).add(k).sin().reshape(tensor.shape);
      const isScale = name.endsWith('running_var') || name.endsWith('weight');
      const vector = tensor.shape.length === 1;
      const values =
        vector && isScale
          ? wave.mul(0.5).add(1)
          : wave.mul(vector ? 0.1 : Math.sqrt((2 * tensor.shape[0]) / tensor.numel()));
      tensor.copy_(values.to('float32'));
    });
  });
}

function waves(count: number, side: number): Tensor {
  const i = arange(count * 3 * side * side, { dtype: 'float64' });
  const values = i.mul(0.11).add(i.square().mul(1e-5)).cos();
  return values.to('float32').reshape(count, 3, side, side);
}

test("the form 'imagenet' has torchvision's names, order and shapes", () => {
  const found = shapesOf(new ResNet18(1000, 'imagenet'));
  expect(found).toEqual(shapes);
  expect(Object.keys(found)).toEqual(Object.keys(shapes));
});

test("the form 'cifar' differs in the first convolution and in the classes", () => {
  expect(shapesOf(new ResNet18(10))).toEqual({
    ...shapes,
    ...{ 'conv1.weight': [64, 3, 3, 3], 'fc.weight': [10, 512], 'fc.bias': [10] },
  });
});

test.each([
  ['imagenet', 'evaluation', waves(1, 64)],
  ['cifar', 'training', waves(2, 32)],
] as const)('logits of the form %s in %s mode', (form, mode, images) => {
  const model = new ResNet18(10, form);
  fillWithWaves(model);
  model.train(mode === 'training');
  const logits = noGrad(() => model.forward(images));
  expect(logits.shape).toEqual([images.shape[0], 10]);
  const difference = Array.from(logits.reshape(-1).toArray() as number[], (x, i) =>
    Math.abs(x - expected[form][i]),
  );
  expect(Math.max(...difference)).toBeLessThan(2e-3);
});

test('a frozen network trains only its new head', () => {
  const model = new ResNet18(10);
  fillWithWaves(model);
  model.eval().requiresGrad_(false);
  model.fc = new nn.Linear(512, 2);
  const before = Object.entries(model.stateDict()).map(([name, one]) => ({
    name,
    one: one.clone(),
  }));
  const parameters = model.parameters().filter(({ requiresGrad }) => requiresGrad);
  expect(parameters).toEqual([model.fc.weight, model.fc.bias]);
  const optimizer = new optim.SGD(parameters, { lr: 0.01 });
  F.crossEntropy(model.forward(waves(2, 32)), tensor([0, 1], { dtype: 'int32' })).backward();
  optimizer.step();
  const after = model.stateDict();
  const changed = before.filter(({ name, one }) => after[name].ne(one).sum().item() > 0);
  expect(changed.map(({ name }) => name)).toEqual(['fc.weight', 'fc.bias']);
});
