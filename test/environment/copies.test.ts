/** Two copies of the library in one process, as with two versions of a dependency: both work. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fine, runProgram } from '../support/process';

const root = join(__dirname, '..', '..');
const addon = join('build', 'Release', 'blasgrad.node');
const folder = mkdtempSync(join(tmpdir(), 'blasgrad-copies-'));
const copies = ['one', 'other'].map((name) => join(folder, name));

beforeAll(() => {
  for (const copy of copies) {
    for (const part of ['package.json', 'dist/blasgrad.js', addon]) {
      cpSync(join(root, part), join(copy, part));
    }
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that has both copies and a function that trains with one, and prints what it says is wrong. */
async function run(program: string): Promise<unknown> {
  const setting = `
    const [one, other] = ${JSON.stringify(copies)}.map((path) => require(path));
    function training({ F, backend, compile, manualSeed, nn, optim, randn }, threads) {
      backend.setNumThreads(threads);
      manualSeed(3);
      const model = new nn.Sequential(new nn.Linear(64, 300), new nn.Tanh(), new nn.Linear(300, 1));
      const optimizer = new optim.Adam(model.parameters());
      const step = compile((x, y) => {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      });
      const [xs, ys] = [randn(40, 128, 64), randn(40, 128, 1)];
      step(xs.select(0, 0), ys.select(0, 0));
      return () => step.scanAsync(xs, ys).then((losses) => losses.select(0, 39).item());
    }
  `;
  const ended = await runProgram(`${setting} ${program}`, [], {
    env: { BLASGRAD_ADDON: undefined },
  });
  expect(ended).toEqual({ ...fine, stdout: ended.stdout });
  return JSON.parse(ended.stdout) as unknown;
}

test('both train, one after the other and at the same time, with the same results', async () => {
  const program = `
    (async () => {
      const alone = await training(one, 2)();
      const [first, second] = [training(one, 2), training(other, 2)];
      const losses = [alone, ...(await Promise.all([first(), second()]))];
      console.log(JSON.stringify([one === other, new Set(losses).size, losses[0] < 2]));
    })();
  `;
  expect(await run(program)).toEqual([false, 1, true]);
});

test('threads, seeds and gradient mode of one are not those of the other', async () => {
  const program = `
    one.backend.setNumThreads(3);
    other.backend.setNumThreads(1);
    const threads = [one, other].map(({ backend }) => backend.getNumThreads());
    one.manualSeed(1);
    const first = one.rand(1).item();
    one.manualSeed(1);
    other.manualSeed(5);
    other.rand(1);
    const again = one.rand(1).item();
    const grad = one.noGrad(() => [one.isGradEnabled(), other.isGradEnabled()]);
    console.log(JSON.stringify({ threads, same: first === again, grad }));
  `;
  expect(await run(program)).toEqual({ threads: [3, 1], same: true, grad: [false, true] });
});

// x and model are of one copy, y of the other.
const meetings: readonly string[] = [
  'x.add(y)',
  'x.matmul(y)',
  'x.copy_(y)',
  'x.index([y])',
  'x.sum().backward(y)',
  'y.add(x)',
  'one.where(y, x, x)',
  'one.cat([x, y])',
  'one.tensor([y])',
  'one.F.relu(y)',
  'one.F.mseLoss(x, y)',
  'one.einsum("ij->ji", y)',
  'one.grad(x.sum(), [y])',
  'one.compile((z) => z.add(1))(y)',
  'one.compile((z) => z.add(y))(x)',
  'model.forward(y)',
  'model.loadStateDict(new other.nn.Linear(3, 3).stateDict())',
  'new one.nn.Parameter(y)',
  'new one.nn.Sequential(new other.nn.Linear(3, 3)).forward(x)',
  'new one.optim.SGD([y], { lr: 1 })',
  'new one.optim.lrScheduler.StepLR(new other.optim.SGD([y], { lr: 1 }), 1)',
  'new one.data.TensorDataset(y)',
  'one.nn.utils.clipGradNorm_([y], 1)',
  'one.io.saveTextSync("/nowhere", { y })',
  'one.randn(2, { generator: new other.Generator() })',
  'x.registerHook(() => y), x.sum().backward()',
];

test('a tensor of the other copy is an ordinary error, and nothing is spoilt', async () => {
  const program = `
    const x = one.ones(3, 3, { requiresGrad: true });
    const y = other.ones(3, 3, { requiresGrad: true });
    const model = new one.nn.Linear(3, 3);
    const told = ${JSON.stringify(meetings)}.map((code) => {
      try {
        eval(code);
        return code + ': no error';
      } catch (error) {
        const ordinary = error instanceof TypeError || error instanceof RangeError;
        return ordinary && /^[\\w.]+: /.test(error.message) ? 'refused' : code + ': ' + error;
      }
    });
    const sums = [x, y].map((own) => own.mul(2).sum().item());
    console.log(JSON.stringify([told, sums]));
  `;
  expect(await run(program)).toEqual([meetings.map(() => 'refused'), [18, 18]]);
});

test('the message says where the tensor comes from', async () => {
  const program = `
    try {
      one.ones(2).add(other.ones(2));
    } catch ({ message }) {
      console.log(JSON.stringify(message));
    }
  `;
  expect(await run(program)).toBe(
    'add: expected a tensor or a number for other, got a float32 tensor of shape [2] of another copy of blasgrad',
  );
});
