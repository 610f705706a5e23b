// The pages of the site, in the order and the groups of docs/index.md. A page's title is its first heading.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Application, Converter } from 'typedoc';

const root = resolve(import.meta.dirname, '../..');
const index = join(root, 'docs/index.md');

/** The group of each page: from its path, relative to the root, to a heading of docs/index.md. */
export function groupsOfPages() {
  const groups = new Map([[relative(root, index), 'Overview']]);
  let group = '';
  for (const line of readFileSync(index, 'utf8').split('\n')) {
    group = /^## (.*)/.exec(line)?.[1] ?? group;
    for (const [, path] of line.matchAll(/\]\(([^)#]+\.md)\)/g)) {
      const page = relative(root, join(dirname(index), path));
      if (!groups.has(page)) groups.set(page, group);
    }
  }
  return groups;
}

export function load(app) {
  const groups = groupsOfPages();
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('projectDocuments', [...groups.keys()]);
    app.options.setValue('groupOrder', [
      ...new Set(groups.values()),
      'Namespaces',
      'Functions',
      'Classes',
      '*',
    ]);
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const path = relative(root, document.project.files.getReflectionPath(document));
    document.frontmatter.group = groups.get(path);
    const title = /^# (.*?)\s*(?:\n|$)/.exec(document.content[0].text)?.[1];
    if (title === undefined) throw new Error(`${path}: expected a heading without code first`);
    document.name = title;
  });
}
