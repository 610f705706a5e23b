/** Links of the documents lead to files, folders and headings that are there; commands in the text to scripts. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchorsOf, pages, root, textOf } from './pages';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

function isThere(page: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(relative(root, target)).has(anchor);
}

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  test('links', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const own = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(own.filter((link) => !isThere(page, link))).toEqual([]);
  });

  test('scripts of npm', () => {
    const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
