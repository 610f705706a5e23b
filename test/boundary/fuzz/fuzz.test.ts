/** A short run of the fuzz; `npm run fuzz` is the long one. In a process of its own, which may crash. */
import { join } from 'node:path';
import { runNode } from '../../support/process';

test('random calls of everything, with random arguments of every kind', async () => {
  const loader = require.resolve('tsx/cjs');
  const args = [join(__dirname, 'main.ts'), '--calls', '6000', '--seed', 'suite'];
  const flags = ['--no-warnings', '--require', loader];
  const { code, stdout, stderr, signal } = await runNode(args, { flags, limit: 300_000 });
  expect({ signal, stderr, code, stdout }).toMatchObject({ signal: null, stderr: '', code: 0 });
  expect(stdout).toMatch(/^60\d\d calls of \d+ names, \d+ refused, 0 strange; seed suite/);
}, 400_000);
