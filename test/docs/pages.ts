/** The documents: every Markdown page of the project, their blocks of code, and their headings. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** The anchors that a page's headings make, as GitHub does. */
export function anchorsOf(page: string): Set<string> {
  const prose = textOf(page).replace(/^ *```[\s\S]*?^ *```$/gm, '');
  const headings = [...prose.matchAll(/^#+ +(.*)$/gm)].map(([, text]) => text);
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  return new Set(headings.map(plain));
}
