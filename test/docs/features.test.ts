/** FEATURES.md lists every public name, and claims no name that does not exist. */
import * as blasgrad from 'blasgrad';
import { data, F, io, metrics, nn, optim, Tensor, tune } from 'blasgrad';
import { textOf } from './pages';

/**
 * The names of the paragraphs "Works: `a`, `b` (with `c`), `d`." and of the lists below them, "- `e`, `f`: a remark".
 * What stands in parentheses is a remark too.
 */
function namesUnder(title: 'Works' | 'Not implemented'): string[] {
  const names: string[] = [];
  let current = '';
  for (const paragraph of textOf('FEATURES.md').split(/\n(?=\n|#|- )/)) {
    const text = paragraph.replace(/\s+/g, ' ').trim();
    const named = /^(Works|Not implemented|Not tested)\b[^:]*:(.*)/.exec(text);
    if (text.startsWith('#')) current = '';
    if (named) current = named[1];
    if (current !== title) continue;
    const list = named ? named[2] : (/^- ((?:`\w+`(?:, )?)+)/.exec(text)?.[1] ?? '');
    const outside = list.replace(/\([^()]*\)/g, '');
    names.push(...[...outside.matchAll(/`([A-Za-z]\w*)`/g)].map(([, name]) => name));
  }
  return names;
}

const prototypes = [Tensor, nn.Module, optim.Optimizer, optim.lrScheduler.LRScheduler].map(
  (Class) => Class.prototype,
);
const namespaces = [
  blasgrad,
  data,
  data.transforms,
  F,
  io,
  metrics,
  nn,
  nn.init,
  nn.utils,
  nn.utils.rnn,
  optim,
  tune,
];
const places: readonly object[] = [...namespaces, optim.lrScheduler, ...prototypes];

const camelCase = (name: string): string =>
  name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const exists = (name: string): boolean =>
  places.some((place) => name in place || camelCase(name) in place);

test('what works exists', () => {
  const names = namesUnder('Works');
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name) => !exists(name))).toEqual([]);
});

test('what is not implemented does not exist', () => {
  const names = namesUnder('Not implemented');
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter(exists)).toEqual([]);
});

test('each name is listed once, and not both as working and as missing', () => {
  const [working, absent] = [namesUnder('Works'), namesUnder('Not implemented')];
  expect(absent.filter((name) => working.includes(name))).toEqual([]);
  expect(absent.filter((name, i) => absent.indexOf(name) < i)).toEqual([]);
});

// Not features of their own: namespaces, what every tensor or optimizer has, and functions behind layers.
const unlisted = new Set([
  ...[
    'Tensor',
    'F',
    'backend',
    'data',
    'io',
    'metrics',
    'nn',
    'optim',
    'slice',
    'Optimizer',
    'tune',
  ],
  ...[
    'LRScheduler',
    'CheckpointError',
    'AnomalyError',
    'AbortError',
    'lrScheduler',
    'init',
    'utils',
  ],
  ...['constructor', 'ndim', 'numel', 'size', 'isContiguous', 'toJSON', 'toString', 'isLeaf'],
  ...['gradFn', 'requiresGrad', 'requiresGrad_'],
]);

test('everything that exists is listed', () => {
  const listed = new Set(namesUnder('Works'));
  const groups = [...namespaces.filter((one) => one !== F), optim.lrScheduler];
  const names = [...groups.flatMap((group) => Object.keys(group))];
  names.push(...Object.getOwnPropertyNames(Tensor.prototype));
  const missing = names.filter(
    (name) =>
      !name.startsWith('_') &&
      !unlisted.has(name) &&
      !listed.has(name) &&
      !listed.has(name.replace(/_$/, '')), // "the elementwise functions, with `_`"
  );
  expect([...new Set(missing)]).toEqual([]);
});
