// Links between the pages of the site.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Links that lead to no file or to no element of the page, and Markdown pages that the site shows as plain files. */
export function brokenLinks(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const ids = new Map(
    [...texts].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id)),
    ]),
  );
  return pages.flatMap((page) => {
    const links = [...texts.get(page).matchAll(/\b(?:href|src)="([^"]*)"/g)].map(
      ([, link]) => link,
    );
    return [...new Set(links)]
      .filter((link) => !leads(link, page))
      .map((link) => `${page}: ${link}`);
  });

  function leads(link, page) {
    if (/^[a-z]+:/.test(link)) return true;
    const [path, anchor] = link.replaceAll('&amp;', '&').split('#');
    const target = path === '' ? page : relative(folder, join(folder, dirname(page), path));
    if (!existsSync(join(folder, target)) || target.endsWith('.md')) return false;
    return !anchor || !ids.has(target) || ids.get(target).has(decodeURIComponent(anchor));
  }
}
