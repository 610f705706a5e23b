/** Every TypeScript block of the documents runs as printed, and prints what its comments say. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));

/** The code of a page, and what each `console.log(...); // expected` line promises. */
function blocksOf(page: string): { name: string; code: string; promised: string[] }[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, i) => ({
    name: `${page}, block ${i + 1}`,
    code: match[1],
    promised: [...match[1].matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map((line) => line[1]),
  }));
}

describe.each(pages.flatMap(blocksOf))('$name', ({ code, promised }) => {
  // Inside the project, so that 'blasgrad' is found as an installed package would be.
  const folder = mkdtempSync(join(root, 'build', 'documents-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('runs and prints what it says', () => {
    const file = join(folder, 'block.mts');
    writeFileSync(file, code);
    const output = execFileSync(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(output.trim().split('\n')).toEqual(promised);
  });
});
