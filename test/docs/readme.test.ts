/** Every block of code in the documents does what it says, or is of a kind that cannot be run here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { blocksOf, pages, root, type Block } from './pages';

const blocks = pages.flatMap(blocksOf);
const programs = blocks.filter(({ language }) => /^[mc]?[jt]s$/.test(language));

// Inside the project, so that 'blasgrad' is found as an installed package would be.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'documents-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const fileOf = (block: Block): string => {
  const ending = { ts: 'mts', js: 'mjs' }[block.language] ?? block.language;
  return join(folder, `block-${programs.indexOf(block) + 1}.${ending}`);
};
beforeAll(() => {
  for (const block of programs) writeFileSync(fileOf(block), block.code);
});

test('the pages are there, and their blocks are of known kinds', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'FEATURES.md', 'CONTRIBUTING.md']));
  expect(pages.filter((page) => page.startsWith('docs')).length).toBeGreaterThan(1);
  // python stands beside the same program in ts, text is what a program prints.
  const known = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'sh', 'json', 'text', 'python'];
  const others = blocks.filter(({ language }) => !known.includes(language));
  expect(others.map(({ name, language }) => `${name}: '${language}'`)).toEqual([]);
});

describe.each(programs)('$name', (block) => {
  /** What each `console.log(...); // expected` line promises. */
  const promised = [...block.code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(
    ([, text]) => text,
  );

  test('runs and prints what it says', () => {
    const output = execFileSync(process.execPath, ['--import', 'tsx', fileOf(block)], {
      cwd: root,
      encoding: 'utf8',
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
