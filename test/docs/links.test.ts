/** Links in the documents lead to files and headings that exist, and so do paths and commands in the text. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchorsOf, pages, root, textOf } from './pages';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

function targetExists(page: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(relative(root, target)).has(anchor);
}

/** Paths in the repository: `lib/core/tensor.ts`, not `lib/ops/<family>.ts`. */
const pathPattern = /`((?:lib|native|test|scripts|bench|examples|docs)\/[\w./-]+)`/g;

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  test('links', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const own = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(own.filter((link) => !targetExists(page, link))).toEqual([]);
  });

  test('paths', () => {
    const paths = [...text.matchAll(pathPattern)].map(([, path]) => path);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('scripts of npm', () => {
    const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
