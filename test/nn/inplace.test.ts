/** Layers that write their result to their input. */
import { grad, nn, tensor } from 'blasgrad';

const layers: [print: string, make: (inplace: boolean) => nn.Module][] = [
  ['ReLU(inplace=True)', (inplace) => new nn.ReLU({ inplace })],
  ['ReLU6(inplace=True)', (inplace) => new nn.ReLU6({ inplace })],
  ['SiLU(inplace=True)', (inplace) => new nn.SiLU({ inplace })],
  ['Mish(inplace=True)', (inplace) => new nn.Mish({ inplace })],
  ['SELU(inplace=True)', (inplace) => new nn.SELU({ inplace })],
  ['Hardsigmoid()', (inplace) => new nn.Hardsigmoid({ inplace })],
  ['Hardswish()', (inplace) => new nn.Hardswish({ inplace })],
  ['LeakyReLU(negative_slope=0.1, inplace=True)', (inplace) => new nn.LeakyReLU(0.1, { inplace })],
  ['LeakyReLU(negative_slope=0.01, inplace=True)', (inplace) => new nn.LeakyReLU({ inplace })],
  ['Hardtanh(min_val=-2.0, max_val=2.0, inplace=True)', (inplace) => new nn.Hardtanh(-2, 2, { inplace })], // prettier-ignore
  ['ELU(alpha=2.0, inplace=True)', (inplace) => new nn.ELU({ alpha: 2, inplace })],
  ['CELU(alpha=2.0, inplace=True)', (inplace) => new nn.CELU(2, { inplace })],
  ['Threshold(threshold=0.1, value=0.2, inplace=True)', (inplace) => new nn.Threshold(0.1, 0.2, { inplace })], // prettier-ignore
  ['Dropout(p=0.0, inplace=True)', (inplace) => new nn.Dropout(0, { inplace })],
  ['Dropout(p=1.0, inplace=True)', (inplace) => new nn.Dropout({ p: 1, inplace })],
  ['Dropout2d(p=1.0, inplace=True)', (inplace) => new nn.Dropout2d(1, { inplace })],
];

test.each(layers)('%s', (print, make) => {
  expect(String(make(true))).toBe(print);
  const results = [true, false].map((inplace) => {
    const leaf = tensor([[[-3, -0.5], [0.5, 3]]], { requiresGrad: true }); // prettier-ignore
    const input = leaf.mul(1);
    const out = make(inplace).forward(input);
    if (inplace) expect(out).toBe(input);
    return JSON.stringify([out, ...grad(out.mul(out).sum(), [leaf])]);
  });
  expect(results[0]).toBe(results[1]);
});

test.each<[make: () => unknown, message: string]>([
  [() => new nn.Softplus({ inplace: true } as never), "Softplus: expected one of beta, threshold for options, got 'inplace'"], // prettier-ignore
  [() => new nn.ReLU(true as never), 'ReLU: expected an object for options, got true'],
  [
    () => new nn.LeakyReLU(0.1, true as never),
    'LeakyReLU: expected an object for options, got true',
  ],
  [() => new nn.ELU(1, { inplace: 1 as never }), 'ELU: expected a boolean for inplace, got 1'],
  [() => new nn.Dropout(0.1, { foo: 1 } as never), "Dropout: expected one of inplace for options, got 'foo'"], // prettier-ignore
])('%s', (make, message) => {
  expect(make).toThrow(message);
});
