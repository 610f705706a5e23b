/** Sequences, in the shape and dtype of an input. */
import { arange, linspace } from 'blasgrad';
import type { OpCase } from '../harness';

export const cases: readonly OpCase[] = (['float32', 'float64', 'int32'] as const).flatMap(
  (dtype): OpCase[] => [
    {
      name: `arange of ${dtype}`,
      ops: ['arange'],
      inputs: [{ shape: [50], dtype }],
      run: () => arange(-20, 130, 3, { dtype }),
      reference: () => ({ shape: [50], data: Array.from({ length: 50 }, (_, i) => 3 * i - 20) }),
      gradient: false,
    },
    ...(dtype === 'int32'
      ? []
      : [
          {
            name: `linspace of ${dtype}`,
            ops: ['linspace'],
            inputs: [{ shape: [41], dtype }],
            run: () => linspace(-1, 1.3, 41, { dtype }),
            reference: () => {
              return { shape: [41], data: Array.from({ length: 41 }, (_, i) => -1 + 0.0575 * i) };
            },
            gradient: false,
          },
        ]),
  ],
);
