/** Learning rates that are tensors of one element, as in PyTorch. */
import { ones, optim, tensor, type Tensor } from 'blasgrad';

const parameter = (): Tensor => {
  const x = ones(2, { requiresGrad: true, dtype: 'float64' });
  x.grad = tensor([1, 2], { dtype: 'float64' });
  return x;
};

test('the rate of an optimizer and of a group', () => {
  const [x, y] = [parameter(), parameter()];
  const optimizer = new optim.SGD([{ params: [x] }, { params: [y], lr: tensor([0.25]) }], {
    lr: tensor(0.5),
  });
  expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.25]);
  optimizer.step();
  expect(x.toArray()).toEqual([0.5, 0]);
  expect(y.toArray()).toEqual([0.75, 0.5]);
});

test('a tensor of two elements is no rate', () => {
  expect(() => new optim.Adam([parameter()], { lr: tensor([0.1, 0.1]) })).toThrow(
    'Adam: expected a number for lr, got a float32 tensor of shape [2]',
  );
});
