/** Masks in compiled functions: how many elements they select may change at each replay. */
import { arange, compile, tensor, zeros, type Tensor } from 'blasgrad';

const x = arange(6).reshape(2, 3);
const masks = [
  [[true, false, true], [false, true, false]],
  [[true, true, true], [true, true, false]],
  [[false, false, false], [false, false, false]],
].map((mask) => tensor(mask)); // prettier-ignore

test('maskedScatter', () => {
  const source = tensor([10, 20, 30, 40, 50]);
  const fn = (mask: Tensor): Tensor => x.maskedScatter(mask, source);
  const step = compile(fn);
  for (const mask of masks) expect(step(mask).toArray()).toEqual(fn(mask).toArray());
  expect(step(masks[1]).toArray()).toEqual([
    [10, 20, 30],
    [40, 50, 5],
  ]);
  expect(step.stats.captures).toBe(1);
});

test.each([0, 2])('maskedScatter of too few elements: %i', (count) => {
  const step = compile((mask: Tensor) => x.maskedScatter(mask, zeros(count)));
  expect(step(masks[2]).toArray()).toEqual(x.toArray());
  expect(() => step(masks[0])).toThrow(/^maskedScatter: /);
  expect(() => x.maskedScatter(masks[0], zeros(count))).toThrow(
    `maskedScatter: expected at least 3 elements for source, got ${count}`,
  );
});

const values: readonly (readonly [string, Tensor | number])[] = [
  ['a number', 7],
  ['a tensor without dimensions', tensor(7)],
  ['one element', tensor([7])],
];
test.each(values)('indexPut_ with a mask and %s', (_what, value) => {
  for (const accumulate of [false, true]) {
    const fn = (mask: Tensor): Tensor => x.clone().indexPut_(mask, value, { accumulate });
    const step = compile(fn);
    for (const mask of masks) expect(step(mask).toArray()).toEqual(fn(mask).toArray());
  }
});

test('indexPut_ with a mask of rows', () => {
  const row = tensor([7, 8, 9]);
  const fn = (mask: Tensor): Tensor => x.clone().indexPut_([mask], row);
  const step = compile(fn);
  for (const mask of [
    [true, false],
    [false, false],
    [true, true],
  ]) {
    // prettier-ignore
    expect(step(tensor(mask)).toArray()).toEqual(fn(tensor(mask)).toArray());
  }
});

test('narrow from a place that is a tensor', () => {
  const place = (value: number): Tensor => tensor(value, { dtype: 'int64' });
  const fn = (start: Tensor): Tensor => x.narrow(1, start, 2);
  const step = compile(fn);
  for (const start of [0, 1, -2, -3]) {
    expect(step(place(start)).toArray()).toEqual(fn(place(start)).toArray());
    expect(fn(place(start)).toArray()).toEqual(x.narrow(1, start, 2).toArray());
  }
  expect(() => step(place(2))).toThrow(/^narrow: /);
  expect(() => fn(place(2))).toThrow('narrow: expected a range inside [0, 3) for start and length');
  expect(() => x.narrow(1, tensor(1), 2)).toThrow(TypeError);
  expect(() => x.narrow(1, tensor([1], { dtype: 'int64' }), 2)).toThrow(TypeError);
});

test('to the dtype of another tensor, and copies', () => {
  const other = zeros(1, { dtype: 'float64' });
  expect(x.to(other).dtype).toBe('float64');
  expect(x.to('float32')).toBe(x);
  const copy = x.to('float32', { copy: true });
  copy.fill_(0);
  expect(x.sum().item()).toBe(15);
});
