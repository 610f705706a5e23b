/**
 * Files that the previous version wrote (test/io/previous) load bit for bit: a checkpoint in the middle of an epoch, a
 * safetensors file of all dtypes, and an ONNX model. expected.json holds what that version read from them.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arange, data, F, io, nn, optim, rand, tensor, Tensor, train, type DType } from 'blasgrad';

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The bytes of the elements, little-endian. */
  readonly hex: string;
}

interface Expected {
  readonly checkpoint: {
    readonly step: number;
    readonly note: string;
    readonly states: Readonly<Record<'model' | 'optimizer' | 'scheduler' | 'loader', unknown>>;
    /** Of `rand(6)` after loading. */
    readonly random: string;
    /** Of the batches that are left of the epoch. */
    readonly samples: readonly (readonly number[])[];
  };
  readonly resumed: {
    readonly epochs: readonly { epoch: number; loss: number; lr: number }[];
    readonly losses: readonly (readonly [step: number, loss: number])[];
  };
  readonly safetensors: Readonly<Record<string, Stored>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly onnx: {
    readonly input: Stored;
    readonly output: Stored;
    readonly state: Readonly<Record<string, Stored>>;
  };
}

const folder = join(__dirname, 'previous');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;

/** A tree with the bytes of its tensors in their place. */
function stored(tree: unknown): unknown {
  if (tree instanceof Tensor) {
    const { dtype, shape, data: array } = tree.detach().clone();
    const hex = Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');
    return { dtype, shape: [...shape], hex };
  }
  if (Array.isArray(tree)) return tree.map(stored);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, stored(value)]));
}

/** Multiples of 1/8 from -1/2 to 3/4. */
function eighths(count: number, factor: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * factor) % 11) / 8 - 0.5);
}

/** The parts of the training run that was saved. */
function makeParts() {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Dropout(0.25), new nn.Linear(4, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05, weightDecay: 0.01 });
  const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.9);
  const x = tensor(eighths(60, 7)).reshape(20, 3);
  const y = tensor(eighths(20, 5)).reshape(20, 1);
  const dataset = new data.TensorDataset(x, y, arange(20, { dtype: 'int32' }));
  const loader = new data.DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 3 });
  return { model, optimizer, scheduler, loader };
}

describe('a checkpoint', () => {
  const dir = mkdtempSync(join(tmpdir(), 'previous-'));
  cpSync(join(folder, 'checkpoint'), dir, { recursive: true });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('restores model, optimizer, scheduler, loader and generator to the bit', async () => {
    const parts = makeParts();
    const { step, note } = await io.loadCheckpoint(dir, parts);
    const { checkpoint } = expected;
    expect({ step, note }).toEqual({ step: checkpoint.step, note: checkpoint.note });
    for (const [name, part] of Object.entries(parts)) {
      const state = checkpoint.states[name as keyof typeof parts];
      // Options that are newer than the file have their defaults.
      expect({ [name]: stored(part.stateDict()) }).toMatchObject({ [name]: state });
    }
    expect(stored(rand(6))).toMatchObject({ hex: checkpoint.random });
    expect([...parts.loader].map(([, , index]) => index.toArray())).toEqual(checkpoint.samples);
  });

  // Losses to a rounding error or two: other instruction sets add in another order.
  test('resumes the run', async () => {
    const losses: [number, number][] = [];
    const { epochs, resumedFrom } = await train({
      ...makeParts(),
      batchLoss: (model, [x, y]) => F.mseLoss(model.forward(x), y),
      epochs: 3,
      checkpoint: { dir },
      resume: true,
      callbacks: {
        onBatchEnd: ({ step, loss }) => {
          losses.push([step, loss]);
        },
      },
    });
    expect(resumedFrom).toBe(join(dir, '000003-step-8'));
    expect(losses.map(([step]) => step)).toEqual(expected.resumed.losses.map(([step]) => step));
    losses.forEach(([, loss], i) => {
      expect(loss / expected.resumed.losses[i][1]).toBeCloseTo(1, 4);
    });
    expect(epochs.map(({ epoch, lr }) => [epoch, lr])).toEqual(
      expected.resumed.epochs.map(({ epoch, lr }) => [epoch, lr]),
    );
    expect(epochs[0].loss).toBe(expected.resumed.epochs[0].loss); // as it was saved
  });
});

test('a safetensors file of all dtypes, with special values', () => {
  const path = join(folder, 'tensors.safetensors');
  expect(stored(io.loadSafetensorsSync(path))).toEqual(expected.safetensors);
  expect(io.readSafetensorsHeaderSync(path).metadata).toEqual(expected.metadata);
});

// Weights and inputs are multiples of 1/8: the sums are exact in any order.
test('an ONNX model, and what it computes', async () => {
  const { input, output, state } = expected.onnx;
  const model = await io.importOnnx(join(folder, 'mlp.onnx'));
  expect(stored(model.stateDict())).toEqual(state);
  const bytes = Buffer.from(input.hex, 'hex');
  const values = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  const result = model.forward(tensor(values).reshape([...input.shape]));
  expect(stored(result)).toEqual(output);
});
