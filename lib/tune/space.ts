/** Search spaces, and the parameters of their trials. */
import { unexpected, wrongType, wrongValue } from '../core/errors';
import { Generator } from '../core/generator';
import { isPlainObject } from '../core/realms';
import { rand } from '../creation/random';
import { sampleSeed, seedBaseOf } from '../data/loader/seeds';
import type { Json } from './json';
import { choiceOf, Parameter } from './parameter';
import { resultColumns } from './trial';

/** The hyperparameters by name. A plain array means `tune.choice`. */
export type SearchSpace = Readonly<Record<string, Parameter<unknown> | readonly Json[]>>;

/** The parameters of a trial: a value for each name of the space. */
export type ParametersOf<Space extends SearchSpace> = {
  -readonly [Name in keyof Space]: Space[Name] extends Parameter<infer T>
    ? T
    : Space[Name] extends readonly (infer T)[]
      ? T
      : never;
};

/** Parameters whose types are not known. */
export type AnyParameters = Readonly<Record<string, unknown>>;

const op = 'tune.search';

/** A checked space. */
export class Space {
  private constructor(private readonly parameters: readonly [string, Parameter<unknown>][]) {}

  static of(value: unknown): Space {
    const what = 'an object of hyperparameters';
    if (!isPlainObject(value)) throw wrongType(op, what, 'space', value);
    const entries = Object.entries(value);
    if (entries.length === 0) throw unexpected(op, 'at least one hyperparameter', 'space', '{}');
    return new Space(
      entries.map(([name, entry]) => {
        if (resultColumns.includes(name) || name === '__proto__') {
          const others = `names other than ${resultColumns.join(', ')} and __proto__`;
          throw wrongValue(op, others, 'the hyperparameters', name);
        }
        if (entry instanceof Parameter) return [name, entry as Parameter<unknown>];
        if (Array.isArray(entry)) return [name, choiceOf(op, `space.${name}`, entry)];
        const kinds = 'an array, or a result of tune.choice, integer, uniform or logUniform,';
        throw wrongType(op, kinds, `space.${name}`, entry);
      }),
    );
  }

  get names(): string[] {
    return this.parameters.map(([name]) => name);
  }

  /** What a file of results says of the space. */
  get description(): Record<string, Json> {
    return Object.fromEntries(this.parameters.map(([name, one]) => [name, one._description]));
  }

  /** The number of trials of a grid. */
  gridSize(): number {
    let size = 1;
    for (const [name, one] of this.parameters) {
      if (one._size === null) {
        throw new RangeError(
          `${op}: a grid needs a number of values for space.${name}; ` +
            `give it the option points, for example { points: 5 }, or use strategy 'random'`,
        );
      }
      size *= one._size;
    }
    return size;
  }

  /** Trial `number` of a grid: the last hyperparameter changes first. */
  gridAt(number: number): AnyParameters {
    let rest = number;
    const values = [...this.parameters].reverse().map(([name, one]): [string, unknown] => {
      const size = one._size ?? 1;
      const i = rest % size;
      rest = Math.floor(rest / size);
      return [name, one._value(i)];
    });
    return Object.fromEntries(values.reverse());
  }

  /** Random trial `number`, which depends on nothing but the seed, the number and the space. */
  randomAt(seed: number, number: number): AnyParameters {
    const generator = new Generator(seedOf(seed, number, 0));
    const units = rand(this.parameters.length, { dtype: 'float64', generator });
    const values = units.toArray() as number[];
    return Object.fromEntries(this.parameters.map(([name, one], i) => [name, one._at(values[i])]));
  }
}

/** The seed of the random numbers that a trial draws. */
export function trialSeed(seed: number, number: number): number {
  return seedOf(seed, number, 1);
}

function seedOf(seed: number, number: number, use: number): number {
  return sampleSeed(seedBaseOf([seed | 0, Math.floor(seed / 2 ** 32)], 0), number, use);
}
