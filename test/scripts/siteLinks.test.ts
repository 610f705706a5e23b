/** The check of links in the documentation site finds links that lead nowhere. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-site-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pages = {
  'index.html':
    '<a href="sub/page.html#here">a</a> <a href="#top">b</a> <a href="https://c.d">e</a>',
  'sub/page.html':
    '<h1 id="here">x</h1> <a href="../index.html">y</a> <a href="#here">z</a>' +
    '<a href="gone.html">1</a> <a href="../index.html#gone">2</a> <a href="../media/guide.md">3</a>',
  'media/guide.md': 'a page that the sidebar lacks',
};

test('files and anchors that do not exist, and pages that are not in the sidebar', () => {
  for (const [name, text] of Object.entries(pages)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const module = pathToFileURL(join(__dirname, '../../scripts/typedoc/links.mjs')).href;
  const program = `
    const { brokenLinks } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(brokenLinks(${JSON.stringify(folder)})));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program]);
  expect((JSON.parse(String(output)) as string[]).sort()).toEqual([
    'index.html: #top',
    'sub/page.html: ../index.html#gone',
    'sub/page.html: ../media/guide.md',
    'sub/page.html: gone.html',
  ]);
});
