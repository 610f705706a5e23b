/** Minor garbage collections after temporaries: nothing that is in use is freed. */
import { spawnSync } from 'node:child_process';
import { backend, randn, type Tensor } from '../../lib';

afterAll(() => backend.setMinorCollections(true));

test.each([true, false])('results keep their elements: collections %p', (enable) => {
  backend.setMinorCollections(enable);
  const x = randn(1 << 15);
  const kept: Tensor[] = [];
  let last = x;
  for (let i = 0; i < 400; i++) {
    last = x.add(i);
    if (i % 40 === 0) kept.push(last);
  }
  const first = x.index(0).item();
  kept.forEach((t, i) => expect(t.index(0).item()).toBeCloseTo(first + 40 * i, 4));
  expect(last.index(0).item()).toBeCloseTo(first + 399, 4);
});

test('one follows the first 4 MB of temporaries, without exposing `gc`', () => {
  const script = `
    const { PerformanceObserver } = require('node:perf_hooks');
    const { ones } = require('./dist/blasgrad.js');
    const x = ones(1 << 14); // 64 KB
    let count = 0;
    new PerformanceObserver((list) => (count += list.getEntries().length)).observe({
      entryTypes: ['gc'],
    });
    for (let i = 0; i < 256; i++) x.add(x); // V8 would collect after 32 MB
    const exposed = require('node:vm').runInNewContext('typeof gc');
    setTimeout(() => console.log(count > 0, exposed), 50);`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stdout).toBe('true undefined\n');
});

test('expects a boolean', () => {
  expect(() => backend.setMinorCollections(1 as never)).toThrow(
    'setMinorCollections: expected a boolean for enable, got 1',
  );
});
