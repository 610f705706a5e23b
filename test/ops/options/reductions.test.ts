/** The dtypes of reductions. */
import { grad, tensor } from 'blasgrad';
import { testRows, type Row } from './rows';

const x = tensor([5.5, -7.25, 3]);
const wide = x.double();
const table = tensor([[100, 200], [300, 2]], { dtype: 'int64' }); // prettier-ignore
const tableOfBytes = table.byte();
const fractions = tensor([[1.75, 2.25], [3.5, -1.5]]); // prettier-ignore
const reductions: Row[] = [
  ['sum in int32', () => table.sum(null, { dtype: 'int32' }), 'int32', 602],
  ['sum in uint8, which wraps', () => table.sum(null, { dtype: 'uint8' }), 'uint8', 90],
  ['sum in bool', () => table.sum(0, { dtype: 'bool' }), 'bool', [true, true]],
  ['sum in float16', () => tableOfBytes.sum(null, { dtype: 'float16' }), 'float16', 346],
  ['sum of fractions in int32', () => fractions.sum(0, { dtype: 'int32' }), 'int32', [4, 1]],
  ['sum in float64', () => fractions.sum(1, { dtype: 'float64', keepdim: true }), 'float64', [[4], [2]]],
  ['prod in uint8', () => fractions.prod(null, { dtype: 'uint8' }), 'uint8', 250],
  ['prod in float32', () => table.prod(0, { dtype: 'float32' }), 'float32', [30000, 400]],
  ['prod in bool', () => tensor([2 ** 31, 2 ** 33], { dtype: 'int64' }).prod(0, { dtype: 'bool' }), 'bool', true],
  ['mean of integers', () => table.mean(0, { dtype: 'float32' }), 'float32', [200, 101]],
  ['mean in float64', () => fractions.mean(null, { dtype: 'float64' }), 'float64', 1.5],
  ['cumsum in uint8', () => table.cumsum(1, { dtype: 'uint8' }), 'uint8', [[100, 44], [44, 46]]],
  ['cumsum of fractions in int32', () => fractions.cumsum(1, { dtype: 'int32' }), 'int32', [[1, 3], [3, 2]]],
  ['norm in float64', () => tensor([3, 4]).norm({ dtype: 'float64' }), 'float64', 5],
  ['norm of halves in float32', () => tensor([300, 400], { dtype: 'float16' }).norm({ dtype: 'float32' }), 'float32', 500],
  ['softmax of integers', () => tensor([1, 1], { dtype: 'int32' }).softmax(0, { dtype: 'float64' }), 'float64', [0.5, 0.5]],
  ['var without bias correction', () => fractions.var(null, { unbiased: false }), 'float32', 3.40625],
  ['std with bias correction', () => tensor([1, 3]).std(0, { unbiased: true }), 'float32', 1.414214],
]; // prettier-ignore

describe('reductions', () => {
  testRows(reductions);

  test('gradients pass the conversion', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    expect(grad(a.cumsum(0, { dtype: 'float64' }).sum(), [a])[0].toArray()).toEqual([2, 1]);
    expect(grad(a.prod(0, { dtype: 'float64' }), [a])[0].dtype).toBe('float32');
    expect(a.sum(0, { dtype: 'int32' }).requiresGrad).toBe(false);
  });

  test.each<[() => unknown, string]>([
    [() => table.mean(0, { dtype: 'int32' }), 'mean: expected float32'],
    [() => table.cumsum(0, { dtype: 'bool' }), 'cumsum: expected a dtype of numbers'],
    [
      () => wide.norm({ dtype: 'float32' }),
      'norm: expected a floating dtype that holds float64 for dtype',
    ],
    [() => table.norm({ dtype: 'float32' }), 'norm: expected float32'],
    [() => x.sum(0, { dtype: 'float8' as never }), 'sum: expected one of float32'],
    [
      () => x.var(0, { unbiased: true, correction: 1 }),
      'var: pass either correction or unbiased, not both',
    ],
  ])('%s', (run, message) => {
    expect(run).toThrow(message);
  });
});
