/** docs/train-options.md lists every option, callback and result of `train`, in tables under the names of their types. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root, textOf } from './pages';

const file = 'lib/train/types.ts';
const source = ts.createSourceFile(
  file,
  readFileSync(join(root, file), 'utf8'),
  ts.ScriptTarget.ES2022,
);

/** The names of the members of an interface, and of those that it extends. */
function membersOf(name: string): string[] {
  const found = source.statements.find(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === name,
  ) as ts.InterfaceDeclaration;
  const bases = (found.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => (expression as ts.Identifier).text),
  );
  const own = found.members.map((member) => (member.name as ts.Identifier).text);
  return [...bases.flatMap(membersOf), ...own];
}

/** The names in the first column of the table under a heading. */
function listedUnder(heading: string): string[] {
  const [, section] = textOf('docs/train-options.md').split(`\n## ${heading}\n`);
  return [...section.split('\n## ')[0].matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
}

const types = [
  ...['TrainOptions', 'CheckpointPlan', 'Callbacks'],
  ...['History', 'EpochResult', 'BatchResult'],
];

test.each(types)('%s', (name) => {
  const members = membersOf(name);
  expect(members.length).toBeGreaterThan(4);
  expect(listedUnder(name).sort()).toEqual(members.sort());
});
