/** The tables of docs/from-pytorch.md have every name that differs, and no name that does not exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as blasgrad from 'blasgrad';
import { backend, data, F, Generator, io, metrics, nn, optim, Tensor } from 'blasgrad';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'from-pytorch.md'), 'utf8');
const tables = page.slice(page.indexOf('## Every name that differs'));

/** The names of methods and getters of a class and the classes it extends. */
function methodsOf(Class: { readonly prototype: object }): string[] {
  const names: string[] = [];
  for (let prototype: object = Class.prototype; prototype !== Object.prototype;) {
    names.push(...Object.getOwnPropertyNames(prototype).filter((name) => !name.startsWith('_')));
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return names;
}

const namespaces = {
  F,
  data,
  'data.transforms': data.transforms,
  io,
  metrics,
  backend,
  'nn.init': nn.init,
  'nn.utils': nn.utils,
  'nn.utils.rnn': nn.utils.rnn,
};
const places: [place: string, names: string[]][] = [
  ['blasgrad', Object.keys(blasgrad)],
  ...Object.entries(namespaces).map(([name, namespace]): [string, string[]] => [
    name,
    Object.keys(namespace),
  ]),
  ['Tensor', methodsOf(Tensor)],
  ['Module', methodsOf(nn.Module)],
];

const camel = /^[a-z]+[a-z0-9]*[A-Z]/;
const ofJavaScript = ['toString', 'toJSON'];
const words = new Set(tables.match(/[A-Za-z]\w*/g));

test.each(places)('names of %s', (_, names) => {
  // What is done in place has the name of the operation, and an underscore.
  const listed = (name: string): boolean => words.has(name) || words.has(name.replace(/_$/, ''));
  const camelCase = names.filter((name) => camel.test(name) && !ofJavaScript.includes(name));
  const missing = camelCase.filter((name) => !listed(name));
  // A new name in camelCase needs a row in docs/from-pytorch.md.
  expect(missing).toEqual([]);
});

test('no name is there that the library does not have', () => {
  const classes = [
    nn.ModuleDict,
    nn.Sequential,
    nn.ModuleList,
    optim.Optimizer,
    optim.lrScheduler.StepLR,
    data.DataLoader,
    data.TensorDataset,
    Generator,
  ];
  const fields = [
    'paramGroups',
    'inFeatures',
    'outFeatures',
    'runningMean',
    'data',
    'nn',
    'F',
    'optim',
    'lrScheduler',
  ];
  const known = new Set([
    ...places.flatMap(([, names]) => names),
    ...classes.flatMap(methodsOf),
    ...fields,
  ]);
  // The second column, of the tables before the one of options.
  const cells = tables
    .slice(0, tables.indexOf('### Options'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/)[2]);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([A-Za-z_.]+)`/g)].map(([, n]) => n));
  expect(names.length).toBeGreaterThan(100);
  const unknown = names.filter((name) => !known.has(name.split('.').at(-1) ?? ''));
  expect(unknown).toEqual([]);
});
