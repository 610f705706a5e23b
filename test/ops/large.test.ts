/** Results of 4 MB and more, which cheap loops write past the caches, for every alignment. */
import { backend, tensor, type Tensor } from 'blasgrad';
import { oneIn } from '../support/full';

const count = 2 ** 20 + 8; // 4 MB of float32 and a few, no multiple of a vector
const values = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 2003) - 1000);

interface Case {
  readonly run: (x: Tensor, y: Tensor) => Tensor;
  readonly reference: (x: number, y: number) => number;
}
const cases: Readonly<Record<string, Case>> = {
  add: { run: (x, y) => x.add(y), reference: (x, y) => x + y },
  'mul by a number': { run: (x) => x.mul(3), reference: (x) => x * 3 },
  maximum: { run: (x, y) => x.maximum(y), reference: Math.max },
  'add in place': { run: (x, y) => x.clone().add_(y), reference: (x, y) => x + y },
  'mul of a broadcast column, by a broadcast row': {
    run: (x) =>
      x
        .unsqueeze(1)
        .expand(x.numel(), 2)
        .mul(tensor([[1, 2]], { dtype: x.dtype }))
        .select(1, 1),
    reference: (x) => 2 * x,
  },
};

const threads = backend.getNumThreads();
afterAll(() => {
  backend.setNumThreads(threads);
});

describe.each([1, 2])('%d threads', (number) => {
  const dtypes = ['float32', 'float64', 'int32'] as const;
  describe.each(oneIn(2, 'dtypes', dtypes, number))('%s', (dtype) => {
    test.each(Object.entries(cases))('%s', (_name, { run, reference }) => {
      backend.setNumThreads(number);
      const x = tensor(values).to(dtype);
      for (const offset of [0, 1, 3]) {
        // The same number of elements, from other addresses.
        const left = x.narrow(0, offset, count - 3);
        const right = x.narrow(0, 3 - offset, count - 3);
        const got = run(left, right).toArray() as number[];
        const wrong = got.findIndex(
          (value, i) => value !== reference(values[i + offset], values[i + 3 - offset]),
        );
        expect({ offset, length: got.length, wrong }).toEqual({
          offset,
          length: count - 3,
          wrong: -1,
        });
      }
    });
  });
});
