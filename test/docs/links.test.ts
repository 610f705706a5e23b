/** Links in the documents lead to files and headings that exist. So do the paths, npm scripts and pages that texts name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { anchorsOf, brokenLinks, linksOf, pages, root, textOf } from './pages';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** Paths in the repository: `lib/core/tensor.ts`, not `lib/ops/<family>.ts`. */
const pathPattern = /`((?:lib|native|test|scripts|bench|examples|docs)\/[\w./-]+)`/g;

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  test('links', () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  test('paths', () => {
    const paths = [...text.matchAll(pathPattern)].map(([, path]) => path);
    const own = paths.filter((path) => path !== 'docs/api'); // npm run package writes it
    expect(own.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('scripts of npm', () => {
    const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('anchors are those that GitHub makes', () => {
  const page = [
    '# A `code_name`, and *more*',
    '## See [a link](page.md#x)!',
    '## Same',
    '## Same',
    '```text',
    '# not a heading',
    '```',
    '<a id="own"></a>',
  ].join('\n');
  expect([...anchorsOf(page)]).toEqual([
    'a-code_name-and-more',
    'see-a-link',
    'same',
    'same-1',
    'own',
  ]);
});

test('links are found in every form', () => {
  const page =
    '[a](b.md#c) ![d](e.svg) [wrapped\ntext](f.md) <a href="g.md">h</a>\n[i]: j.md\n' +
    '`[no](code.md)`\n```ts\nconst no = array[0](block);\n```\n';
  expect(linksOf(page).sort()).toEqual(['b.md#c', 'e.svg', 'f.md', 'g.md', 'j.md']);
});

test('docs/index.md lists every page of docs', () => {
  const listed = linksOf(textOf('docs/index.md'));
  const own = pages.filter((page) => /^docs\/(?!index)/.test(page)).map((page) => basename(page));
  expect(own.filter((page) => !listed.includes(page))).toEqual([]);
});

/** Texts in code name pages: docs/dtypes.md, docs/troubleshooting.md#warnings, CONTRIBUTING.md. */
test('pages that source files name exist', () => {
  const files = ['lib', 'native', 'scripts', 'test', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mts|mjs|cjs|js|cc|h|c|py)$/.test(file) && !/node_modules/.test(file))
      .map((file) => join(folder, file)),
  );
  const missing = files.flatMap((file) =>
    [...textOf(file).matchAll(/(?<![\w/-])(docs\/[\w-]+\.md|[A-Z]{4,}\.md)(?:#([\w-]+))?/g)]
      .filter(([, page, anchor = '']) => {
        if (!existsSync(join(root, page))) return true;
        return anchor !== '' && !anchorsOf(textOf(page)).has(anchor);
      })
      .map(([link]) => `${file}: ${link}`),
  );
  expect(missing).toEqual([]);
});
