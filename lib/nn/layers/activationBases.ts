/** The bases of modules that apply activation functions. */
import { requireArity, requireBoolean, requireNumber, requireOptions } from '../../core/errors';
import type { InplaceOption } from '../../functional';
import type { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

/** The base of modules that apply a function without options. */
export function activation(fn: (input: Tensor) => Tensor): new () => Module {
  return class extends Module {
    override forward(input: Tensor): Tensor {
      requireArity(this.constructor.name, arguments.length, 1);
      return fn(input);
    }
  };
}

/** A module that writes its result to its input if `inplace` is true. */
export abstract class Replacing extends Module {
  /** Whether the result is written to the input. */
  readonly inplace: boolean;

  constructor(options?: InplaceOption) {
    requireArity(new.target.name, arguments.length, 1);
    super();
    requireOptions(new.target.name, options, ['inplace']);
    this.inplace = requireBoolean(new.target.name, 'inplace', options?.inplace ?? false);
  }

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}

/** The base of modules that apply a function with the option `inplace` only. */
export function replacing(
  fn: (input: Tensor, options?: InplaceOption) => Tensor,
): new (options?: InplaceOption) => Replacing {
  return class extends Replacing {
    override forward(input: Tensor): Tensor {
      requireArity(this.constructor.name, arguments.length, 1);
      return this.inplace ? fn(input, { inplace: true }) : fn(input);
    }
  };
}

type Numbers = Readonly<Record<string, number>>;

type Complete<Options> = (...values: (number | undefined)[]) => Options;

type NumericClass<Values extends unknown[], Options> = new (
  ...values: Values | [options: Partial<Options> | Values[0]]
) => Module;

/** Numbers in order, then options; or all in one object. */
type ReplacingClass<Values extends unknown[], Options> = new (
  ...values:
    | Values
    | [options: (Partial<Options> & InplaceOption) | Values[0]]
    | [...values: Values, options: InplaceOption]
) => Replacing;

/**
 * The base of modules that apply a function with numeric options, which become fields. `complete` takes the numbers in
 * order and returns all of them by name. `fn` gets the module itself, and reads the numbers from it.
 */
export function numericActivation<Values extends (number | undefined)[], Options extends Numbers>(
  op: string,
  complete: (...values: Values) => Options,
  fn: (input: Tensor, options: Options) => Tensor,
): NumericClass<Values, Options> {
  return numericClass(op, complete as Complete<Options>, fn, []);
}

/** The same with the option `inplace`. */
export function replacingActivation<Values extends (number | undefined)[], Options extends Numbers>(
  op: string,
  complete: (...values: Values) => Options,
  fn: (input: Tensor, options: Options & InplaceOption) => Tensor,
): ReplacingClass<Values, Options> {
  // The constructor sets `inplace`.
  return numericClass(op, complete as Complete<Options>, fn, [
    'inplace',
  ]) as unknown as ReplacingClass<Values, Options>;
}

function numericClass<Options extends Numbers>(
  op: string,
  complete: Complete<Options>,
  fn: (input: Tensor, options: Options) => Tensor,
  flags: readonly 'inplace'[],
): new (...values: unknown[]) => Module {
  const names = Object.keys(complete());

  return class extends Module {
    constructor(...values: unknown[]) {
      super();
      const last = values.at(-1);
      const given = typeof last === 'object' && last !== null ? last : {};
      const byName = values.length === 1 && given === last;
      const inOrder = given === last ? values.slice(0, -1) : values;
      requireArity(op, values.length, byName ? 1 : names.length + flags.length);
      if (inOrder.length > names.length) requireOptions(op, inOrder.at(-1), flags);
      requireOptions(op, given, byName ? [...names, ...flags] : flags);
      const { inplace, ...named } = given as Partial<Numbers> & InplaceOption;
      const numbers = byName ? names.map((name) => (named as Partial<Numbers>)[name]) : inOrder;
      const options = complete(
        ...(numbers as (number | null | undefined)[]).map((value) => value ?? undefined),
      );
      for (const name of names) requireNumber(op, name, options[name]);
      Object.assign(this, options);
      for (const flag of flags) {
        Object.assign(this, { [flag]: requireBoolean(op, flag, inplace ?? false) });
      }
    }

    override forward(input: Tensor): Tensor {
      requireArity(this.constructor.name, arguments.length, 1);
      return fn(input, this as unknown as Options);
    }

    override extraRepr(): string {
      const options = this as unknown as Options & InplaceOption;
      const shown = names.map((name) => `${snakeCase(name)}=${pythonFloat(options[name])}`);
      return [...shown, ...(options.inplace ? ['inplace=True'] : [])].join(', ');
    }
  };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
