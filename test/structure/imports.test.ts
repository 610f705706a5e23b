/** The direction of imports between modules, and the length of files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..');
const lib = join(root, 'lib');

/** Modules from the lowest to the highest level: each may import from those on lower levels. */
const levels = [
  ['core', 'version.ts'],
  ['ops'],
  ['autograd'],
  ['functional', 'compile', 'creation', 'backend.ts', 'linalg.ts', 'fft.ts'],
  ['nn', 'optim'],
  ['data', 'io'],
  ['train', 'tune', 'monitor', 'serve', 'distributed'],
  ['index.ts', 'index.mts', 'cli.ts'],
];
/** Imports between modules of one level. */
const sideways = new Set(['core version.ts', 'functional creation', 'data io', 'io data']);

function filesUnder(folder: string, extensions: readonly string[]): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && extensions.includes(extname(one.name)))
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => !file.includes('node_modules'));
}

const moduleOf = (file: string): string => relative(lib, file).split('/')[0];
const levelOf = (module: string): number => levels.findIndex((level) => level.includes(module));
const short = (file: string): string => relative(root, file);

interface Import {
  readonly to: string;
  /** Whether the import disappears when it is compiled. */
  readonly isType: boolean;
}

/** The file that an import of a file names. */
function target(from: string, specifier: string): string {
  const path = resolve(dirname(from), specifier);
  const found = [`${path}.ts`, join(path, 'index.ts')].find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${short(from)}: expected a file for ${specifier}`);
  return found;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return true;
    const names = node.exportClause;
    return names !== undefined && ts.isNamedExports(names) && names.elements.every((one) => one.isTypeOnly); // prettier-ignore
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  if (clause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((one) => one.isTypeOnly);
}

/** Imports within lib; `declare module` is none. */
function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((node): Import[] => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return [];
    const specifier = node.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return [];
    const { text } = specifier;
    if (!text.startsWith('.') || text.endsWith('binding') || text.endsWith('.js')) return [];
    return [{ to: target(file, text), isType: isTypeOnly(node) }];
  });
}

const imports = new Map(filesUnder(lib, ['.ts', '.mts']).map((file) => [file, importsOf(file)]));
const all = [...imports].flatMap(([from, list]) => list.map((one) => ({ from, ...one })));

/** Groups of files that import each other in circles (Tarjan's strongly connected components). */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    numbers.set(file, numbers.size);
    lowest.set(file, numbers.size - 1);
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!numbers.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(next) as number)); // prettier-ignore
    }
    if (lowest.get(file) !== numbers.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group);
  };
  for (const file of edges.keys()) if (!numbers.has(file)) visit(file);
  return found;
}

const edgesWhere = (fits: (one: Import) => boolean): Map<string, string[]> =>
  new Map([...imports].map(([file, list]) => [file, list.filter(fits).map(({ to }) => to)]));

describe('imports in lib', () => {
  test('every file belongs to a module with a level', () => {
    expect([...imports.keys()].filter((file) => levelOf(moduleOf(file)) < 0).map(short)).toEqual(
      [],
    );
  });

  test('none goes up a level, or to another module of the same level', () => {
    const wrong = all.filter(({ from, to }) => {
      const [a, b] = [moduleOf(from), moduleOf(to)];
      if (a === b || levelOf(a) > levelOf(b)) return false;
      return !(levelOf(a) === levelOf(b) && sideways.has(`${a} ${b}`));
    });
    expect(wrong.map(({ from, to }) => `${short(from)} -> ${short(to)}`)).toEqual([]);
  });

  test('no files need each other when they run', () => {
    expect(cycles(edgesWhere(({ isType }) => !isType)).map((group) => group.map(short))).toEqual(
      [],
    );
  });

  test('files whose types need each other are in one folder', () => {
    const scattered = cycles(edgesWhere(() => true)).filter(
      (group) => new Set(group.map((file) => dirname(file))).size > 1,
    );
    expect(scattered.map((group) => group.map(short))).toEqual([]);
  });
});

describe('native code', () => {
  const sources = filesUnder(join(root, 'native'), ['.cc', '.h']);
  const outside = (folder: string, pattern: RegExp): string[] =>
    sources
      .filter((file) => !file.startsWith(join(root, 'native', folder)))
      .filter((file) => pattern.test(readFileSync(file, 'utf8')))
      .map(short);

  test('only native/binding includes Node-API', () => {
    expect(outside('binding', /#include\s*[<"](napi|node_api|js_native_api)/)).toEqual([]);
  });

  test('only native/blas names cblas or LAPACK', () => {
    expect(
      outside('blas', /\b(cblas|openblas)_\w|\bLAPACKE_|#include\s*[<"](cblas|lapack)/),
    ).toEqual([]);
  });
});

describe('source files', () => {
  const longest = 350;
  const folders = ['lib', 'native', 'test', 'bench', 'examples'];
  const sources = folders.flatMap((folder) =>
    filesUnder(join(root, folder), ['.ts', '.mts', '.mjs', '.cjs', '.cc', '.h']),
  );

  test(`have at most ${longest} lines, or give the reason in their first ten`, () => {
    const long = sources.filter((file) => {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      return lines.length > longest && !/Long because/.test(lines.slice(0, 10).join('\n'));
    });
    expect(long.map(short)).toEqual([]);
  });
});
