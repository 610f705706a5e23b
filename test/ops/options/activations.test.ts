/** The option inplace of activations and dropout. */
import { compile, F, grad, manualSeed, tensor, type Tensor } from 'blasgrad';

/** Activations that can overwrite their input, with a call for each option. */
const overwriting: [what: string, run: (input: Tensor, options?: object) => Tensor][] = [
  ['relu', (input, options) => F.relu(input, options)],
  ['relu6', (input, options) => F.relu6(input, options)],
  ['hardtanh', (input, options) => F.hardtanh(input, { minVal: -2, maxVal: 2, ...options })],
  ['hardsigmoid', (input, options) => F.hardsigmoid(input, options)],
  ['hardswish', (input, options) => F.hardswish(input, options)],
  ['silu', (input, options) => F.silu(input, options)],
  ['mish', (input, options) => F.mish(input, options)],
  ['selu', (input, options) => F.selu(input, options)],
  ['elu', (input, options) => F.elu(input, { alpha: 2, ...options })],
  ['celu', (input, options) => F.celu(input, { alpha: 2, ...options })],
  ['leakyRelu', (input, options) => F.leakyRelu(input, { negativeSlope: 0.2, ...options })],
  ['threshold', (input, options) => F.threshold(input, 1, 7, options)],
  ['dropout', (input, options) => F.dropout(input, options)],
  ['featureDropout', (input, options) => F.featureDropout(input, options)],
];

describe.each(overwriting)('%s in place', (name, run) => {
  const values = [[-7, -1.5, -0.5], [0.5, 1.5, 7]]; // prettier-ignore

  test.each(['float32', 'bfloat16'] as const)('the result and the gradient, %s', (dtype) => {
    const gradientOf = (inplace: boolean): Tensor[] => {
      manualSeed(3);
      const leaf = tensor(values, { dtype, requiresGrad: true });
      const input = leaf.mul(1);
      const out = run(input, { inplace });
      if (inplace) expect(out).toBe(input);
      return [out, ...grad(out.mul(out).sum(), [leaf])];
    };
    // JSON has one zero: where dropout gives 0, its sign is left open.
    expect(JSON.stringify(gradientOf(true))).toBe(JSON.stringify(gradientOf(false)));
  });

  test('compiled', () => {
    const step = compile((input: Tensor) => {
      const copy = input.clone();
      run(copy, { inplace: true });
      return copy;
    });
    const fourOf = (fn: (input: Tensor) => Tensor): string[] => {
      manualSeed(3);
      return Array.from({ length: 4 }, () => JSON.stringify(fn(tensor(values))));
    };
    expect(fourOf(step)).toEqual(fourOf((input) => run(input)));
  });

  test('is refused for leaves, and for anything but a boolean', () => {
    const leaf = tensor(values, { requiresGrad: true });
    expect(() => run(leaf, { inplace: true })).toThrow(
      `${name}: this tensor is a leaf that requires gradients`,
    );
    expect(() => run(leaf, { inplace: 1 })).toThrow(
      `${name}: expected a boolean for inplace, got 1`,
    );
  });
});
