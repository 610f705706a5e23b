/** Dtypes are listed once: in lib/core/dtype.ts and native/core/dtype.h, apart from tables of file formats. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import ts from 'typescript';
import { dtypes } from '../../dist/core/dtype';

const root = join(__dirname, '..', '..');
const names: ReadonlySet<string> = new Set(dtypes);

function filesUnder(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && extensions.includes(extname(one.name)))
    .map((one) => relative(root, join(one.parentPath, one.name)));
}

/** The table itself, and files in which these names are types of protobuf fields, or of the integers in a file of tokens. */
const exempt = new Set([
  'lib/core/dtype.ts',
  'lib/data/text/tokenFile.ts',
  ...['decode', 'protobuf', 'schema'].map((name) => `lib/io/onnx/${name}.ts`),
]);

/** The dtype that an expression or a type is, if it is a literal. */
function literal(node: ts.Node): string[] {
  const inner = ts.isLiteralTypeNode(node) ? node.literal : node;
  return ts.isStringLiteralLike(inner) && names.has(inner.text) ? [inner.text] : [];
}

function keyOf(name: ts.PropertyName): string[] {
  return (ts.isIdentifier(name) || ts.isStringLiteral(name)) && names.has(name.text)
    ? [name.text]
    : [];
}

const comparisons = [
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
];
const logic = [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.AmpersandAmpersandToken];

/** The dtypes that a chain of comparisons names. */
function compared(node: ts.Node): string[] {
  if (ts.isParenthesizedExpression(node)) return compared(node.expression);
  if (!ts.isBinaryExpression(node)) return [];
  const { kind } = node.operatorToken;
  if (logic.includes(kind)) return [...compared(node.left), ...compared(node.right)];
  return comparisons.includes(kind) ? [...literal(node.left), ...literal(node.right)] : [];
}

/** The dtypes that one construct lists. */
function listed(node: ts.Node): string[] {
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(literal);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literal);
  if (ts.isCallExpression(node)) return node.arguments.flatMap(literal);
  if (ts.isCaseBlock(node)) {
    return node.clauses.flatMap((one) => (ts.isCaseClause(one) ? literal(one.expression) : []));
  }
  if (ts.isObjectLiteralExpression(node)) {
    const own = node.properties.filter(ts.isPropertyAssignment);
    const [keys, values] = [own.flatMap((one) => keyOf(one.name)), own.flatMap((one) => literal(one.initializer))]; // prettier-ignore
    return new Set(keys).size > 1 ? keys : values;
  }
  return compared(node);
}

/** Whether a table must have an entry for every dtype: a new one does not compile without it. */
function isComplete(node: ts.Node, source: ts.SourceFile): boolean {
  for (let at = node.parent as ts.Node | undefined; at !== undefined; at = at.parent) {
    const type = ts.isSatisfiesExpression(at) || ts.isVariableDeclaration(at) ? at.type : undefined;
    if (/Record<(?:Exclude<)?DType/.test(type?.getText(source) ?? '')) return true;
  }
  return false;
}

function listsIn(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const distinct = [...new Set(listed(node))];
    if (distinct.length > 1 && !isComplete(node, source)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${file}:${line + 1}: ${distinct.join(', ')}`);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test('no other file in lib lists dtypes', () => {
  const files = filesUnder('lib', ['.ts', '.mts']).filter((file) => !exempt.has(file));
  expect(files.flatMap(listsIn)).toEqual([]);
});

test('no other file in native lists dtypes', () => {
  const lists = filesUnder('native', ['.cc', '.h', '.inc']).filter((file) => {
    if (file === 'native/core/dtype.h') return false;
    return readFileSync(join(root, file), 'utf8')
      .split('\n')
      .some((line) => {
        const code = line.replace(/\/\/.*/, '');
        const members = new Set([...code.matchAll(/DType::(\w+)/g)].map(([, name]) => name.replace(/^k/, '').toLowerCase())); // prettier-ignore
        const strings = new Set([...code.matchAll(/"(\w+)"/g)].map(([, name]) => name));
        const some = (found: Set<string>): boolean =>
          [...found].filter((name) => names.has(name)).length > 1;
        return some(members) || some(strings);
      });
  });
  expect(lists).toEqual([]);
});
