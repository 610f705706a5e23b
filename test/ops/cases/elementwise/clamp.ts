/** Bounds that are tensors; unary.ts has bounds that are numbers. */
import type { Tensor } from 'blasgrad';
import { pointwise, type OpCase } from '../../harness';

const max = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
const min = (a: number, b: number): number => -max(-a, -b);

// No two of an element's three numbers are equal: there the gradient is shared.
const x = { shape: [2, 6], values: [-1.75, -0.375, 0.3125, 1.625, 2.375, -2.625] };
const low = { shape: [2, 6], values: [-0.5, -1, 0.125, 1.75, -2.5] };
const high = { shape: [2, 6], values: [0.5, 1.25, 0.0625, 2.25, 3.5, -1.125, 0.75] };

export const cases: OpCase[] = [
  {
    name: 'clamp between tensors',
    ops: ['maximum', 'minimum'],
    inputs: [x, low, high],
    run: (a: Tensor, b: Tensor, c: Tensor) => a.clamp({ min: b, max: c }),
    reference: pointwise((a, b, c) => min(max(a, b), c)),
    elementwise: true,
    signedZero: false,
  },
  {
    name: 'clamp by a tensor from below',
    ops: ['maximum'],
    inputs: [x, low],
    run: (a, b) => a.clamp({ min: b }),
    reference: pointwise(max),
    elementwise: true,
    signedZero: false,
  },
  {
    name: 'clamp by a tensor from above',
    ops: ['minimum'],
    inputs: [x, high],
    run: (a, b) => a.clamp({ max: b }),
    reference: pointwise(min),
    elementwise: true,
    signedZero: false,
  },
  {
    name: 'maskedFill with a tensor',
    ops: ['where'],
    inputs: [x, { shape: [2, 6], dtype: 'bool' }, { shape: [] }],
    run: (a, mask, value) => a.maskedFill(mask, value),
    reference: (a, mask, value) => ({
      shape: a.shape,
      data: a.data.map((one, i) => (mask.data[i] ? value.data[0] : one)),
    }),
  },
];
