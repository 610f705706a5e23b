/** Base classes of modules that apply activation functions. */
import {
  requireArity,
  requireBoolean,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { InplaceOption } from '../../functional';
import type { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';

/** Makes the base class of a module that applies a function without options. */
export function activation(fn: (input: Tensor) => Tensor): new () => Module {
  return class extends Module {
    override forward(input: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 1);
      return fn(input);
    }
  };
}

/** A module with the option `inplace`. */
export abstract class InplaceActivation extends Module {
  /** Whether `forward` writes the result to the input and returns it. */
  readonly inplace: boolean;

  /**
   * Creates the layer.
   *
   * @param options.inplace whether `forward` writes the result to the input; default false
   */
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

/** Makes the base class of a module that applies a function whose only option is `inplace`. */
export function inplaceActivation(
  fn: (input: Tensor, options?: InplaceOption) => Tensor,
): new (options?: InplaceOption) => InplaceActivation {
  return class extends InplaceActivation {
    override forward(input: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 1);
      return this.inplace ? fn(input, { inplace: true }) : fn(input);
    }
  };
}

type Numbers = Readonly<Record<string, number>>;

type Complete<Options> = (...values: (number | undefined)[]) => Options;

type NumericClass<Values extends unknown[], Options> = new (
  ...values: Values | [options: Partial<Options> | Values[0]]
) => Module;

/** Constructor arguments: numbers in order, then options; or all in one object. */
type NumericInplaceClass<Values extends unknown[], Options> = new (
  ...values:
    | Values
    | [options: (Partial<Options> & InplaceOption) | Values[0]]
    | [...values: Values, options: InplaceOption]
) => InplaceActivation;

/**
 * Makes the base class of a module that applies a function with numeric options, which become fields. `complete` takes
 * the numbers in order and returns all of them by name. `fn` receives the module and reads the numbers from it.
 */
export function numericActivation<Values extends (number | undefined)[], Options extends Numbers>(
  op: string,
  complete: (...values: Values) => Options,
  fn: (input: Tensor, options: Options) => Tensor,
): NumericClass<Values, Options> {
  return numericClass(op, complete as Complete<Options>, fn, []);
}

/** The same with the option `inplace`. */
export function numericInplaceActivation<
  Values extends (number | undefined)[],
  Options extends Numbers,
>(
  op: string,
  complete: (...values: Values) => Options,
  fn: (input: Tensor, options: Options & InplaceOption) => Tensor,
): NumericInplaceClass<Values, Options> {
  // The constructor sets `inplace`.
  return numericClass(op, complete as Complete<Options>, fn, [
    'inplace',
  ]) as unknown as NumericInplaceClass<Values, Options>;
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
      const options = typeof last === 'object' && last !== null ? last : {};
      const byName = values.length === 1 && options === last;
      const inOrder = options === last ? values.slice(0, -1) : values;
      requireArity(op, values.length, byName ? 1 : names.length + flags.length);
      if (inOrder.length > names.length) requireOptions(op, inOrder.at(-1), flags);
      requireOptions(op, options, byName ? [...names, ...flags] : flags);
      const { inplace, ...named } = options as Partial<Numbers> & InplaceOption;
      const numbers = byName ? names.map((name) => (named as Partial<Numbers>)[name]) : inOrder;
      const full = complete(
        ...(numbers as (number | null | undefined)[]).map((value) => value ?? undefined),
      );
      for (const name of names) requireNumber(op, name, full[name]);
      Object.assign(this, full);
      for (const flag of flags) {
        Object.assign(this, { [flag]: requireBoolean(op, flag, inplace ?? false) });
      }
    }

    override forward(input: Tensor): Tensor {
      requireMethodArity(this, 'forward', arguments.length, 1);
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
