/** Columns whose squares or differences exceed the range of float64. */
import { data, tensor } from 'blasgrad';

const column = (...values: number[]) =>
  tensor(
    values.map((value) => [value]),
    { dtype: 'float64' },
  );

test.each([
  [
    [1e200, -1e200],
    [1, -1],
  ],
  [
    [1.7e308, -1.7e308],
    [1, -1],
  ],
  [
    [1e-200, -1e-200],
    [1, -1],
  ],
  [
    [5e-324, -5e-324],
    [1, -1],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [
    [1e300, 1e300],
    [0, 0],
  ],
  [
    [3, NaN, 1e308],
    [-1, NaN, 1],
  ],
])('%p become %p', (values, scaled) => {
  const result = new data.StandardScaler().fitTransform(column(...values));
  expect(result.flatten().toArray()).toEqual(scaled);
});

test.each([[[1, Infinity]], [[-Infinity, 2]]])('%p are refused', (values) => {
  expect(() => new data.StandardScaler().fit(column(...values))).toThrow(
    'StandardScaler.fit: expected finite numbers for column 0 of x, got ',
  );
});
