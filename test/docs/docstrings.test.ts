/**
 * The examples of docstrings: all run, with the public names in scope, and print what their comments say.
 * `tensor([1, 2]).sum() // tensor(3.)`: a tensor as it prints, any other value as an expression, numbers to the digits shown.
 */
import {
  createReadStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import * as blasgrad from 'blasgrad';

const root = join(__dirname, '..', '..');
const folders = [
  ...['core', 'ops', 'autograd', 'creation', 'compile', 'functional', 'nn'],
  ...['optim', 'io', 'data', 'train'],
];
const files = ['lib/backend.ts'];

/** Why an example does not run here. */
const excused: Readonly<Record<string, string>> = {
  'lib/data/datasets/imageFolder.ts: ImageFolder': 'reads a folder of images',
  'lib/data/datasets/mnist.ts: mnist': 'reads the files of MNIST',
  'lib/data/datasets/cifar10.ts: cifar10': 'reads the files of CIFAR-10',
  'lib/data/workers/workerDataset.ts: WorkerDataset':
    'import.meta: starts threads with a file of the user',
  'lib/data/workers/workerDataset.ts: load': 'import.meta: starts threads with a file of the user',
  'lib/data/table/files/arrow.ts: fromArrow': 'takes a table of another library',
  'lib/data/table/files/arrow.ts: toArrow': 'gives the table to another library',
  'lib/data/table/files/parquet.ts: readParquet':
    'reads a Parquet file, which the library does not write',
  'lib/io/idx.ts: loadIdx': 'reads a file of MNIST',
};

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

const { data, io, nn, ones, optim, tensor, zeros } = blasgrad;

/** What examples need not create: new objects for each. */
function shared(): Record<string, unknown> {
  const model = new nn.Linear(4, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer);
  const warmup = new optim.lrScheduler.LinearLR(optimizer);
  const decay = new optim.lrScheduler.ExponentialLR(optimizer, 0.9);
  const head = new nn.Linear(1, 1);
  const loss = model.forward(ones(2, 4)).sum();
  return { model, optimizer, scheduler, warmup, decay, head, loss, ...tables(), ...node };
}

const node = { createInterface, createReadStream, readFileSync, writeFileSync };

function tables(): Record<string, unknown> {
  const rows = Array.from({ length: 40 }, (_, i) => i);
  const column = <T>(of: (i: number) => T): T[] => rows.map(of);
  const numbers = {
    age: column((i) => 20 + i),
    income: rows,
    price: rows,
    patient: column((i) => i % 4),
    old: rows,
  };
  const people = {
    ...numbers,
    city: column((i) => (i % 2 ? 'Rome' : 'Oslo')),
    species: column((i) => (i % 2 ? 'cat' : 'dog')),
  };
  const inputs = new data.ColumnTransformer([
    ['age', new data.StandardScaler()],
    ['city', new data.OneHotEncoder()],
  ]);
  inputs.fit(new data.Table(people));
  const [trainX, testX] = [zeros(4, 2), ones(2, 2)];
  return { table: new data.Table(people), inputs, trainX, testX };
}

/** The same for files, data and training: images of 28 x 28 digits. */
function sharedDigits(): Record<string, unknown> {
  const model = new nn.Sequential(new nn.Linear(784, 10));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 1);
  const images = zeros(8, 784);
  const labels = tensor([0, 1, 2, 3, 4, 5, 6, 7], { dtype: 'int32' });
  const digits = new data.TensorDataset(images, labels);
  const [loader, savedLoader] = [1, 2].map(() => new data.DataLoader(digits, { batchSize: 4 }));
  model.forward(images).sum().backward();
  const [x, y] = [images, labels];
  const others = digits;
  const use = (): void => undefined;
  const [step, fit] = [use, use];
  const error = new Error('any');
  const samples = { images, labels, x, y, digits, others, loader, savedLoader };
  return { ...tables(), ...node, ...samples, model, optimizer, scheduler, use, step, fit, error };
}

/** The files that examples read, in the working directory. */
async function writeFiles(): Promise<void> {
  const { model, optimizer, scheduler, loader } = sharedDigits() as {
    model: blasgrad.nn.Sequential;
    optimizer: blasgrad.optim.SGD;
    scheduler: blasgrad.optim.lrScheduler.StepLR;
    loader: blasgrad.data.DataLoader<unknown>;
  };
  const layer = model[0];
  if (!(layer instanceof nn.Linear) || layer.bias === null)
    throw new Error('expected a layer with bias');
  const { weight, bias } = layer;
  await io.saveNpy('weight.npy', weight);
  await io.saveNpz('layer.npz', { weight, bias });
  await io.saveSafetensors('model.safetensors', model.stateDict());
  await io.saveText('gradients.txt', { '0.weight': weight });
  await io.exportOnnx(model, zeros(1, 784), 'digits.onnx');
  await io.saveCheckpoint('runs/first', { model, optimizer, scheduler, loader, step: 1 });
  await data.saveImage('cat.jpg', zeros(3, 80, 100));
  writeFileSync('people.json', '[{"name": "Ada", "born": "1815-12-10"}]');
  writeFileSync('events.ndjson.gz', gzipSync('{"a": 1}\n'));
  writeFileSync('points.txt', '[1, 2]\n[3, 4]\n');
  writeFileSync('points.csv', 'x,y\n1,2\n3,4\n');
  writeFileSync('people.csv', 'age,zip\n31,00184\n');
}

const all = sourceFiles().flatMap(examplesIn);
const examples = all.filter(({ name }) => !(name in excused));
const cwd = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'docstrings-'));

beforeAll(async () => {
  process.chdir(folder);
  await writeFiles();
});
afterAll(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(400);
  const names = all.map(({ name }) => name);
  expect(Object.keys(excused).filter((name) => !names.includes(name))).toEqual([]);
});

test.each(examples.map(({ name, code }) => [name, code]))('%s', async (name, code) => {
  const names = /^lib\/(io|data|train)\//.test(name) ? sharedDigits() : shared();
  const scope: Record<string, unknown> = { ...blasgrad, ...names, check: expectAs };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is our own source
  const run = new Function(
    ...Object.keys(scope),
    `return (async () => {\n${checkedCode(code)}\n})();`,
  ) as (...values: unknown[]) => Promise<void>;
  await run(...Object.values(scope));
});
