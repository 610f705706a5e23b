/** 2N steps in one process equal N steps and, from a checkpoint, N more in another: bit for bit. */
import { runProgram } from '../../support/process';
import { library } from '../../support/programs';
import { temporaryFolder } from './support';

const pathOf = temporaryFolder();

// 10 batches an epoch, the last of them smaller.
const program = `
  const { createHash } = require('node:crypto');
  const { F, Generator, Tensor, compile, data, io, manualSeed, nn, optim, rand, randn, stack } =
    require(${JSON.stringify(library)});
  const { mode, seed, dir, end, save } = JSON.parse(process.argv[1]);

  const generator = new Generator(7);
  const dataset = new data.TensorDataset(randn(78, 6, { generator }), randn(78, 2, { generator }));
  manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Linear(6, 16), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(16, 8), new nn.Dropout(0.1), new nn.Linear(8, 2),
  );
  const groups = [{ params: [...model[0].parameters()] }, { params: [...model[3].parameters(), ...model[5].parameters()], lr: 3e-3 }];
  const optimizer = new optim.Adam(groups, { lr: 1e-2, weightDecay: 1e-3, amsgrad: true });
  const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.02, totalSteps: 40 });
  const own = mode.includes('own') ? { seed } : {};
  const dropLast = mode.includes('scan');
  const loader = new data.DataLoader(dataset, { batchSize: 8, shuffle: true, dropLast, ...own });

  const train = (x, y) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    optimizer.step();
    scheduler.step();
    return loss;
  };
  const fast = compile(train);
  const steps = {
    eager: (x, y) => train(x, y),
    compiled: (x, y) => fast(x, y),
    aside: (x, y) => fast.runAsync(x, y),
  };

  const losses = [];
  const bits = (tensor) => Buffer.from(tensor.data.slice().buffer).toString('hex');
  function digest(tree) {
    const hash = createHash('sha256');
    const add = (name, value) => {
      hash.update(name + ':' + (value instanceof Tensor ? value.dtype + value.shape + bits(value) : typeof value === 'object' && value !== null ? '' : typeof value + value) + ';');
      if (!(value instanceof Tensor) && typeof value === 'object' && value !== null) {
        for (const key of Object.keys(value)) add(key, value[key]);
      }
    };
    add('', tree);
    return hash.digest('hex');
  }

  async function main() {
    let step = 0;
    const states = { model, optimizer, scheduler, loader };
    if (seed !== 1) ({ step } = await io.loadCheckpoint(dir, states));
    const after = async (loss) => {
      losses.push(bits(loss.detach()));
      step++;
      if (step === save) await io.saveCheckpoint(dir, { ...states, step });
    };
    while (step < end) {
      if (mode.startsWith('scan')) {
        let group = [];
        for (const batch of loader) {
          group.push(batch);
          if (group.length < 2) continue;
          const [xs, ys] = [0, 1].map((i) => stack(group.map((one) => one[i])));
          group = [];
          step++; // of the two, the second is counted in 'after'
          await after(fast.scan(xs, ys));
          if (step >= end) break;
        }
      } else if (mode.includes('await')) {
        for await (const [x, y] of loader) {
          await after(await steps[mode.split(' ')[0]](x, y));
          if (step === end) break;
        }
      } else {
        for (const [x, y] of loader) {
          await after(await steps[mode](x, y));
          if (step === end) break;
        }
      }
    }
    console.log(JSON.stringify({
      losses,
      model: digest(model.stateDict()),
      optimizer: digest(optimizer.stateDict()),
      scheduler: digest(scheduler.stateDict()),
      loader: digest(loader.stateDict()),
      random: bits(rand(3)),
      place: [loader.epoch, loader.position],
    }));
  }
  main();
`;

interface Result {
  readonly losses: string[];
  readonly place: [number, number];
}

async function run(settings: object): Promise<Result> {
  const { stdout, stderr } = await runProgram(program, [JSON.stringify(settings)]);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as Result;
}

test.each(['eager', 'compiled', 'aside', 'eager await', 'compiled await own', 'scan'])(
  '%s',
  async (mode) => {
    const dir = pathOf(mode);
    const [whole, first] = await Promise.all([
      run({ mode, seed: 1, dir: pathOf('none'), end: 28 }),
      run({ mode, seed: 1, dir, end: 14, save: 14 }),
    ]);
    const second = await run({ mode, seed: 2, dir, end: 28 });
    expect({ ...second, losses: [...first.losses, ...second.losses] }).toEqual(whole);
    expect(new Set(whole.losses).size).toBe(whole.losses.length);
    expect(first.place).toEqual([1, mode === 'scan' ? 6 : 4]); // during the second epoch
  },
);
