import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'blasgrad';
import { classes, loadDigits, pixels } from '../../examples/demo/digits';
import { drawDigits, drawingsPerRow } from '../../examples/demo/draw';
import { helpText, readOptions } from '../../examples/demo/options';
import { tableHead, tableLine } from '../../examples/demo/progress';
import { testInFull } from '../support/full';

const root = join(__dirname, '..', '..');
const tsx = createRequire(__filename).resolve('tsx/cli');

jest.setTimeout(60_000); // a busy machine may start programs slowly

/** Runs the demo with its output in pipes. */
function demo(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const command = [tsx, 'examples/demo.ts', ...args];
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** As demo, with one SIGINT as soon as what it has written is `enough`. */
function interrupted(
  enough: (stdout: string) => boolean,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // Not through the program tsx, which would pass the signal on in its own way.
    const command = ['--import', 'tsx', 'examples/demo.ts', ...args];
    const child = spawn(process.execPath, command, { cwd: root });
    const output = { stdout: '', stderr: '' };
    let sent = false;
    child.stdout.on('data', (text: Buffer) => {
      output.stdout += text.toString();
      if (!sent && enough(output.stdout)) sent = child.kill('SIGINT');
    });
    child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
    child.on('close', (code) => {
      resolve({ code, ...output });
    });
  });
}

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toEqual({
      epochs: 15,
      batchSize: 64,
      lr: 0.001,
      hidden: [512, 256],
      seed: 1,
      threads: null,
      dir: join('runs', 'demo'),
      resume: false,
    });
  });

  test.each([
    [['--epochs', '3'], { epochs: 3 }],
    [['--epochs=1e2'], { epochs: 100 }],
    [['--batch-size', '128'], { batchSize: 128 }],
    [['--lr', '.5'], { lr: 0.5 }],
    [['--hidden', '30'], { hidden: [30] }],
    [['--hidden=100,50,25'], { hidden: [100, 50, 25] }],
    [['--seed', '0'], { seed: 0 }],
    [['--threads', '2'], { threads: 2 }],
    [['--epochs', '3', '--epochs', '4'], { epochs: 4 }],
    [['--dir', 'runs/other'], { dir: 'runs/other' }],
    [['--resume', '--epochs', '3'], { epochs: 3, resume: true }],
  ])('%p', (args, expected) => {
    expect(readOptions(args)).toMatchObject(expected);
  });

  test.each([['--help'], ['-h'], ['--epochs', '2', '--help']])('%p asks for help', (...args) => {
    expect(readOptions(args)).toBe('help');
  });

  test.each([
    [['--epochs', '0'], "expected an integer from 1 to 100000 for --epochs, got '0'"],
    [['--epochs', '2.5'], "expected an integer from 1 to 100000 for --epochs, got '2.5'"],
    [['--epochs', 'many'], "expected an integer from 1 to 100000 for --epochs, got 'many'"],
    [['--epochs'], 'expected an integer from 1 to 100000 for --epochs, got nothing'],
    [['--epochs='], "expected an integer from 1 to 100000 for --epochs, got ''"],
    [['--epochs', '--lr'], "expected an integer from 1 to 100000 for --epochs, got '--lr'"],
    [['--batch-size', '-4'], "expected an integer from 1 to 8000 for --batch-size, got '-4'"],
    [['--lr', '0'], "expected a number above 0 for --lr, got '0'"],
    [['--lr', 'Infinity'], "expected a number above 0 for --lr, got 'Infinity'"],
    [['--hidden', '5,,5'], "expected an integer from 1 to 16384 for --hidden, got '5,,5'"],
    [['--seed', '1x'], "expected an integer from 0 to 9007199254740991 for --seed, got '1x'"],
    [['--threads', '0'], "expected an integer from 1 to 1024 for --threads, got '0'"],
    [['--dir', ''], "expected a directory for --dir, got ''"],
    [['--toString', '1'], 'there is no option --toString; --help lists the options'],
    [['-e', '1'], 'there is no option -e; --help lists the options'],
    [['15'], "there is no argument '15'; --help lists the options"],
  ])('%p is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(new Error(message));
  });
});

describe('digits', () => {
  const { train, test: held } = loadDigits();
  const count = (labels: Int32Array, digit: number) =>
    labels.filter((label) => label === digit).length;

  test('are 10,000, of each class a fifth for testing', () => {
    expect([train.labels.length, held.labels.length]).toEqual([8000, 2000]);
    for (let digit = 0; digit < classes; digit++) {
      const all = count(train.labels, digit) + count(held.labels, digit);
      expect(Math.abs(count(held.labels, digit) - all / 5)).toBeLessThan(1);
    }
  });

  test('are grey values from 0 to 255', () => {
    for (const { images, labels } of [train, held]) {
      expect(images).toHaveLength(labels.length * pixels);
      expect(Math.max(...images.subarray(0, 100 * pixels))).toBe(255);
    }
  });

  test('are split the same way each time, and no image is in both parts', () => {
    const bytes = ({ buffer, byteOffset }: Uint8Array, at: number, length: number) =>
      Buffer.from(buffer, byteOffset + at, length).toString('latin1');
    const again = loadDigits().test.images;
    expect(bytes(again, 0, again.length) === bytes(held.images, 0, held.images.length)).toBe(true);
    const texts = (images: Uint8Array) =>
      Array.from({ length: images.length / pixels }, (_, i) => bytes(images, i * pixels, pixels));
    const trained = new Set(texts(train.images));
    expect(texts(held.images).filter((text) => trained.has(text))).toHaveLength(0);
  });
});

describe('drawing', () => {
  const image = new Uint8Array(pixels);
  image.fill(255, 14 * 28, 15 * 28); // one bright row
  const right = { image, prediction: 3, label: 3 };
  const wrong = { image, prediction: 4, label: 3 };

  test('without colours is plain text of at most 24 characters a digit', () => {
    const lines = drawDigits([right, wrong], false);
    expect(lines).toHaveLength(13);
    expect(lines[6]).toBe(`${'+'.repeat(24)}  ${'+'.repeat(24)}`);
    expect(lines[7]).toBe('');
    expect(lines[12]).toBe('prediction 3, label 3     prediction 4, label 3 x');
  });

  test('with colours shows two pixels in a character', () => {
    const lines = drawDigits([right, wrong], true);
    expect(lines[6]).toContain('\x1b[38;5;255;48;5;232m▀');
    expect(lines[12]).toContain('\x1b[31mprediction 4, label 3 ✗');
  });

  test.each([
    [10, 1],
    [80, 3],
    [102, 4],
    [500, 5],
  ])('in %p columns there is room for %p digits', (columns, count) => {
    expect(drawingsPerRow(columns)).toBe(count);
  });

  test('nothing to draw is no line', () => {
    expect(drawDigits([], false)).toEqual([]);
  });
});

test('columns of the table line up', () => {
  const line = tableLine({
    epoch: 1,
    loss: 0.5,
    metrics: { accuracy: 0.8 },
    validation: { loss: 0.25, metrics: { accuracy: 0.925 } },
    lr: 0.001,
    seconds: 1.5,
    samplesPerSecond: 12345.6,
  });
  expect(line).toHaveLength(tableHead.length);
  expect(line.trim().split(/ {2,}/)).toEqual([
    '1',
    '0.5000',
    '0.2500',
    '92.50 %',
    '1.50',
    '12,346',
  ]);
});

describe('the program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['--epochs', '-1'],
    ['--epoch', '1'],
  ])('%p %p: one sentence on standard error, exit code 2', async (...args) => {
    const { code, stdout, stderr } = await demo(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^demo: [^\n]+\n$/);
  });

  test('--help explains every option', async () => {
    expect(await demo('--help')).toEqual({ code: 0, stdout: `${helpText}\n`, stderr: '' });
    for (const name of ['epochs', 'batch-size', 'lr', 'hidden', 'seed', 'threads', 'dir']) {
      expect(helpText).toMatch(new RegExp(`^  --${name} .*\\(default: .+\\)$`, 'm'));
    }
  });

  test('in a pipe writes plain lines, the accuracy last, the same for the same seed', async () => {
    const args = ['--epochs', '2', '--hidden', '32', '--batch-size', '100', '--threads', '1'];
    const runs = await Promise.all([
      demo(...args, '--dir', join(folder, 'a')),
      demo(...args, '--dir', join(folder, 'b')),
      demo(...args, '--dir', join(folder, 'c'), '--seed', '2'),
    ]);
    const lines = runs.map(({ code, stdout, stderr }) => {
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^[\n -~]+\n$/); // printable ASCII
      return stdout.trimEnd().split('\n');
    });
    const last = lines.map((own) => own.at(-1) ?? '');
    for (const line of last) expect(line).toMatch(/^test accuracy \d\d\.\d\d %$/);
    expect(last[1]).toBe(last[0]);
    expect(Number(last[0].split(' ')[2])).toBeGreaterThan(80);
    const losses = lines.map((own) => own.filter((line) => /^ +[12] +\d/.test(line)));
    expect(losses[0]).toHaveLength(2);
    expect(losses[2][0].split(/ +/)[2]).not.toBe(losses[0][0].split(/ +/)[2]);
    const model = io.loadSafetensorsSync(join(folder, 'a', 'model.safetensors'));
    expect(model['1.weight'].shape).toEqual([32, pixels]);
  });

  const results = (stdout: string) =>
    stdout.split('\n').flatMap((line) => /^ +\d+ +[\d.]+ +[\d.]+ +[\d.]+ %/.exec(line) ?? []);

  test('Ctrl-C saves and says how to go on, which ends where an unbroken run does', async () => {
    const args = ['--epochs', '30', '--hidden', '32', '--batch-size', '400', '--threads', '1'];
    const whole = await demo(...args, '--dir', join(folder, 'whole'));
    const broken = [...args, '--dir', join(folder, 'broken')];
    // At the first line of the table.
    const first = await interrupted((stdout) => results(stdout).length === 1, ...broken);
    expect([first.code, first.stderr]).toEqual([130, '']);
    const [saved, hint] = first.stdout.trimEnd().split('\n').slice(-2);
    expect(saved).toMatch(
      /^stopped after step \d+, saved as .*broken.checkpoints.\d+-step-\d+(-best)?$/,
    );
    expect(hint).toBe(`resume with: npm run demo -- ${broken.join(' ')} --resume`);
    const second = await demo(...broken, '--resume');
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect([...results(first.stdout), ...results(second.stdout)]).toEqual(results(whole.stdout));
    expect(second.stdout.split('\n').at(-2)).toBe(whole.stdout.split('\n').at(-2));
  });

  testInFull('--resume with a checkpoint of another net: what is wrong, exit code 2', async () => {
    const args = ['--epochs', '1', '--batch-size', '1000', '--dir', join(folder, 'other')];
    expect((await demo(...args, '--hidden', '4')).code).toBe(0);
    const { code, stderr } = await demo(...args, '--hidden', '3', '--resume');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^demo: .*: expected shape \[3, 784\], got \[4, 784\]\n/ms);
    expect(stderr).not.toContain(' at ');
  });

  test('--resume without a checkpoint: one sentence, exit code 2', async () => {
    const { code, stdout, stderr } = await demo('--resume', '--dir', join(folder, 'none'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^demo: expected a checkpoint in .*none.checkpoints for --resume, got none\n$/,
    );
  });
});
