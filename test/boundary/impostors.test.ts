/** Objects that pretend to be of another kind: refused with an error of the library, or read for what they contain. */
import { data, nn, ones, optim, tensor, type Tensor } from 'blasgrad';

/** Says nothing of its own about anything but its elements. */
const bare = <T>(list: T[]): T[] =>
  new Proxy(list, {
    get: (target, key) =>
      key === 'length' || (typeof key === 'string' && /^\d+$/.test(key))
        ? (Reflect.get(target, key) as unknown)
        : undefined,
  });

test('an array without an iterator as a shape', () => {
  expect(ones(bare([2, 3])).shape).toEqual([2, 3]);
});

test('an array without methods as the sizes of a view', () => {
  expect(ones(6).reshape(bare([2, -1])).shape).toEqual([2, 3]);
  expect(ones(6).view(bare([3, 2])).shape).toEqual([3, 2]);
  expect(ones(1).expand(bare([2, -1])).shape).toEqual([2, 1]);
});

test('a dataset of workers that was not loaded', () => {
  const make = data.WorkerDataset as unknown as new (...args: unknown[]) => unknown;
  for (const args of [[], [tensor([1])], [{ href: 'file:///', args: [] }, null]]) {
    expect(() => new make(...args)).toThrow(TypeError);
    expect(() => new make(...args)).toThrow('use WorkerDataset.load()');
  }
});

test('an array whose elements are others the second time', () => {
  let times = 0;
  const sizes = [2, 0];
  Object.defineProperty(sizes, 1, { get: () => (times++ === 0 ? 3 : -1) });
  expect(ones(sizes).shape).toEqual([2, 3]);
});

test('an array without methods as datasets', () => {
  const both = new data.ConcatDataset(bare([[1, 2], [3]]));
  expect([both.length, both.get(2)]).toEqual([3, 3]);
});

test('what borrowed the prototype of tensors as options', () => {
  const impostor = Object.create(tensor([1]).add(1)) as Tensor;
  const make = (): unknown => new nn.Parameter(ones(2), impostor);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(/^Parameter: expected an object for options, got /);
});

test('what borrowed the prototype of an optimizer as the optimizer of a schedule', () => {
  const impostor = Object.create(optim.Adam.prototype) as optim.Adam;
  const make = (): unknown => new optim.lrScheduler.StepLR(impostor, 1);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(/^StepLR: expected an optimizer for optimizer, got /);
});

test('what borrowed the prototype of a loader as parameters', () => {
  const impostor = Object.create(data.DataLoader.prototype) as Iterable<nn.Parameter>;
  expect(() => new optim.NAdam(impostor)).toThrow(TypeError); // in the engine's words
});

test.each([
  ['more', (): number => 5],
  ['less', (): number => 2],
])('a typed array that says it has %s', (_, get) => {
  const numbers = Object.defineProperty(new Float32Array(3), 'length', { get });
  expect(() => tensor(numbers)).toThrow(/^tensor: expected \d elements for data, got 3/);
});

test.each([0, 3])('a typed array of %p whose memory goes while it is looked at', (size) => {
  const numbers = new Float32Array(size);
  const get = (): number => {
    if (numbers.buffer.byteLength > 0) structuredClone(0, { transfer: [numbers.buffer] });
    return size;
  };
  Object.defineProperty(numbers, 'length', { get });
  const make = (): Tensor => tensor(numbers);
  if (size === 0) expect(make().shape).toEqual([0]);
  else expect(make).toThrow(/^tensor: expected 3 elements for data, got 0/);
});

const endless: unknown[] = [];
endless.length = 2 ** 32 - 1;

test.each([
  ['weights', (): unknown => new data.WeightedRandomSampler(endless as number[], 1)],
  ['indices', (): unknown => new data.Subset([1, 2], endless as number[])],
  ["columns\\['a'\\]", (): unknown => new data.Table({ a: endless as number[] })],
])('an array of 2^32 holes as %s', (name, make) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(new RegExp(`expected at most \\d+ elements for ${name}, got 4294967295`));
});
