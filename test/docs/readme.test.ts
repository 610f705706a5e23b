/** Every code block in the documents runs and prints what it says, or is of a kind that cannot run here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { oneIn } from '../support/full';
import { idxFile } from '../io/idxFile';
import { blocksOf, pages, root, type Block } from './pages';

const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ language }) => /^[mc]?ts$/.test(language));
/** A block of js is a module that others import; its first line says the name. */
const nameOf = ({ code }: Block): string | undefined => /^\/\/ (\w+\.mjs)\n/.exec(code)?.[1];
const modules = blocks.filter(({ language }) => language === 'js');

// Inside the project, so that 'blasgrad' is found as an installed package would be.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'documents-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileOf = (block: Block): string => {
  const ending = block.language === 'ts' ? 'mts' : block.language;
  return join(folder, `block-${programs.indexOf(block) + 1}.${ending}`);
};
beforeAll(async () => {
  for (const block of programs) writeFileSync(fileOf(block), block.code);
  for (const block of modules) writeFileSync(join(folder, nameOf(block) ?? ''), block.code);
  await writeData();
});

/** The files of data that blocks read: small ones of the same kind. */
async function writeData(): Promise<void> {
  mkdirSync(join(folder, 'fashion-mnist'));
  for (const [name, n] of Object.entries({ train: 3, t10k: 2 })) {
    const pixels = Array.from({ length: n * 784 }, (_, i) => i % 256);
    const images = idxFile('uint8', [n, 28, 28], pixels);
    const labels = idxFile('uint8', [n], pixels.slice(0, n));
    writeFileSync(join(folder, 'fashion-mnist', `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, 'fashion-mnist', `${name}-labels-idx1-ubyte`), labels);
  }
  const background = { r: 200, g: 100, b: 0 };
  for (const path of ['cat/1.jpg', 'dog/2.jpg']) {
    mkdirSync(join(folder, 'pets', dirname(path)), { recursive: true });
    const image = sharp({ create: { width: 80, height: 70, channels: 3, background } });
    await image.toFile(join(folder, 'pets', path));
  }
}

test('the pages are there, and their blocks are of known kinds', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'FEATURES.md', 'CONTRIBUTING.md']));
  expect(pages.filter((page) => page.startsWith('docs')).length).toBeGreaterThan(1);
  // python stands beside the same program in ts, text is what a program prints, js a module that others import.
  const known = ['ts', 'mts', 'cts', 'js', 'sh', 'json', 'text', 'python'];
  const others = blocks.filter(({ language }) => !known.includes(language));
  expect(others.map(({ name, language }) => `${name}: '${language}'`)).toEqual([]);
  expect(modules.filter((block) => nameOf(block) === undefined)).toEqual([]);
});

describe.each(oneIn(4, 'programs that are run', programs))('$name', (block) => {
  /** What each `console.log(...); // expected` line promises. */
  const promised = [...block.code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(
    ([, text]) => text,
  );

  test('runs and prints what it says', () => {
    const output = execFileSync(process.execPath, ['--import', 'tsx', fileOf(block)], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder }, // what they write there goes with it
    });
    expect(output.split('\n').filter((line) => line !== '')).toEqual(promised);
  });
});

test('the types of all programs are right', () => {
  const tsc = createRequire(__filename).resolve('typescript/bin/tsc');
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = { noEmit: true, types: ['node'], incremental: false };
  writeFileSync(
    config,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['.'] }),
  );
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', config, '--pretty', 'false']);
  expect(String(stdout)).toBe('');
});

test('what is said to be JSON is', () => {
  for (const { language, code } of blocks) if (language === 'json') JSON.parse(code);
});
