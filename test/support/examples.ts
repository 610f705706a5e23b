/** The printed numbers of the lessons, and examples as programs. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const tsx = createRequire(__filename).resolve('tsx/cli');

/** `test/golden/seeds/<name>.json`. */
export function readSeeds(name: string): unknown {
  const path = join(root, 'test', 'golden', 'seeds', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** What a notebook's example prints, as `npm run example` runs it; rejects if it fails. */
export function runExample(name: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = [tsx, join('examples', 'lessons', `${name}.ts`), ...args];
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${name}: ${stderr}`));
    });
  });
}

/** Numbers of one or several nested arrays, in order. */
export function flat(numbers: unknown): number[] {
  return Array.isArray(numbers) ? numbers.flatMap(flat) : [Number(numbers)];
}

/** The largest distance between numbers; throws if there are not as many. */
export function largestDistance(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
}
