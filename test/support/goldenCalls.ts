/** Calls of public functions and methods from the lines of the .jsonl files. */
import * as library from 'blasgrad';
import type { Tensor } from 'blasgrad';
import { tensorsIn } from './golden';

export interface GoldenCall {
  /** 'Tensor.sum' is a method of the first argument, 'F.gelu' and 'where' are functions. */
  readonly call: string;
  /**
   * `{ input: i }` stands for inputs[i], also inside arrays and options; `{ then: ['f', self, ...] }` for the result of
   * self.f(...), and `{ new: 'nn.X', args }` for a module.
   */
  readonly args: readonly unknown[];
}

/** What JSON has no number for: bigints end in n. */
export function numberOr<T>(value: T): T | number | bigint {
  if (typeof value !== 'string') return value;
  if (/^-?\d+n$/.test(value)) return BigInt(value.slice(0, -1));
  return /^(NaN|-?Infinity)$/.test(value) ? Number(value) : value;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;
type Class = new (...args: readonly unknown[]) => unknown;

const classes = library.nn as unknown as Readonly<Record<string, Class | undefined>>;

/** Constructs the module, such as `nn.Linear`, with its arguments. */
export function construct(name: string, args: readonly unknown[]): unknown {
  const Class = classes[name.replace('nn.', '')];
  if (Class === undefined) throw new Error(`expected a class ${name}, got none`);
  return new Class(...args.map((argument) => filled(argument, [])));
}

/** Puts the tensors where the arguments mention them. */
export function filled(argument: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(argument)) return argument.map((one) => filled(one, inputs));
  if (argument === 'null') return null;
  if (typeof argument !== 'object' || argument === null) return numberOr(argument);
  if ('input' in argument) return inputs[argument.input as number];
  if ('new' in argument && 'args' in argument) {
    return construct(argument.new as string, argument.args as unknown[]);
  }
  if ('then' in argument) {
    const [name, self, ...rest] = filled(argument.then, inputs) as [string, object, ...unknown[]];
    return (Reflect.get(self, name) as Callable).apply(self, rest);
  }
  return Object.fromEntries(
    Object.entries(argument).map(([key, one]) => [key, filled(one, inputs)]),
  );
}

/** Calls the function with the inputs; the tensors of its result in order. */
export function callGolden({ call: name, args }: GoldenCall, inputs: readonly Tensor[]): Tensor[] {
  const [first, ...rest] = args.map((argument) => filled(argument, inputs));
  const [space, key] = name.includes('.') ? name.split('.') : ['', name];
  const spaces = library as unknown as Record<string, Record<string, unknown> | undefined>;
  const owner = space === 'Tensor' ? first : space === '' ? library : (spaces[space] ?? {});
  const fn = Reflect.get(owner as object, key) as Callable | undefined;
  if (typeof fn !== 'function') throw new Error(`expected a function ${name}, got none`);
  return tensorsIn(space === 'Tensor' ? fn.apply(first, rest) : fn.call(owner, first, ...rest));
}
