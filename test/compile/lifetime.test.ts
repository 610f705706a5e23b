/** Programs whose owner is gone: garbage-collected, at process exit, in a terminated worker. */
import { Worker } from 'node:worker_threads';
import { times } from '../support/full';
import { fine, runProgram, type Ended } from '../support/process';
import { setting } from '../support/programs';

/** How a process ends that runs the program, and what it prints. */
function runProcess(program: string, ...given: string[]): Promise<Ended> {
  const flags = given.filter((one) => one.startsWith('--'));
  const args = given.filter((one) => !one.startsWith('--'));
  return runProgram(`${setting}\n${program}`, args, { flags });
}

test('a run whose function is not referenced finishes, and then all of it is collected', async () => {
  const program = `
    const gone = [];
    async function start() {
      const { step, model } = make();
      step(xs.select(0, 0), ys.select(0, 0));
      gone.push(new WeakRef(step), new WeakRef(model));
      return step.scanAsync(xs, ys).then((losses) => losses.select(0, 2999).item());
    }
    const { step } = make();
    step(xs.select(0, 0), ys.select(0, 0));
    const wanted = step.scan(xs, ys).select(0, 2999).item();
    (async () => {
      const runs = [start(), start(), start()];
      for (let i = 0; i < 20; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const losses = await Promise.all(runs);
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
      console.log(losses.every((one) => one === wanted), gone.map((one) => one.deref()).join());
    })();
  `;
  expect(await runProcess(program, '--expose-gc')).toEqual({ ...fine, stdout: 'true ,,,,,\n' });
});

// Node finalizes native objects between tasks, so the loops let one go by now and then. Each program takes 4 MB for
// the temporary, and 8 MB in each of two runs of the function.
const thrifty: Readonly<Record<string, string>> = {
  'programs that nobody holds are collected': 'if (i % 10 === 0) gc();',
  'functions that are disposed of give their memory back':
    'step.dispose(); if (i % 20 === 0) gc();',
};

test.each(Object.entries(thrifty))('%s', async (_what, end) => {
  const program = `
    const p = zeros(1000, 1000);
    (async () => {
      for (let i = 0; i < 200; i++) {
        const step = compile((x) => p.add(x).exp().sum());
        for (let k = 0; k < 2; k++) step(ones(1));
        ${end}
        if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      console.log(process.memoryUsage.rss() < 7e8);
    })();
  `;
  expect(await runProcess(program, '--expose-gc')).toEqual({ ...fine, stdout: 'true\n' });
});

test('ten thousand ops make a program of reasonable size', async () => {
  const program = `
    const step = compile((x) => {
      let y = x;
      for (let i = 0; i < 5000; i++) y = y.add(1).mul(0.5);
      return y;
    });
    const small = zeros(250); // 1 KB, and 20 KB would be 200 MB
    const before = process.memoryUsage.rss();
    const values = [step(small), step(small)].map((one) => one.sum().item());
    const { instructions, arenaBytes } = step.stats;
    console.log(values.join(), instructions, arenaBytes < 10_000, process.memoryUsage.rss() - before < 2e8);
  `;
  const ended = await runProcess(program);
  expect(ended).toEqual({ ...fine, stdout: '250,250 10000 true true\n' });
});

test('a run keeps the process alive until it is done', async () => {
  const program = `
    const { step } = make();
    step(xs.select(0, 0), ys.select(0, 0));
    step.scanAsync(xs, ys).then(({ shape }) => console.log('done', shape.join()));
  `;
  expect(await runProcess(program)).toEqual({ ...fine, stdout: 'done 3000\n' });
});

const starts: readonly (readonly [string, string])[] = [
  ['one run', 'run();'],
  ['many runs that wait', 'for (let i = 0; i < 20; i++) run();'],
  [
    'runs that have ended, unheard',
    `for (let i = 0; i < 20; i++) run(2);
     for (const end = Date.now() + 100; Date.now() < end; );`,
  ],
];

const running = (start: string): string => `
  function run(rows = 3000) {
    const { step } = make();
    step(xs.select(0, 0), ys.select(0, 0));
    step.scanAsync(xs.narrow(0, 0, rows), ys.narrow(0, 0, rows)).then(() => undefined, console.log);
  }
  ${start}
`;

test('the end of the process during a product', async () => {
  const program = `
    const w = randn(256, 256);
    const step = compile((x) => x.matmul(w).matmul(w).matmul(w).sum());
    const many = randn(400, 64, 256);
    step(many.select(0, 0));
    step.scanAsync(many).then(() => undefined, console.log);
    setTimeout(() => process.exit(7), Number(process.argv[1]));
  `;
  const ends = times(24, 8, 'ends of a process');
  for (let delay = 0; delay < ends; delay++) {
    const ended = await runProcess(program, String(delay % 8));
    expect(ended).toEqual({ ...fine, code: 7, stdout: '' });
  }
});

describe.each(starts)('the end of the process during %s', (_what, start) => {
  test('by exit', async () => {
    const ended = await runProcess(`${running(start)} process.exit(7);`);
    expect(ended).toEqual({ ...fine, code: 7, stdout: '' });
  });

  test('by exit a little later', async () => {
    const ended = await runProcess(`${running(start)} setTimeout(() => process.exit(7), 20);`);
    expect(ended).toEqual({ ...fine, code: 7, stdout: '' });
  });

  test('by an error', async () => {
    const ended = await runProcess(`${running(start)} throw new Error('mine');`);
    expect([ended.code, ended.signal]).toEqual([1, null]);
    expect(ended.stderr).toContain('Error: mine');
  });
});

/** Waits for a worker's first message, and then ends it. */
async function terminate(program: string, wait: number): Promise<number> {
  const worker = new Worker(`${setting}\n${program}`, { eval: true });
  const failed = new Promise((_resolve, reject) => worker.once('error', reject));
  await Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed]);
  await new Promise((resolve) => setTimeout(resolve, wait));
  return worker.terminate();
}

const tell = `require('node:worker_threads').parentPort.postMessage('running');`;

describe('worker.terminate()', () => {
  test.each(starts)('during %s', async (_what, start) => {
    for (const wait of [0, 5, 20]) {
      expect(await terminate(`${running(start)} ${tell} setInterval(() => 0, 1000);`, wait)).toBe(
        1,
      );
    }
  });

  test('during a capture', async () => {
    const program = `
      const p = randn(10, { requiresGrad: true });
      compile((x) => {
        ${tell}
        for (;;) x.mul(2).add(p);
      })(zeros(10));
    `;
    expect(await terminate(program, 20)).toBe(1);
  });

  test('during replays', async () => {
    const program = `
      const { step } = make();
      step(xs.select(0, 0), ys.select(0, 0));
      ${tell}
      for (;;) step.scan(xs, ys);
    `;
    expect(await terminate(program, 20)).toBe(1);
  });
});

test('workers train compiled functions at the same time, and end during a run', async () => {
  const program = `
    const { parentPort } = require('node:worker_threads');
    const { step } = make();
    (async () => {
      const losses = await step.scanAsync(xs, ones(3000, 16, 8));
      parentPort.postMessage(losses.select(0, 2999).item() < losses.select(0, 0).item());
      step.scanAsync(xs, ys);
      process.exit(3);
    })();
  `;
  const train = (): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(`${setting}\n${program}`, { eval: true });
      const messages: unknown[] = [];
      worker.on('message', (message) => messages.push(message));
      worker.once('error', reject);
      worker.once('exit', (code) => resolve([...messages, code]));
    });
  const ended = await Promise.all([train(), train(), train()]);
  expect(ended).toEqual([
    [true, 3],
    [true, 3],
    [true, 3],
  ]);
});
