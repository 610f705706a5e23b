/** Valid calls that `classes.ts` leaves out: layers with numbers, containers, datasets, files. */
import { data, nn, optim, zeros } from 'blasgrad';
import { sgd } from './classes';
import { legalCalls, matrix, type Legal, type Row } from './call';

const inplace = { options: () => ({ inplace: true }) };
const step = (): optim.lrScheduler.StepLR => new optim.lrScheduler.StepLR(sgd(), 2);
const chain = (): [optim.SGD, optim.lrScheduler.LRScheduler[], number[]] => {
  const optimizer = sgd();
  const parts = [1, 2].map((size) => new optim.lrScheduler.StepLR(optimizer, size));
  return [optimizer, parts, [2]];
};
const layer = (): nn.Linear => new nn.Linear(3, 2);
const path = '/no/such/folder/file';
const table = (): data.Table => new data.Table({ a: [1, 2] });
const later = (options: object): Row[2] => ({ asynchronous: true, options: () => options });
const average = { options: () => ({ average: 'macro', numClasses: 3 }) };

const rows: Row[] = [
  ...['CELU', 'ELU', 'LeakyReLU'].map((name): Row => [`new nn.${name}`, () => [0.5], inplace]),
  ['new nn.Hardtanh', () => [-1, 1], inplace],
  ...['Hardshrink', 'Softshrink'].map((name): Row => [`new nn.${name}`, () => [0.5]]),
  ['new nn.Softplus', () => [1, 20]],
  ...['Dropout', 'Dropout1d', 'Dropout2d', 'Dropout3d'].map((name): Row => [`new nn.${name}`, () => [0.5], inplace]), // prettier-ignore
  ['new nn.PReLU', () => [1, 0.25]],
  ['new nn.ModuleDict', () => [{ a: layer() }]],
  ['new nn.ModuleList', () => [[layer()]]],
  ['new nn.ParameterList', () => [[zeros(2)]]],
  ['new optim.lrScheduler.ChainedScheduler', () => [[step()]]],
  ['new optim.lrScheduler.SequentialLR', chain],
  ['new data.BatchSampler', () => [[0, 1, 2], 2, true]],
  ['new data.ColumnTransformer', () => [{ a: new data.StandardScaler() }], { options: () => ({ remainder: 'drop' }) }], // prettier-ignore
  ['data.cifar10', () => [path], { asynchronous: true }],
  ['data.readImage', () => [path], later({ size: 8 })],
  ['data.saveImage', () => ['grid.png', zeros(2, 2)], later({ nrow: 8 })],
  ['data.makeGrid', () => [zeros(2, 2)], { options: () => ({ nrow: 8 }) }],
  ['new data.ImageFolder', () => [path], { options: () => ({ size: 8 }) }],
  ['new data.IterableDataset', () => [[1, 2]]],
  ['new data.LabelEncoder', () => []],
  ['new data.SubsetRandomSampler', () => [[0, 1]], { options: () => ({}) }],
  ['new data.WeightedRandomSampler', () => [[1, 2], 3], { options: () => ({ replacement: true }) }],
  ['new data.TensorDataset', () => [matrix()], { variadic: true }],
  ['new nn.Sequential', () => [layer()], { variadic: true }],
  ['data.csvRows', () => [path], later({ delimiter: ';' })],
  ['data.parseCsv', () => ['a\n1\n'], { options: () => ({ delimiter: ';' }) }],
  ['data.formatCsv', () => [table()], { options: () => ({ delimiter: ';' }) }],
  ['data.writeCsv', () => [path, table()], later({ delimiter: ';' })],
  ['data.readJson', () => [path], later({ types: { a: 'text' } })],
  ['data.readNdjson', () => [path], later({ types: { a: 'text' } })],
  ['data.readParquet', () => [path], later({ columns: ['a'] })],
  ['data.fromArrow', () => [data.toArrow(table())], { options: () => ({ onNull: 'error' }) }],
  ['data.toArrow', () => [table()]],
  ['data.crossValidate', () => [() => 1, new data.Table({ a: [1, 2] }), new data.KFold({ nSplits: 2 })], later({ by: 'a' })], // prettier-ignore
  ['data.readCsv', () => [path], later({ delimiter: ';' })],
  ['data.gaussianClusters', () => [], { options: () => ({ centers: [[0], [1]], batchSize: 2 }) }],
  ['data.mnist', () => [path], { asynchronous: true }],
  ['io.listCheckpoints', () => [path], { asynchronous: true }],
  ['io.loadCheckpoint', () => [path, {}], later({ fallback: true })],
  ['io.saveCheckpoint', () => [path, { a: 1 }], later({ keep: 2 })],
  ['io.exportOnnx', () => [layer(), [matrix()], path], later({})],
  ['io.importOnnx', () => [path], later({ dtype: 'float32' })],
  ['io.loadIdx', () => [path], later({ dtype: 'float32' })],
  ['io.loadNpy', () => [path], later({ dtype: 'float32' })],
  ['io.loadNpz', () => [path], later({ dtype: 'float32' })],
  ['io.loadModel', () => [path], later({ compile: true })],
  ['io.saveModel', () => [path], later({ model: layer(), transforms: new data.StandardScaler().fit([1, 2]) })], // prettier-ignore
  ['io.saveNpy', () => [path, matrix()], { asynchronous: true }],
  ['io.saveNpz', () => [path, { a: matrix() }], later({ compress: true })],
  ['io.loadText', () => [path], { asynchronous: true }],
  ['io.saveText', () => [path, { a: matrix() }], { asynchronous: true }],
  ['io.loadSafetensors', () => [path], later({ names: ['a'] })],
  ['io.readSafetensorsHeader', () => [path], { asynchronous: true }],
  ['io.saveSafetensors', () => [path, { a: matrix() }], later({ metadata: {} })],
  ['io.loadTextSync', () => [path]],
  ['io.saveTextSync', () => [path, { a: matrix() }]],
  ['io.loadSafetensorsSync', () => [path], { options: () => ({ names: ['a'] }) }],
  ['io.readSafetensorsHeaderSync', () => [path]],
  ['io.saveSafetensorsSync', () => [path, { a: matrix() }], { options: () => ({ metadata: {} }) }],
  ['metrics.f1', () => [], average],
  ...['balancedAccuracy', 'matthews', 'cohenKappa', 'classReport'].map((name): Row => [`metrics.${name}`, () => [], { options: () => ({ numClasses: 3 }) }]), // prettier-ignore
  ...['logLoss', 'perplexity', 'brier'].map((name): Row => [`metrics.${name}`, () => [], { options: () => ({ logits: true }) }]), // prettier-ignore
  ['metrics.calibrationError', () => [], { options: () => ({ bins: 5 }) }],
  ...['rocAuc', 'rocCurve', 'averagePrecision', 'precisionRecallCurve'].map((name): Row => [`metrics.${name}`, () => [], { options: () => ({ ignoreIndex: -1 }) }]), // prettier-ignore
  ...['rmse', 'mape', 'medianAbsoluteError'].map((name): Row => [`metrics.${name}`, () => []]),
  ['metrics.precision', () => [], average],
  ['metrics.recall', () => [], average],
  ['metrics.r2', () => [], { options: () => ({ numOutputs: 1 }) }],
  ['tune.choice', () => [[1, 2]]],
  ['tune.integer', () => [1, 3]],
  ['tune.logUniform', () => [0.1, 1], { options: () => ({ points: 3 }) }],
  ['tune.uniform', () => [0, 1], { options: () => ({ points: 3 }) }],
  ['tune.search', () => [], { ...later({ space: { x: [1] }, run: () => 1, trials: 1 }), errors: 'tune.search' }], // prettier-ignore
  ['metrics.topK', () => [2], { options: () => ({ ignoreIndex: -1 }) }],
];

/** A generator reads its file when it is asked for the first row. */
function firstRow(legal: Legal): Legal {
  if (legal.name !== 'data.csvRows') return legal;
  return { ...legal, call: (...args) => (legal.call(...args) as AsyncGenerator).next() };
}

export const rest: readonly Legal[] = legalCalls(rows).map(firstRow);

/** Why a class or function has no row. */
export const withoutRow: Readonly<Record<string, string>> = {
  'new data.Tokenizer': 'abstract',
  'new data.TokenFile': 'TokenFile.open makes it',
  'new optim.Optimizer': 'a base class, which cannot be made',
  'new optim.lrScheduler.LRScheduler': 'a base class, which cannot be made',
  'new nn.Identity': 'takes and ignores all arguments, as in PyTorch',
  'new data.WorkerDataset': 'made by WorkerDataset.load',
  'new io.CheckpointError': 'an error that the library makes',
};
