/** A short run of the fuzz (`npm run fuzz` is the long one), in a separate process, which may crash. */
import { join } from 'node:path';
import { times } from '../../support/full';
import { runNode } from '../../support/process';

test('random calls of everything, with random arguments of every kind', async () => {
  const loader = require.resolve('tsx/cjs');
  const calls = times(6000, 1000, 'calls');
  const args = [join(__dirname, 'main.ts'), '--calls', String(calls), '--seed', 'suite'];
  const flags = ['--no-warnings', '--require', loader];
  const { code, stdout, stderr, signal } = await runNode(args, { flags, limit: 300_000 });
  expect({ signal, stderr, code, stdout }).toMatchObject({ signal: null, stderr: '', code: 0 });
  const sums = /^(\d+) calls of \d+ names, \d+ refused, 0 problems; seed suite/.exec(stdout) ?? [];
  expect(Number(sums[1])).toBeGreaterThanOrEqual(calls);
}, 400_000);
