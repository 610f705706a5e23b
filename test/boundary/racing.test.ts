/**
 * Memory that another thread changes while a call works on it: results may be anything, but no index leads outside. In a
 * process of its own, which a wild index would end.
 */
import { fine, runProgram } from '../support/process';

const program = `
  const { Worker } = require('node:worker_threads');
  const { compile, F, fromArray, ones, zeros } = require('blasgrad');
  const index = new Int32Array(new SharedArrayBuffer(4 * 4096));
  const source = "const index = new Int32Array(require('node:worker_threads').workerData);" +
    'for (;;) for (let i = 0; i < index.length; i++) { index[i] = 2147483647; index[i] = -2147483648; index[i] = 1; }';
  const worker = new Worker(source, { eval: true, workerData: index.buffer });
  const at = fromArray(index);
  const [x, table, wide] = [ones(4096), ones(8, 4), ones(4096, 8)];
  const picked = compile((table) => table.indexSelect(0, at).sum());
  const calls = [
    () => x.narrow(0, 0, 8).gather(0, at),
    () => table.indexSelect(0, at),
    () => zeros(8).scatter(0, at, x),
    () => zeros(8).indexAdd(0, at, x),
    () => zeros(8, 4).indexAdd(0, at, ones(4096, 4)),
    () => F.nllLoss(wide, at),
    () => F.oneHot(at, 8),
    () => x.narrow(0, 0, 8).index([at]),
    () => picked(table),
  ];
  let [done, refused] = [0, 0];
  worker.on('online', () => {
    for (let round = 0; round < 400; round++) {
      for (const call of calls) {
        try {
          call();
          done++;
        } catch (error) {
          if (!/: expected .+, got /.test(error.message)) throw error;
          refused++;
        }
      }
    }
    console.log(done + refused === 400 * calls.length);
    process.exit(0);
  });
`;

test('indices that another thread changes after they were checked', async () => {
  expect(await runProgram(program)).toEqual({ ...fine, stdout: 'true\n' });
});
