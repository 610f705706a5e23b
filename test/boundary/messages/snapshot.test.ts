/**
 * Every error message of lib and native, in snapshot/: one file for each folder, one line for each message, so that a
 * reviewer sees them change. `npm test -- test/boundary/messages -u` writes the files again.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import ts from 'typescript';
import { errorMakers, errorsIn } from './errorsOfLib';
import { errorsInNative } from './errorsOfNative';

const root = join(__dirname, '..', '..', '..');
const snapshots = join(__dirname, 'snapshot');

function filesUnder(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && extensions.includes(extname(one.name)))
    .map((one) => relative(root, join(one.parentPath, one.name)))
    .sort();
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The errors of every file that has some. */
function errorsByFile(): [file: string, lines: readonly string[]][] {
  const sources = filesUnder('lib', ['.ts', '.mts']).map((file) =>
    ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, true),
  );
  const makers = errorMakers(sources);
  const lib = sources.map((one): [string, string[]] => [one.fileName, errorsIn(one, makers)]);
  const native = filesUnder('native', ['.cc', '.h', '.inc']).map((file): [string, string[]] => [
    file,
    errorsInNative(read(file)),
  ]);
  return [...lib, ...native].filter(([, lines]) => lines.length > 0);
}

/** The text of each snapshot: `lib/nn/layers/linear.ts` is in `lib.nn.layers.txt`. */
function expectedSnapshots(): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [file, lines] of errorsByFile()) {
    const name = `${dirname(file).replaceAll('/', '.')}.txt`;
    texts[name] = `${texts[name] ?? ''}${file}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
  }
  return texts;
}

function committedSnapshots(): Record<string, string> {
  const names = readdirSync(snapshots);
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(snapshots, name), 'utf8')]),
  );
}

/** Whether Jest was told `-u`. */
function isUpdate(): boolean {
  const state = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: string } };
  return state.snapshotState?._updateSnapshot === 'all';
}

test('the messages are those of the snapshots', () => {
  const texts = expectedSnapshots();
  if (isUpdate()) {
    rmSync(snapshots, { recursive: true, force: true });
    mkdirSync(snapshots);
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(snapshots, name), text);
  }
  expect(committedSnapshots()).toEqual(texts);
});
