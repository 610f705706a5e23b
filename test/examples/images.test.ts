/** The examples of images, with --quick. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data } from 'blasgrad';
import { idxFile } from '../io/idxFile';
import { runNode, type Ended } from '../support/process';

jest.setTimeout(120_000); // a busy machine may start programs slowly

const folder = mkdtempSync(join(tmpdir(), 'image-examples-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function example(name: string, ...args: string[]): Promise<Ended> {
  return runNode(['--import', 'tsx', `examples/${name}.ts`, ...args]);
}

/** Images of 28 x 28 pixels, in which each class is a bright row. */
function writeImages(part: string, count: number): void {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const images = new Uint8Array(count * 784);
  labels.forEach((label, i) => images.fill(255, i * 784 + label * 56, i * 784 + label * 56 + 56));
  writeFileSync(
    join(folder, `${part}-images-idx3-ubyte`),
    idxFile('uint8', [count, 28, 28], [...images]),
  );
  writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idxFile('uint8', [count], [...labels]));
}

test('cnn-fashion trains and tests', async () => {
  writeImages('train', 320);
  writeImages('t10k', 50);
  const args = ['--quick', '--epochs', '2', '--dir', folder, '--threads', '1'];
  const { code, stdout, stderr } = await example('cnn-fashion', ...args);
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^epoch 1\/2 {3}loss \d\.\d{4} {3}test accuracy [\d.]+ % {3}[\d.]+ s$/);
  expect(lines.at(-2)).toMatch(/^[\d.]+ s for each epoch$/);
  expect(lines.at(-1)).toMatch(/^test accuracy [\d.]+ %$/);
});

test('autoencoder draws digits, and writes a picture', async () => {
  const { code, stdout, stderr } = await example('autoencoder', '--quick', '--out', folder);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^epoch 1\/1 {3}loss 0\.\d{4}$/m);
  expect(stdout).toContain('█');
  const picture = await data.readImage(join(folder, 'digits.png'));
  expect(picture.shape).toEqual([3, 3 * 30 + 2, 8 * 30 + 2]);
});

test('unet segments shapes, and writes a picture', async () => {
  const { code, stdout, stderr } = await example('unet', '--quick', '--out', folder);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.match(/^intersection over union of \w+ +\d\.\d{3}$/gm)).toHaveLength(4);
  const picture = await data.readImage(join(folder, 'shapes.png'));
  expect(picture.shape).toEqual([3, 3 * 34 + 2, 8 * 34 + 2]);
});

test('lenet-1989 trains both forms', async () => {
  const { code, stdout, stderr } = await example('lenet-1989', '--quick', '--threads', '1');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.match(/^\w+: .*, 9,760 parameters$/gm)).toHaveLength(2);
  const errors = stdout.match(/error: training [\d.]+ %, test [\d.]+ %$/gm);
  expect(errors).toHaveLength(2);
});

test('resnet18 trains on drawn images, and on CIFAR-10', async () => {
  const report = /^epoch 1\/1 {3}loss \d\.\d{4} {3}test accuracy [\d.]+ % {3}[\d.]+ s$/m;
  const cifar = join(folder, 'cifar10');
  mkdirSync(cifar);
  const images = new Uint8Array(16 * 3073); // a record is a label and an image
  for (let i = 0; i < 16; i++) images.fill(i % 10, i * 3073, (i + 1) * 3073);
  for (const name of [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`).concat('test_batch'))
    writeFileSync(join(cifar, `${name}.bin`), images);
  for (const args of [[], ['--dir', cifar]]) {
    const { code, stdout, stderr } = await example('resnet18', '--quick', ...args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(report);
    expect(stdout).toMatch(/^[\d.]+ ms for each image$/m);
  }
});

test.each<[string, string[], string]>([
  ['no number', ['--epochs', 'x'], "expected an integer of at least 1 for --epochs, got 'x'"],
  ['an unknown option', ['--epoch', '1'], "Unknown option '--epoch'"],
  ['missing files', ['--dir', 'nowhere'], 'nowhere has no train-images-idx3-ubyte, '],
])('cnn-fashion, %s: exit code 2', async (_, args, message) => {
  const { code, stdout, stderr } = await example('cnn-fashion', ...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`cnn-fashion: ${message}`);
});

test('--help', async () => {
  const { code, stdout } = await example('cnn-fashion', '--help');
  expect(code).toBe(0);
  for (const name of ['epochs', 'seed', 'threads', 'dir', 'quick'])
    expect(stdout).toContain(`--${name}`);
});
