// Trains on public tables, and prints the quality next to that of scikit-learn's multilayer perceptrons:
// npm run example tables
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, F, io, manualSeed, nn, optim, train } from 'blasgrad';

/** A line of tables/tables.json, which tables/scikit.py reads too. */
interface Spec {
  readonly name: string;
  readonly file: string;
  readonly target: string;
  readonly numeric: readonly string[] | 'others';
  readonly categories: readonly string[];
  /** Dates, of which the month is used. */
  readonly months: readonly string[];
}

interface Figure {
  readonly metric: 'accuracy' | 'rmse';
  readonly value: number;
  readonly seconds: number;
}

const root = join(__dirname, '..');
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const specs = readJson(join(__dirname, 'tables', 'tables.json')) as Spec[];
const scikit = readJson(join(__dirname, 'tables', 'scikit.json')) as {
  readonly 'scikit-learn': string;
  readonly tables: Readonly<Record<string, Figure>>;
};
const folds = 5;
/** How often each fold is trained, from different seeds; once for large tables, as in scikit.py. */
const repetitions = 3;
const large = 2000; // rows

/** The fold in which row i is tested, as in scikit.py: neighbouring rows are in different folds. */
export function foldOf(i: number): number {
  return Math.floor(((i * 0.6180339887498949) % 1) * folds);
}

/** The rows that have a target. */
async function read({ file, target }: Spec): Promise<data.Table> {
  const path = join(root, file);
  const table = file.endsWith('.json')
    ? data.Table.fromRows(readJson(path) as Record<string, string | number | null>[])
    : await data.readCsv(path);
  return table.dropMissing([target]);
}

function inputsOf({ target, numeric, categories, months }: Spec, table: data.Table) {
  const numbers = numeric === 'others' ? table.names.filter((name) => name !== target) : numeric;
  const month = new data.DateFeatures({ parts: ['month'], cyclic: true });
  const codes = new data.OrdinalEncoder({ handleUnknown: 'category', handleMissing: 'category' });
  return new data.ColumnTransformer([
    [numbers, new data.StandardScaler({ fillMissing: true })],
    [months, month],
    [categories, codes],
  ]);
}

/** Trains on all rows but those of a fold, and predicts these. */
async function predictFold(spec: Spec, table: data.Table, fold: number) {
  const rows = Array.from({ length: table.length }, (_, i) => i);
  const training = table.indexSelect(rows.filter((i) => foldOf(i) !== fold));
  const isNumber = isRegression(spec, table);
  const targets = training.select([spec.target]);

  const inputs = inputsOf(spec, table);
  const x = inputs.fitTransform(training);
  const target = isNumber ? new data.StandardScaler() : new data.LabelEncoder();
  const y = target.fitTransform(targets);
  const out = target instanceof data.LabelEncoder ? target.categories.length : 1;
  const model = new nn.TabularMLP(inputs, { out, hidden: [100, 100], dropout: 0.2 });
  const dataset = new data.TensorDataset(x, y);
  const batchSize = 64;
  const batches = Math.ceil(x.shape[0] / batchSize);
  const steps = table.length > large ? 3000 : 9000;
  const epochs = Math.min(isNumber ? 100 : 400, Math.ceil(steps / batches));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.003, weightDecay: 0.1 });
  await train({
    model,
    loss: isNumber ? F.mseLoss : F.crossEntropy,
    optimizer,
    scheduler: new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs),
    loader: new data.DataLoader(dataset, { batchSize, shuffle: true }),
    epochs,
  });

  // As a service does: from a file.
  const path = join(root, 'build', `${spec.name}.model`);
  await io.saveModel(path, { model, transforms: inputs, target });
  const loaded = await io.loadModel(path);
  const tested = rows.filter((i) => foldOf(i) === fold);
  return { tested, found: loaded.predict(table.indexSelect(tested)) };
}

function isRegression({ target }: Spec, table: data.Table): boolean {
  return ['float64', 'int32', 'int64'].includes(table.column(target).type);
}

/** Accuracy, or root mean squared error, over the rows of all folds. */
async function scoreOf(spec: Spec, table: data.Table, seed: number): Promise<number> {
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    manualSeed(seed * folds + fold);
    const { tested, found } = await predictFold(spec, table, fold);
    tested.forEach((i, k) => {
      const actual = table.row(i)[spec.target];
      const { label, value } = found[k];
      sum += value === undefined ? Number(label === actual) : (value - Number(actual)) ** 2;
    });
  }
  const mean = sum / table.length;
  return isRegression(spec, table) ? Math.sqrt(mean) : mean;
}

/** The mean score over several seeds. */
async function measure(spec: Spec): Promise<Figure & { rows: number }> {
  const table = await read(spec);
  const seeds = table.length > large ? 1 : repetitions;
  const start = performance.now();
  let sum = 0;
  for (let seed = 0; seed < seeds; seed++) sum += await scoreOf(spec, table, seed);
  const seconds = (performance.now() - start) / 1000 / seeds;
  const metric = isRegression(spec, table) ? 'rmse' : 'accuracy';
  return { metric, value: sum / seeds, seconds, rows: table.length };
}

async function main(): Promise<void> {
  const widths = [18, 7, 9, 9, 13, 8];
  const print = (cells: readonly string[]): void => {
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i]))).join(' ')); // prettier-ignore
  };
  console.log(`five folds; scikit-learn ${scikit['scikit-learn']} by examples/tables/scikit.py`);
  print(['table', 'rows', 'metric', 'blasgrad', 'scikit-learn', 'seconds']);
  for (const spec of specs) {
    if (!existsSync(join(root, spec.file))) continue;
    const { metric, value, seconds, rows } = await measure(spec);
    const other = scikit.tables[spec.name].value;
    print([
      spec.name,
      String(rows),
      metric,
      value.toFixed(4),
      other.toFixed(4),
      seconds.toFixed(1),
    ]);
  }
  if (!existsSync(join(root, 'build', 'tables'))) {
    console.log('examples/tables/scikit.py writes four more tables to build/tables.');
  }
}

if (require.main === module) void main();
