/** Windows over tensors and files of tokens, and what files refuse. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arange, data, tensor, zeros } from 'blasgrad';

const dir = mkdtempSync(join(tmpdir(), 'blasgrad-tokens-'));
const path = join(dir, 'tokens.bin');
afterAll(() => rmSync(dir, { recursive: true }));

const tokens = Array.from({ length: 23 }, (_, i) => (i * 7) % 256);

describe.each(['uint8', 'uint16', 'int32'] as const)('TokenFile of %s', (dtype) => {
  beforeAll(() => data.TokenFile.write(path, tokens, { dtype }));

  test('reads parts', () => {
    const file = data.TokenFile.open(path, { dtype });
    expect(file).toMatchObject({ dtype, length: 23 });
    expect(file.read(0, 23).toArray()).toEqual(tokens);
    expect(file.read(5, 3).toArray()).toEqual(tokens.slice(5, 8));
    expect(file.read(23, 0).toArray()).toEqual([]);
    expect(() => file.read(20, 4)).toThrow(/at most 23, the length of the file,/);
    file.close();
    file.close();
    expect(() => file.read(0, 1)).toThrow(/is closed; open it again/);
  });

  test('refuses tokens that it cannot hold, and keeps the old file', async () => {
    const largest = { uint8: 255, uint16: 65535, int32: 2147483647 }[dtype];
    await expect(data.TokenFile.write(path, [1, largest + 1], { dtype })).rejects.toThrow(
      `TokenFile.write: expected a token that ${dtype} holds for tokens[1], got ${largest + 1}`,
    );
    await expect(data.TokenFile.write(path, [-1], { dtype })).rejects.toThrow(RangeError);
    const file = data.TokenFile.open(path, { dtype });
    expect(file.length).toBe(23);
    file.close();
  });
});

test('writes pieces of an iterable, also of an asynchronous one', async () => {
  async function* pieces(): AsyncGenerator<number[]> {
    yield [1, 2];
    await Promise.resolve();
    yield [];
    yield [3];
  }
  for (const source of [pieces(), [tensor([1, 2], { dtype: 'int32' }), [3]], tensor([1, 2, 3])]) {
    await data.TokenFile.write(path, source);
    const file = data.TokenFile.open(path);
    expect(file.read(0, 3).toArray()).toEqual([1, 2, 3]);
    file.close();
  }
});

test('refuses files that are no tokens, or become shorter', () => {
  writeFileSync(path, Buffer.alloc(7));
  expect(() => data.TokenFile.open(path)).toThrow(
    /expected a multiple of 2 bytes \(uint16\), got 7/,
  );
  expect(() => data.TokenFile.open(dir)).toThrow(/is a directory, not a file/);
  writeFileSync(path, Buffer.alloc(8));
  const file = data.TokenFile.open(path);
  truncateSync(path, 4);
  expect(() => file.read(0, 4)).toThrow(/the file was truncated while it was read/);
  expect(() => structuredClone(file)).toThrow(/openTokenFileThereInstead/);
  file.close();
});

/** Sample i of windows over 0, 1, 2, ..., by the definition. */
function expected(i: number, size: number, stride: number, horizon?: number): [number[], number[]] {
  const from = (start: number, count: number): number[] =>
    Array.from({ length: count }, (_, j) => start + j);
  const start = i * stride;
  if (horizon === undefined) return [from(start, size), from(start + 1, size)];
  return [from(start, size), from(start + size, horizon)];
}

describe.each([
  [20, 4, 1, undefined, 16],
  [20, 4, 3, undefined, 6],
  [20, 5, 2, 3, 7],
  [5, 4, 1, undefined, 1],
  [2, 1, 1, 1, 1],
])('windows over %i values of %i, stride %i, horizon %p', (n, size, stride, horizon, length) => {
  const options = { stride, ...(horizon !== undefined && { horizon }) };
  const sources = async (): Promise<(data.TokenFile | ReturnType<typeof arange>)[]> => {
    await data.TokenFile.write(path, arange(n));
    return [arange(n, { dtype: 'int32' }), data.TokenFile.open(path)];
  };

  test('single windows and batches', async () => {
    for (const source of await sources()) {
      const windows = new data.WindowDataset(source, size, options);
      expect(windows.length).toBe(length);
      for (let i = 0; i < length; i++) {
        const [input, target] = windows.get(i);
        expect([input.toArray(), target.toArray()]).toEqual(expected(i, size, stride, horizon));
      }
      const order = Array.from({ length }, (_, i) => length - 1 - i);
      const [inputs, targets] = windows.getBatch(tensor(order, { dtype: 'int32' }));
      const all = order.map((i) => expected(i, size, stride, horizon));
      expect(inputs.toArray()).toEqual(all.map(([input]) => input));
      expect(targets.toArray()).toEqual(all.map(([, target]) => target));
      expect(inputs.dtype).toBe('int32');
      if (source instanceof data.TokenFile) source.close();
    }
  });
});

test('windows over several series, in a loader', () => {
  const series = arange(12).reshape([6, 2]);
  const windows = new data.WindowDataset(series, 2, { horizon: 1 });
  const [[input, target]] = new data.DataLoader(windows, { batchSize: 4 });
  expect(input.shape).toEqual([4, 2, 2]);
  expect(target.toArray()).toEqual([[[4, 5]], [[6, 7]], [[8, 9]], [[10, 11]]]);
  expect(windows.get(-1)[1].toArray()).toEqual([[10, 11]]);
});

test.each([
  [
    () => new data.WindowDataset(zeros(4), 4),
    /at least 5 values, for a window of 4 with its target, for source, got 4/,
  ],
  [() => new data.WindowDataset(zeros(4), 2, { horizon: 3 }), /at least 5 values/],
  [() => new data.WindowDataset(tensor(1), 1), /at least one dimension/],
  [() => new data.WindowDataset([1, 2] as never, 1), /a tensor or a TokenFile for source/],
  [() => new data.WindowDataset(zeros(9), 2).get(7), /an index from -7 to 6/],
  [() => new data.WindowDataset(zeros(9), 2).getBatch(tensor([7])), /an index from 0 to 6/],
])('refuses %p', (call, message) => {
  expect(call).toThrow(message);
});
