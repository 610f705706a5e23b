/** The fashion-mnist example on four small files: each class is a bright row. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idxFile } from '../io/idxFile';
import { runNode, type Ended } from '../support/process';

const folder = mkdtempSync(join(tmpdir(), 'fashion-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const side = 12;

function writePart(name: string, count: number): void {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const images = new Uint8Array(count * side * side);
  labels.forEach((label, i) => {
    const start = (i * side + label) * side;
    images.fill(255 - (i % 50), start, start + side);
  });
  writeFileSync(
    join(folder, `${name}-images-idx3-ubyte`),
    idxFile('uint8', [count, side, side], [...images]),
  );
  writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idxFile('uint8', [count], [...labels]));
}

function example(...args: string[]): Promise<Ended> {
  return runNode(['--import', 'tsx', 'examples/fashion-mnist.ts', ...args]);
}

test('trains, tells the speed, and tests once', async () => {
  writePart('train', 2000);
  writePart('t10k', 100);
  const { code, stdout, stderr } = await example(
    '--epochs',
    '2',
    '--dir',
    folder,
    '--threads',
    '1',
  );
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^epoch {2}1 {3}loss \d\.\d{4} {3}validation accuracy [\d.]+ % {3}[\d,]+ samples\/s$/); // prettier-ignore
  expect(lines[3]).toMatch(/^trained in [\d.]+ s on 1 thread, [\d,]+ samples\/s$/);
  expect(lines[4]).toBe('test accuracy 100.00 %');
});

test.each<[string, string[], string]>([
  ['no number', ['--epochs', 'x'], "expected an integer of at least 1 for --epochs, got 'x'"],
  ['an unknown option', ['--epoch', '1'], "Unknown option '--epoch'"],
])('%s: one sentence, exit code 2', async (_, args, message) => {
  const { code, stdout, stderr } = await example(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^fashion-mnist: [^\n]+\n$/);
  expect(stderr).toContain(message);
});

test('says where the files come from, and which are missing', async () => {
  const dir = join(folder, 'some');
  mkdirSync(dir);
  writeFileSync(join(dir, 'train-images-idx3-ubyte.gz'), '');
  writeFileSync(join(dir, 't10k-labels-idx1-ubyte'), '');
  const { code, stdout, stderr } = await example('--dir', dir);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^fashion-mnist: .* has no train-labels-idx1-ubyte, t10k-images-idx3-ubyte\n/,
  );
  expect(
    stderr.match(/^ {2}http:.*\/(train|t10k)-(images-idx3|labels-idx1)-ubyte\.gz$/gm),
  ).toHaveLength(4);
  expect(stderr).toContain(`(31 MB, MIT license) into ${dir}`);
});

test('--help', async () => {
  const { code, stdout } = await example('--help');
  expect(code).toBe(0);
  for (const name of ['epochs', 'seed', 'threads', 'dir']) expect(stdout).toContain(`--${name}`);
});
