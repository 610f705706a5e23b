/** Short versions of npm run stress and npm run soak. */
import { join } from 'node:path';
import { times } from '../support/full';
import { runNode } from '../support/process';

const program = join(__dirname, '..', 'stress', 'index.ts');

test.each([
  ['workers', ['workers', '--workers', String(times(60, 12, 'workers'))]],
  ['determinism', ['determinism', '--runs', String(times(20, 4, 'processes'))]],
  ['soak', ['soak', '--cycles', '30']],
])(
  '%s',
  async (name, args) => {
    const { code, signal, stdout, stderr } = await runNode(['--import', 'tsx', program, ...args], {
      env: { MALLOC_ARENA_MAX: '1' },
      limit: 280_000,
    });
    expect([code, signal, stderr, stdout]).toEqual([
      0,
      null,
      '',
      expect.stringMatching(new RegExp(`^${name}: all well`, 'm')),
    ]);
  },
  180_000,
);
