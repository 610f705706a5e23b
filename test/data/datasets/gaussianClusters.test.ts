import { data, manualSeed, tensor } from 'blasgrad';

const { gaussianClusters } = data;
const corners = {
  centers: [
    [-30, -30],
    [30, 30],
    [-30, 30],
  ],
  labels: [4, 4, 7],
};

test('points lie around the centre of their label, with variance 1', () => {
  const { x, y } = gaussianClusters({ ...corners, batchSize: 6000, seed: 1 });
  expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[6000, 2], 'float32', [6000], 'int32']);
  const points = x.toArray() as [number, number][];
  const labels = y.toArray() as number[];
  const counts = [0, 0, 0];
  let squares = 0;
  points.forEach(([a, b], i) => {
    const near = corners.centers.findIndex(([p, q]) => Math.hypot(a - p, b - q) < 8);
    expect(labels[i]).toBe(corners.labels[near]);
    counts[near]++;
    squares += (a - corners.centers[near][0]) ** 2 + (b - corners.centers[near][1]) ** 2;
  });
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200); // 5 standard deviations
  expect(squares / 12000).toBeCloseTo(1, 1);
});

test('a seed gives the same points, and leaves the stream of manualSeed alone', () => {
  const options = { ...corners, batchSize: 3, seed: 9 };
  expect(gaussianClusters(options).x.toArray()).toEqual(gaussianClusters(options).x.toArray());
  const rest = { ...corners, batchSize: 3 };
  manualSeed(1);
  const first = gaussianClusters(rest).x.toArray();
  const second = gaussianClusters(rest).x.toArray();
  expect(second).not.toEqual(first);
  manualSeed(1);
  gaussianClusters(options);
  expect(gaussianClusters(rest).x.toArray()).toEqual(first);
});

test('by default one point, labelled by the number of its centre', () => {
  const { x, y } = gaussianClusters({ centers: tensor([[0, 0, 0]], { dtype: 'float64' }) });
  expect([x.shape, x.dtype, y.toArray()]).toEqual([[1, 3], 'float32', [0]]);
});

test('labels may be a tensor', () => {
  const { y } = gaussianClusters({ centers: [[1]], labels: tensor([5], { dtype: 'int32' }) });
  expect(y.toArray()).toEqual([5]);
});

test.each([
  [{}, TypeError, 'a tensor or an array of arrays of numbers for centers, got undefined'],
  [{ centers: [1, 2] }, RangeError, 'shape (clusters, dims) for centers, got [2]'],
  [
    { centers: [[1], [2]], labels: [0] },
    RangeError,
    'shape [2], one label per centre, for labels, got [1]',
  ],
  [{ centers: [[1]], labels: [0.5] }, RangeError, 'an integer for labels[0], got 0.5'],
  [{ centers: [[1]], labels: 3 }, TypeError, 'a tensor or an array of integers for labels, got 3'],
  [{ centers: [[1]], batchSize: 0 }, RangeError, 'an integer of at least 1 for batchSize, got 0'],
  [{ centers: [[1]], seed: NaN }, RangeError, 'an integer of at least 0 for seed, got NaN'],
  [
    { centers: [[1]], std: 2 },
    RangeError,
    "one of centers, labels, batchSize, seed for options, got 'std'",
  ],
])('%p is refused', (options, kind, message) => {
  const make = () => gaussianClusters(options as never);
  expect(make).toThrow(kind);
  expect(make).toThrow(`gaussianClusters: expected ${message}`);
});
