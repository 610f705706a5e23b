/** Translates a call of PyTorch into one of this library, by the rules of docs/from-pytorch.md. */
import * as blasgrad from 'blasgrad';
import { full, Tensor } from 'blasgrad';
import type { Case } from './cases';
import { inPlaceOnly, signatureText } from './signatures';
import { decoded, isList, kindOf, written, type Tensors } from './values';

export const camel = (name: string): string =>
  name
    .replace(/^T_/, 't_')
    .replace(/^_/, '')
    .replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

interface Parameter {
  readonly name: string;
  /** Collects the remaining arguments. */
  readonly rest: boolean;
}

interface Signature {
  readonly parameters: readonly Parameter[];
  /** Positional arguments in their order here; `spread` hands over an array's elements. */
  readonly order: readonly { readonly name: string; readonly spread: boolean }[];
}

export function signatureOf(op: string, target: string): Signature | null {
  const text = signatureText(op, target);
  if (text === null) return null;
  const [torch, here] = text.split('->') as [string, string?];
  const [positional, options = ''] = torch.split('|');
  const words = (part: string): string[] => part.trim().split(/\s+/).filter(Boolean);
  return {
    parameters: [...words(positional), ...words(options)].map((name) => ({
      name: name.replace('*', ''),
      rest: name.startsWith('*'),
    })),
    order: words(here ?? positional).map((name) => ({
      name: name.replace(/^[.*]+/, ''),
      spread: name.startsWith('...'),
    })),
  };
}

/** What the library has no notion of: one place for tensors and one layout of memory. */
const nowhere = new Set([
  'device',
  'layout',
  'pin_memory',
  'memory_format',
  'non_blocking',
  'generator',
]);

/** Numbers that decide a dtype: Python's integers are bigints here. */
const numbersDecide = new Set(['arange', 'full']);

/** Python's booleans are numbers, also where these are meant. */
const ranges = new Set(['arange', 'linspace']);
const numbers = new Set(['alpha', 'beta']);

/** These shift their arguments: arange(end), randint(high, shape). */
const shifting = new Set(['b.arange', 'b.randint']);

/** A call that is ready to be made with other tensors in the places of the recorded ones. */
export interface Call {
  readonly run: (tensors: Tensors) => unknown;
  /** The method that ends in `_`, if there is one; changes the first tensor. */
  readonly runInPlace: ((tensors: Tensors) => unknown) | null;
  /** As JavaScript, for reports. */
  readonly text: string;
}

type Owner = Record<string, (...args: unknown[]) => unknown>;

/**
 * Whether the call can be written here: one that PyTorch refuses because a number stands where a method has its tensor cannot,
 * because numbers have no such methods.
 */
export function canBeWritten(target: string, one: Case): boolean {
  return one.error === undefined || !target.startsWith('x.') || kindOf(one.input) === 't';
}

/** `target` is `x.name` (a method), `b.name` (a function of the library), or `F.name` and the like. */
export function callOf(target: string, one: Case): Call {
  const { positional, options } = translate(target, one);
  const [place, name] = target.split('.');
  const asIndex = name === 'index' || name === 'indexPut_';
  const argumentsOf = (tensors: Tensors): unknown[] => {
    const list = positional.map((value) => decoded(value, tensors, asIndex));
    const entries = Object.entries(options).map(([key, value]) => [
      key,
      decoded(value, tensors, asIndex),
    ]);
    return entries.length === 0 ? list : [...list, Object.fromEntries(entries)];
  };
  const method = (name: string, tensors: Tensors): unknown => {
    const [first, ...rest] = argumentsOf(tensors);
    const isFloat = kindOf(positional[0]) === 'float';
    const self = one.error === undefined ? asTensor(first, isFloat, rest[0]) : first;
    if (!(self instanceof Tensor)) throw new TypeError(`a ${typeof self} has no method ${name}`);
    const value = Reflect.get(self, name) as unknown;
    return typeof value === 'function' ? (value.apply(self, rest) as unknown) : value; // T is a property
  };
  const first = kindOf(one.input) === 't' ? (one.input as { t: number }).t : -1;
  const cloned = (tensors: Tensors): Tensors =>
    tensors.map((value, i) => (i === first ? value.clone() : value));
  const library = blasgrad as unknown as Record<string, Owner>;
  const owner = place === 'b' ? (blasgrad as unknown as Owner) : library[place];
  const changing = `${name}_`;
  return {
    run: (tensors) => {
      if (place !== 'x') return owner[name](...argumentsOf(tensors));
      return method(name, inPlaceOnly.has(one.op) ? cloned(tensors) : tensors);
    },
    runInPlace:
      place === 'x' && changing in Tensor.prototype ? (tensors) => method(changing, tensors) : null,
    text: textOf(target, positional, options),
  };
}

/** PyTorch's operators take a number first; here it is a tensor, of a dtype that decides as little as the number does. */
function asTensor(value: unknown, isFloat: boolean, other: unknown): unknown {
  if (typeof value === 'boolean' || typeof value === 'bigint') return full([], value);
  if (typeof value !== 'number') return value;
  if (!isFloat && Number.isInteger(value)) return full([], BigInt(value));
  const besideFloats = other instanceof Tensor && other.dtype.includes('float');
  return full([], value, { dtype: besideFloats ? 'float64' : 'float32' });
}

interface Translated {
  readonly positional: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

function translate(target: string, one: Case): Translated {
  const signature = signatureOf(one.op, target);
  if (signature === null) throw new Error(`no signature for ${one.op}`);
  const given = convert(one, assign(one, signature.parameters));
  const other = given.get('other');
  if (target === 'x.where' && kindOf(other) === 'float') {
    given.set('other', { scalar: (other as { float: number }).float }); // 0 would be an integer
  }
  const positional: unknown[] = [];
  for (const { name, spread } of signature.order) {
    const value = given.get(name);
    if (spread && Array.isArray(value)) positional.push(...(value as unknown[]));
    else if (value !== undefined || !shifting.has(target)) positional.push(value);
    given.delete(name);
  }
  while (positional.length > 0 && positional.at(-1) === undefined) positional.pop();
  const options = Object.fromEntries([...given].map(([name, value]) => [camel(name), value]));
  return { positional, options };
}

/** PyTorch's arguments by the names of its parameters. */
function assign(one: Case, parameters: readonly Parameter[]): Map<string, unknown> {
  const list = one.input === null && one.args.length === 0 ? [] : [one.input, ...one.args];
  const given = new Map<string, unknown>();
  for (const [i, value] of list.entries()) {
    const parameter = parameters[i] as Parameter | undefined;
    if (parameter?.rest) {
      const remaining = list.slice(i);
      given.set(parameter.name, remaining.length === 1 && isList(value) ? value : remaining);
      break;
    }
    given.set(parameter?.name ?? `argument_${i}`, value);
  }
  for (const [name, value] of Object.entries(one.kwargs)) given.set(name, value);
  return given;
}

/** The few arguments that are not only written differently. */
function convert(one: Case, given: Map<string, unknown>): Map<string, unknown> {
  const name = one.op.split(':')[0];
  for (const key of nowhere) given.delete(key);
  if (given.get('requires_grad') === false) given.delete('requires_grad');
  if (given.has('unbiased')) {
    given.set('correction', given.get('unbiased') === false ? 0 : 1);
    given.delete('unbiased');
  }
  if (name === 'to') convertTo(given);
  const decides =
    (numbersDecide.has(name) && !given.has('dtype')) ||
    (name === 'where' && one.tensors.length === 1);
  for (const [key, value] of given) {
    if (typeof value === 'boolean' && (ranges.has(name) || numbers.has(key)))
      given.set(key, Number(value));
    if (decides && Number.isInteger(value)) given.set(key, { int: String(value) });
  }
  return given;
}

/** `to(device?, dtype?, non_blocking, copy)` or `to(other)`: only the dtype counts here, and whether it copies. */
function convertTo(given: Map<string, unknown>): void {
  const target = given.get('target') as unknown[];
  const [, copy] = target.filter((value) => typeof value === 'boolean');
  given.set(
    'target',
    target.find((value) => ['dtype', 't'].includes(kindOf(value) ?? '')),
  );
  if (copy) given.set('copy', true);
}

function textOf(
  target: string,
  positional: readonly unknown[],
  options: Record<string, unknown>,
): string {
  const entries = Object.entries(options).map(([name, value]) => `${name}: ${written(value)}`);
  const args = positional.map(written);
  if (entries.length > 0) args.push(`{ ${entries.join(', ')} }`);
  const [place, name] = target.split('.');
  if (place !== 'x') return `${place === 'b' ? '' : `${place}.`}${name}(${args.join(', ')})`;
  const [self, ...rest] = args;
  return name === 'T' ? `${self}.T` : `${self}.${name}(${rest.join(', ')})`;
}
