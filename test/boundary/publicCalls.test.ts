/**
 * Every public function, method and class with wrong arguments: errors are those of the library, never a property of
 * undefined inside it.
 */
import * as library from 'blasgrad';
import { Tensor } from 'blasgrad';
import { someTensors, strangeErrors, type Callable } from './junk';

type Constructor = new (...args: unknown[]) => unknown;

/** Own functions of an object: a class is called with `new`. */
function callablesOf(space: object, prefix: string): [name: string, call: Callable][] {
  return Object.entries(space)
    .filter(([, value]) => typeof value === 'function')
    .map(([name, value]) => {
      if (!/^[A-Z]/.test(name)) return [`${prefix}${name}`, value as Callable];
      const Class = value as Constructor;
      return [`new ${prefix}${name}`, (...args) => new Class(...args)];
    });
}

const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
  .filter(([name, { value }]) => typeof value === 'function' && !/^(_|constructor$)/.test(name))
  .flatMap(([name, { value }]): [string, Callable][] =>
    someTensors.slice(0, 2).map((make) => {
      const call: Callable = (...args) => (value as Callable).apply(make(), args);
      return [`Tensor.${name} (${make().dtype})`, call];
    }),
  );

const { F, nn, optim, data, io, backend, metrics, tune } = library;
const { lrScheduler } = optim;
const spaces = { F, nn, 'nn.init': nn.init, optim, lrScheduler, data, io, backend, metrics, tune };
const leftOut = [
  'backend.measure', // takes nothing, and a second
  'new AbortError', // the library's to make, as all errors
  'new AnomalyError',
  'new io.CheckpointError',
  'new Tensor',
  'new optim.Optimizer',
  'new nn.Module',
  'new lrScheduler.LRScheduler',
];
const everything: [name: string, call: Callable][] = [
  ...callablesOf(library, ''),
  ...methods,
  ...Object.entries(spaces).flatMap(([name, space]) => callablesOf(space, `${name}.`)),
].filter(([name]) => !leftOut.includes(name));

const threads = backend.getNumThreads();
beforeAll(() => {
  // Losses warn of shapes that broadcast.
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterAll(() => backend.setNumThreads(threads));

test.each(everything)('%s', (name, call) => {
  // A text is a path there.
  const touchesFiles = (args: unknown[]): boolean =>
    /^io\.|ImageFolder/.test(name) && typeof args[0] === 'string';
  expect(strangeErrors(call, (args) => !touchesFiles(args))).toEqual([]);
});
