/**
 * The examples of docstrings: all run, with the public names in scope, and print what their comments say.
 * `tensor([1, 2]).sum() // tensor(3.)`: a tensor as it prints, any other value as an expression, numbers to the digits shown.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import ts from 'typescript';
import * as blasgrad from 'blasgrad';

const root = join(__dirname, '..', '..');
/** Where examples are complete programs, apart from the names in `shared`. */
const folders = ['core', 'ops', 'autograd', 'creation', 'compile', 'functional', 'nn'];
const files = ['lib/backend.ts'];

interface Example {
  readonly name: string;
  readonly code: string;
}

function sourceFiles(): string[] {
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, 'lib', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('lib', folder, name)),
  );
  return [...files, ...found].sort();
}

/** The examples in a file, each with the name that its docstring belongs to. */
function examplesIn(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: Example[] = [];
  const visit = (node: ts.Node): void => {
    const docs = ts.getJSDocTags(node).filter((tag) => tag.tagName.text === 'example');
    for (const tag of docs) {
      if (tag.parent.parent !== node) continue; // tags of a declaration are those of its parts as well
      const code = tag
        .getText()
        .replace(/^@example\s*/, '')
        .replace(/^\s*\*(?: |$)/gm, '')
        .replace(/^`{3}\w*$/gm, '')
        .trim();
      const name = (node as { name?: ts.Node }).name?.getText() ?? 'call';
      found.push({ name: `${file}: ${name}`, code });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A tensor as it prints on one line; the prints of tensors in an array. */
function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  return inspect(value).replace(/,\s*\n\s*/g, ', ');
}

const holdsTensors = (value: unknown): boolean =>
  value instanceof blasgrad.Tensor || (Array.isArray(value) && value.some(holdsTensors));

/** Compares with the value of a comment; numbers to the digits that it shows. */
function expectAs(value: unknown, comment: string): void {
  if (holdsTensors(value)) {
    expect(printed(value)).toBe(comment);
    return;
  }
  if (value === comment) return; // a text that console.log prints
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the comment is an expression in our own source
  const evaluate = new Function(`return (${comment});`) as () => unknown;
  const wanted = evaluate();
  if (typeof wanted === 'number' && typeof value === 'number' && Number.isFinite(wanted)) {
    expect(value).toBeCloseTo(wanted, (/\.(\d+)/.exec(comment)?.[1] ?? '').length);
  } else {
    expect(value).toEqual(wanted);
  }
}

/** What `console.log` prints, or the expression itself. */
function printedExpression(node: ts.Expression): ts.Expression {
  const isLog = ts.isCallExpression(node) && node.expression.getText() === 'console.log';
  return isLog && node.arguments.length === 1 ? node.arguments[0] : node;
}

/** The code, with `check(value, comment)` in place of each expression that a comment follows. */
function checkedCode(code: string): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  let result = '';
  for (const statement of source.statements) {
    const text = statement.getText();
    const rest = code.slice(statement.end).split('\n', 1)[0];
    const comment = /^\s*\/\/ (.*)$/.exec(rest)?.[1];
    const checked = comment !== undefined && ts.isExpressionStatement(statement);
    result += checked
      ? `check((${printedExpression(statement.expression).getText()}), ${JSON.stringify(comment)});\n`
      : `${text}\n`;
  }
  return ts.transpile(result, { target: ts.ScriptTarget.ES2022 });
}

/** What examples need not create. */
function shared(): Record<string, unknown> {
  const model = new blasgrad.nn.Linear(4, 1);
  const optimizer = new blasgrad.optim.SGD(model.parameters(), { lr: 0.1 });
  const scheduler = new blasgrad.optim.lrScheduler.ReduceLROnPlateau(optimizer);
  return { model, optimizer, scheduler };
}

const examples = sourceFiles().flatMap(examplesIn);
const cwd = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'docstrings-'));

beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(100);
});

test.each(examples.map(({ name, code }) => [name, code]))('%s', async (_name, code) => {
  const scope: Record<string, unknown> = { ...blasgrad, ...shared(), check: expectAs };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is our own source
  const run = new Function(
    ...Object.keys(scope),
    `return (async () => {\n${checkedCode(code)}\n})();`,
  ) as (...values: unknown[]) => Promise<void>;
  await run(...Object.values(scope));
});
