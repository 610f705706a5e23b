/** Every dtype through every format, bit for bit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArray, io, nn, zeros, type DType, type Tensor, type TypedArray } from 'blasgrad';

const folder = mkdtempSync(join(tmpdir(), 'dtypes-'));
const path = join(folder, 'file');
afterAll(() => rmSync(folder, { recursive: true }));

const everyHalf = Uint16Array.from({ length: 65536 }, (_, i) => i);
const least = -(2n ** 63n);
const words = Uint32Array.of(0, 1, 0x80000000, 0x7f800000, 0xff800001, 0x7fc12345, 0x7f7fffff);
const longWords = BigUint64Array.of(0n, 1n, 1n << 63n, 0x7ff0000000000001n, 0xfff8000000000042n);

const memory: Readonly<Record<DType, TypedArray>> = {
  float32: new Float32Array(words.buffer),
  float64: new Float64Array(longWords.buffer),
  float16: everyHalf,
  bfloat16: everyHalf,
  int64: BigInt64Array.of(0n, -1n, 2n ** 53n + 1n, least, -(least + 1n)),
  int32: Int32Array.of(0, -1, 2147483647, -2147483648),
  uint8: Uint8Array.from({ length: 256 }, (_, i) => i),
  bool: Uint8Array.of(0, 1, 1, 0),
};
const dtypes = Object.keys(memory) as DType[];

function bytesOf(one: Tensor): Buffer {
  const { buffer, byteOffset, byteLength } = one.data;
  return Buffer.from(buffer, byteOffset, byteLength);
}

function expectSame(read: Tensor, saved: Tensor): void {
  expect([read.dtype, read.shape]).toEqual([saved.dtype, saved.shape]);
  expect(bytesOf(read).equals(bytesOf(saved))).toBe(true);
}

const formats: Readonly<Record<string, (saved: Tensor) => Promise<Tensor>>> = {
  safetensors: async (saved) => {
    io.saveSafetensorsSync(path, { saved });
    return Promise.resolve(io.loadSafetensorsSync(path)['saved']);
  },
  npy: async (saved) => {
    await io.saveNpy(path, saved);
    return io.loadNpy(path);
  },
  npz: async (saved) => {
    await io.saveNpz(path, { saved }, { compress: true });
    return (await io.loadNpz(path))['saved'];
  },
  text: async (saved) => {
    io.saveTextSync(path, { saved });
    return Promise.resolve(io.loadTextSync(path)['saved']);
  },
  checkpoint: async (saved) => {
    await io.saveCheckpoint(join(folder, 'checkpoints'), { saved });
    return (await io.loadCheckpoint(join(folder, 'checkpoints')))['saved'] as Tensor;
  },
};

/** NumPy has no bfloat16; text has one NaN of float32 and of float64. */
const exceptions: Readonly<Partial<Record<string, readonly DType[]>>> = {
  npy: ['bfloat16'],
  npz: ['bfloat16'],
  text: ['float32', 'float64'],
};

describe.each(Object.entries(formats))('%s', (format, roundTrip) => {
  const ours = dtypes.filter((dtype) => !exceptions[format]?.includes(dtype));
  test.each(ours)('%s', async (dtype) => {
    const saved = fromArray(memory[dtype].slice(), undefined, { dtype });
    expectSame(await roundTrip(saved), saved);
    const columns = saved.narrow(0, 0, 4).reshape(2, 2).T;
    expectSame(await roundTrip(columns), columns.contiguous());
    const none = zeros(2, 0, { dtype });
    expectSame(await roundTrip(none), none);
  });
});

class Holder extends nn.Module<[x: Tensor]> {
  readonly weight: nn.Parameter;

  constructor(dtype: DType) {
    super();
    this.weight = new nn.Parameter(zeros(2, { dtype }));
    this.registerBuffer('count', zeros(1, { dtype: 'int64' }));
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

test.each(['float32', 'float16', 'bfloat16'] as const)(
  'a state dict of halves loads into parameters of %s, which keep their dtype',
  (dtype) => {
    const source = new Holder('bfloat16');
    source.loadStateDict({
      weight: fromArray(Uint16Array.of(0x3fc0, 0xbf80), [2], { dtype: 'bfloat16' }), // 1.5, -1
      count: fromArray(BigInt64Array.of(2n ** 60n)),
    });
    io.saveSafetensorsSync(path, source.stateDict());
    const model = new Holder(dtype);
    model.loadStateDict(io.loadSafetensorsSync(path));
    const { weight, count } = model.stateDict();
    expect([weight.dtype, weight.toArray()]).toEqual([dtype, [1.5, -1]]);
    expect([count.dtype, count.toArray()]).toEqual(['int64', [2n ** 60n]]);
  },
);

test('a checkpoint of a model in bfloat16 restores its bits', async () => {
  const bits = Uint16Array.of(0x7fc1, 0x0001);
  const model = new Holder('bfloat16');
  model.loadStateDict({
    weight: fromArray(bits.slice(), [2], { dtype: 'bfloat16' }),
    count: fromArray(BigInt64Array.of(least)),
  });
  const dir = join(folder, 'models');
  await io.saveCheckpoint(dir, { model });
  const other = new Holder('bfloat16');
  await io.loadCheckpoint(dir, { model: other });
  expectSame(other.weight.detach(), model.weight.detach());
  expect(bytesOf(other.weight.detach()).equals(Buffer.from(bits.buffer))).toBe(true);
  expect(other.stateDict()['count'].item<bigint>()).toBe(least);
});
