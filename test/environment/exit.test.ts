/** process.exit() wherever JavaScript runs during a step: the exit code is right, nothing crashes or hangs. */
import { oneIn } from '../support/full';
import { fine, runProgram } from '../support/process';
import { setting } from '../support/programs';

const exited = { ...fine, code: 7 };

// Large enough for the helpers of two threads to be at work.
const large = `
  const leave = () => process.exit(7);
  const [many, wide] = [randn(512, 256), randn(512, 8)];
  const { step, model, optimizer } = training(256, 512);
  step(many, wide);
`;

const places: Readonly<Record<string, string>> = {
  'between steps': 'leave();',
  'in a forward hook': 'model.registerForwardHook(leave); step(many, wide);',
  'in a hook of a gradient': '[...model.parameters()][0].registerHook(leave); step(many, wide);',
  'in a hook during backward': `
    const hidden = many.mm(randn(256, 256, { requiresGrad: true }));
    hidden.registerHook(leave);
    hidden.tanh().sum().backward();`,
  "in an optimizer's closure": 'optimizer.step(() => (step(many, wide), leave()));',
  'in a schedule':
    'new optim.lrScheduler.LambdaLR(optimizer, (epoch) => (epoch > 0 ? leave() : 1)).step();',
  'in a data set': `
    const rows = { length: 4, get: (i) => (i === 2 ? leave() : many.select(0, i)) };
    for (const batch of new data.DataLoader(rows)) batch.sum();`,
  'in a capture': 'compile((x) => (step(x, wide), leave()))(many);',
  "in a capture's backward": `
    [...model.parameters()][0].registerHook(leave);
    compile(step)(many, wide);`,
  'in onProgress': `
    const { step: small } = make();
    small.scanAsync(xs, ys, { onProgress: leave });`,
  'in a listener of the abort of a run': `
    const { step: small } = make();
    const abort = new AbortController();
    abort.signal.addEventListener('abort', leave);
    small(x, y);
    small.scanAsync(xs, ys, { signal: abort.signal });
    abort.abort();`,
  'in the microtask after a run': `
    const { step: small } = make();
    small.scanAsync(xs, ys).then(leave);`,
  'beside a background run': `
    const { step: other } = make();
    other(x, y);
    other.scanAsync(xs, ys);
    step(many, wide);
    leave();`,
  'in a handler of an uncaught error': `
    process.on('uncaughtException', leave);
    [...model.parameters()][0].registerHook(() => { throw new Error('of the hook'); });
    step(many, wide);`,
  'by a step in a listener of exit': `
    process.on('exit', () => step(many, wide));
    leave();`,
  'by a run that a listener of exit starts': `
    const { step: other } = make();
    process.on('exit', () => void other.scanAsync(xs, ys));
    leave();`,
};

// Two threads, so that a helper is at work too.
test.each(oneIn(3, 'places', Object.entries(places)))('process.exit() %s', async (_where, code) => {
  const program = `${setting} ${large} ${code}`;
  const env = { BLASGRAD_NUM_THREADS: '2' };
  expect(await runProgram(program, [], { env })).toEqual(exited);
});

const work: Readonly<Record<string, string>> = {
  'steps one by one': 'for (;;) step(many, wide);',
  'products on two threads': 'backend.setNumThreads(2); for (;;) step(many, wide);',
  replays: 'const replay = compile(step); for (;;) replay(many, wide);',
  scans: 'const { step: small } = make(); for (;;) small.scan(xs, ys);',
  'background runs':
    'const { step: small } = make(); (async () => { for (;;) await small.scanAsync(xs, ys); })();',
};

test.each(oneIn(2, 'kinds of work', Object.entries(work)))(
  'process.exit() while two workers do %s',
  async (_what, code) => {
    const body = `${setting} ${large} require('node:worker_threads').parentPort.postMessage(1); ${code}`;
    const program = `${setting}
    const { Worker } = require('node:worker_threads');
    let running = 0;
    for (let i = 0; i < 2; i++) {
      new Worker(${JSON.stringify(body)}, { eval: true }).on('message', () => {
        if (++running === 2) setTimeout(() => process.exit(7), 10);
      });
    }
    make().step.scanAsync(xs, ys);
  `;
    expect(await runProgram(program)).toEqual(exited);
  },
);

test.each(['SIGTERM', 'SIGINT'])(
  '%s in mid-step ends the process as it ends any',
  async (signal) => {
    const program = `${setting} ${large}
    const { step: other } = make();
    other(x, y);
    other.scanAsync(xs, ys);
    process.kill(process.pid, '${signal}');
    for (;;) step(many, wide);
  `;
    expect(await runProgram(program)).toEqual({ ...fine, code: null, signal });
  },
);
