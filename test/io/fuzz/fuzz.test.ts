/**
 * Readers with mutated files: an ordinary error or a valid result, and no large allocation because of a wrong header.
 */
import { stopCounting } from './allocation'; // before the library
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { io } from 'blasgrad';
import { times } from '../../support/full';
import { problemOf } from './check';
import { mutate, randomOf } from './mutate';
import { targets } from './targets';

/** Files in memory where the system has such a folder. */
function temporary(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

const folder = mkdtempSync(join(temporary(), 'blasgrad-fuzz-'));
afterAll(() => {
  stopCounting();
  rmSync(folder, { recursive: true });
});

test('at least 20,000 files are tried', () => {
  expect(targets.reduce((sum, { files }) => sum + files, 0)).toBeGreaterThanOrEqual(20_000);
  expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length);
});

describe.each(targets)('$name', (target) => {
  const seeds = Object.entries(target.seeds());

  test.each(seeds)('%s itself is read', async (name, bytes) => {
    const { problem, failed } = await problemOf(target, join(folder, name), bytes);
    expect([problem, failed]).toEqual([null, false]);
  });

  const files = times(target.files, Math.ceil(target.files / 10), 'mutated files');

  test(`${files} mutated files`, async () => {
    const random = randomOf(20_000);
    const contents = seeds.map(([, bytes]) => bytes);
    let refused = 0;
    for (let i = 0; i < files; i++) {
      const bytes = mutate(contents, i, random);
      const path = join(folder, `mutated-${i % 8}${extname(seeds[i % seeds.length][0])}`);
      const { problem, failed } = await problemOf(target, path, bytes);
      // The file goes into the message: nothing else is needed to see the problem again.
      if (problem !== null) throw new Error(`${problem}\nfile ${i}: ${bytes.toString('base64')}`);
      if (failed) refused++;
    }
    // Else the mutations do not reach what is checked.
    expect(refused).toBeGreaterThan(files / 20);
  }, 300_000);
});

describe('a bad reader is found:', () => {
  const bytes = new Uint8Array([0, 0, 0, 64, 0, 0, 0, 0]);
  const count = (path: string): number => readFileSync(path).readUInt32LE(0); // 2^30

  test.each([
    [
      'memory by a lying header',
      (path: string) => new Float32Array(count(path)),
      /asked for 42949/,
    ],
    ['a buffer by a lying header', (path: string) => Buffer.alloc(count(path)), /asked for 10737/],
    [
      'memory that is not there',
      (path: string) => new ArrayBuffer(count(path) ** 2),
      /does not say what is wrong.* array buffer length/i,
    ],
    [
      'many small pieces',
      (path: string) => Array.from({ length: count(path) >> 14 }, () => new Uint8Array(64)),
      /asked for 41943/,
    ],
    [
      'an error of the engine',
      (path: string) => (undefined as unknown as string[])[count(path)].length,
      /does not say what is wrong.*Cannot read properties/s,
    ],
    [
      'no error',
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'bad';
      },
      /threw string bad, no Error/,
    ],
  ])('%s', async (_, read: (path: string) => unknown, problem) => {
    const found = await problemOf({ read }, join(folder, 'bad'), bytes);
    expect(found.problem).toMatch(problem);
  });

  test('a good one is not', async () => {
    const found = await problemOf({ read: io.loadIdx }, join(folder, 'good'), bytes);
    expect(found).toEqual({ problem: null, failed: true });
  });
});

test('the same seed gives the same files', () => {
  const files = (seed: number): string[] => {
    const random = randomOf(seed);
    return Array.from({ length: 50 }, (_, i) =>
      mutate([Buffer.from('a, 1\nb, 22\n'), Buffer.from('c, 3')], i, random).toString('base64'),
    );
  };
  expect(files(1)).toEqual(files(1));
  expect(files(1)).not.toEqual(files(2));
  expect(new Set(files(1)).size).toBeGreaterThan(40);
});
