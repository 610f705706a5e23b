/** Every link of a packed page leads to a packed file and heading, and the API reference is complete. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as blasgrad from 'blasgrad';
import { backend, data, F, io, metrics, nn, optim } from 'blasgrad';
import { brokenLinks } from '../docs/pages';
import { library } from './project';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-links-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
spawnSync('tar', ['xzf', library, '-C', folder, '--strip-components=1']);

const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
  .sort();

test('the guides and the reference are packed', () => {
  const expected = [
    'README.md',
    'FEATURES.md',
    'docs/index.md',
    'docs/api.md',
    'docs/api/index.md',
  ];
  expect(pages).toEqual(expect.arrayContaining(expected));
});

test.each(pages)('links of %s', (page) => {
  expect(brokenLinks(page, folder)).toEqual([]);
});

test('the reference has every public name', () => {
  const spaces = { nn, F, optim, data, io, metrics, backend };
  const places: [page: string, names: string[]][] = [
    ['index', Object.keys(blasgrad)],
    ...Object.entries(spaces).map(([name, space]): [string, string[]] => [
      `Namespace.${name}`,
      Object.keys(space),
    ]),
  ];
  const missing = places.flatMap(([page, names]) => {
    const text = readFileSync(join(folder, 'docs/api', `${page}.md`), 'utf8');
    const listed = new Set(
      [...text.matchAll(/^(?:### (?:`abstract` )?|- \[)(\w+)/gm)].map(([, name]) => name),
    );
    return names.filter((name) => !listed.has(name)).map((name) => `${page}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test('the reference has less than 4 MB', () => {
  const files = pages.filter((page) => page.startsWith('docs/api/'));
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  expect(bytes).toBeLessThan(4e6);
});
