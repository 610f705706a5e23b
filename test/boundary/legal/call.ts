/** Valid calls of public functions, from which tests make invalid ones. */
import * as library from 'blasgrad';
import { Tensor, tensor, type DType } from 'blasgrad';

export type Callable = (...args: unknown[]) => unknown;

/** What a row says besides name and arguments. */
export interface Traits {
  /** Legal options; missing where the function takes none. */
  readonly options?: () => object;
  /** What its errors start with; by default the last part of the name. */
  readonly errors?: string | readonly string[];
  /** Takes any number of arguments. */
  readonly variadic?: boolean;
  /** Returns a promise, or rejects. */
  readonly asynchronous?: boolean;
}

/** A legal call with every argument that the function takes, except the options. */
export interface Legal extends Traits {
  /** As users know it: 'F.gelu', 'Tensor.add' (of its first argument), 'new nn.Linear', 'Linear.forward'. */
  readonly name: string;
  readonly call: Callable;
  /** Created for each call. */
  readonly args: () => unknown[];
}

export type Row = readonly [name: string, args: () => unknown[], traits?: Traits];

type Class = new (...args: unknown[]) => unknown;

function found(path: string): unknown {
  const parts = path.split('.');
  return parts.reduce<unknown>((space, part) => Reflect.get(space as object, part), library);
}

/** Functions, classes and methods of tensors, by name. */
export function legalCalls(rows: readonly Row[]): Legal[] {
  return rows.map(([name, args, traits = {}]) => {
    if (name.startsWith('Tensor.')) {
      const method = Reflect.get(Tensor.prototype, name.slice(7)) as Callable;
      const call: Callable = (self, ...rest) => method.apply(self, rest);
      return { name, call, args, ...traits };
    }
    if (name.startsWith('new ')) {
      const Made = found(name.slice(4)) as Class;
      return { name, call: (...given) => new Made(...given), args, ...traits };
    }
    return { name, call: found(name) as Callable, args, ...traits };
  });
}

export type MethodRow = readonly [method: string, args: () => unknown[], traits?: Traits];

/** Methods of an object, which is created for each call. */
export function legalMethods(
  owner: string,
  make: () => object,
  rows: readonly MethodRow[],
): Legal[] {
  return rows.map(([method, args, traits = {}]) => ({
    name: `${owner}.${method}`,
    call: (...given) => {
      const object = make() as Record<string, Callable>;
      return object[method](...given);
    },
    args,
    ...traits,
  }));
}

/** Methods of an object whose class is part of the name in errors: `Linear.train`. */
export function classMethods(make: () => object, rows: readonly MethodRow[]): Legal[] {
  const owner = make().constructor.name;
  return legalMethods(owner, make, rows).map((legal) => ({ errors: legal.name, ...legal }));
}

/** What the errors of a call may start with. */
export function namesOf({ name, errors }: Legal): readonly string[] {
  if (errors !== undefined) return typeof errors === 'string' ? [errors] : errors;
  return [name.split(/[. ]/).at(-1) ?? name];
}

/** The arguments with the options at the end, and what else is given. */
export function withOptions(legal: Legal, added: object = {}): unknown[] {
  if (legal.options === undefined) return legal.args();
  return [...legal.args(), { ...legal.options(), ...added }];
}

// --- Arguments ------------------------------------------------------------------------------------

/** (2, 3) */
export const matrix = (dtype: DType = 'float32'): Tensor =>
  tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype },
  );
/** (3) */
export const vector = (dtype: DType = 'float32'): Tensor => tensor([1, 2, 3], { dtype });
/** Numbers from 0 to 1, (2, 3). */
export const unit = (): Tensor =>
  tensor([
    [0.1, 0.5, 0.9],
    [0.2, 0.4, 0.6],
  ]);
/** Classes from 0 to 2, (2) */
export const labels = (): Tensor => tensor([0, 2], { dtype: 'int32' });
/** 1 and -1, (2) */
export const signs = (): Tensor => tensor([1, -1]);
export const mask = (): Tensor => matrix().gt(2);
