/** All public functions, classes, methods and properties. */
import type { Blasgrad } from './world';

export type Callable = (...args: unknown[]) => unknown;
export type Class = new (...args: unknown[]) => unknown;

/** Names that are internal in TypeScript, but reachable from JavaScript. */
export const inner: ReadonlySet<string> = new Set([
  ...[
    'addGroup',
    'complete',
    'epoch',
    'startOf',
    'each',
    'improves',
    'keep',
    'setLrs',
    'start',
    'stateOf',
    'update',
    'constructor',
  ],
]);

/** Methods and setters of an object, inherited ones too, by name; to be applied to it. */
export function membersOf(object: object): Map<string, Callable> {
  const members = new Map<string, Callable>();
  let at: object | null = object;
  while (at !== null && at !== Object.prototype && at !== Function.prototype) {
    for (const key of Object.getOwnPropertyNames(at)) {
      const descriptor = Object.getOwnPropertyDescriptor(at, key);
      if (descriptor === undefined || members.has(key)) continue;
      const called: unknown = descriptor.value ?? Reflect.get(descriptor, 'set');
      if (typeof called !== 'function' || key.startsWith('_') || inner.has(key)) continue;
      members.set(key, called as Callable);
    }
    at = Object.getPrototypeOf(at) as object | null;
  }
  return members;
}

/** Public functions, and classes to make, under the names users know. */
export function entryPointsOf(blasgrad: Blasgrad): [name: string, call: Callable][] {
  const { F, nn, optim, data, io, backend } = blasgrad;
  const spaces: [string, object][] = [
    ['', blasgrad],
    ...Object.entries({ F, nn, optim, data, io, backend }).map(([k, v]): [string, object] => [
      `${k}.`,
      v,
    ]),
    ...Object.entries({ ...nn, ...optim, ...data, ...io, ...blasgrad })
      .filter(([name, v]) => typeof v === 'object' && /^[a-z]/.test(name))
      .map(([name, space]): [string, object] => [`${name}.`, space as object]),
  ];
  const leftOut = new Set<unknown>([
    ...[blasgrad.Tensor, nn.Module, optim.Optimizer, optim.lrScheduler.LRScheduler], // not for users to make
    backend.measure, // takes nothing, and a second
  ]);
  const entryPoints = new Map<string, Callable>();
  for (const [prefix, space] of spaces) {
    for (const [name, value] of Object.entries(space)) {
      if (typeof value !== 'function' || leftOut.has(value)) continue;
      // Error makes a text of its message, which of a sparse array takes hours.
      if ((value as Class).prototype instanceof Error) continue;
      if (/^[A-Z]/.test(name)) {
        entryPoints.set(`new ${prefix}${name}`, (...args) => new (value as Class)(...args));
      } else {
        entryPoints.set(`${prefix}${name}`, value as Callable);
      }
    }
  }
  return [...entryPoints];
}
