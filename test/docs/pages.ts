/** The Markdown pages of the project: their blocks of code, links and anchors. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type Slugger from 'github-slugger' with { 'resolution-mode': 'import' };

/** An ES module, which Jest turns into CommonJS. */
const { default: GithubSlugger } = jest.requireActual<{ readonly default: typeof Slugger }>(
  'github-slugger',
);

export const root = join(__dirname, '..', '..');

function pagesIn(folder: string, recursive: boolean): string[] {
  return readdirSync(join(root, folder), { recursive })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'));
}

/** Relative to the root. A new page under these folders is tested without a word here. */
export const pages: readonly string[] = [
  ...pagesIn('.', false),
  ...['docs', 'bench', 'examples', 'test'].flatMap((folder) => pagesIn(folder, true)),
].sort();

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

export interface Block {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a page. */
export function blocksOf(page: string): Block[] {
  const blocks = [...textOf(page).matchAll(/^ *```(\S*)[^\n]*\n([\s\S]*?)^ *```$/gm)];
  return blocks.map(([, language, code], i) => ({
    name: `${page}, block ${i + 1}`,
    language,
    code,
  }));
}

/** The text of a page without its blocks of code. */
export const proseOf = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');

/** What a page links to, as it is written: `[text](target)`, `[text]: target`, `href="target"`. */
export function linksOf(text: string): string[] {
  const prose = proseOf(text).replace(/`[^`\n]*`/g, '');
  const patterns = [
    /\]\(<?([^)\s>]+)>?\)/g,
    /^ *\[[^\]]+\]: *(\S+)/gm,
    /\b(?:href|src)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target]) => target));
}

/** The anchors of a page: those that GitHub makes of its headings, and those that it defines itself. */
export function anchorsOf(text: string): Set<string> {
  const prose = proseOf(text);
  const headings = [...prose.matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\\(.)/g, '$1'),
  );
  const slugger = new GithubSlugger();
  const own = [...prose.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id);
  return new Set([...headings.map((heading) => slugger.slug(heading)), ...own]);
}

const anchors = new Map<string, Set<string>>();

/** Those links of a page that lead to no file or no heading. Paths are relative to `folder`. */
export function brokenLinks(page: string, folder = root): string[] {
  const exists = (link: string): boolean => {
    const [path, anchor] = link.split('#') as [string, string?];
    const target = path === '' ? join(folder, page) : join(folder, dirname(page), decodeURI(path));
    if (relative(folder, target).startsWith('..') || !existsSync(target)) return false;
    if (anchor === undefined || !target.endsWith('.md')) return true;
    const found = anchors.get(target) ?? anchorsOf(readFileSync(target, 'utf8'));
    anchors.set(target, found);
    return found.has(decodeURIComponent(anchor));
  };
  const links = linksOf(readFileSync(join(folder, page), 'utf8'));
  return links.filter((link) => !/^[a-z]+:/.test(link) && !exists(link));
}
