/** Generators of random numbers. Their state is memory that native ops read and advance. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { capture, refuseInCapture } from './capture';
import { describe, requireArity, unexpected, wrongType, wrongValue } from './errors';
import { allocateShared, Storage } from './storage';
import { Tensor } from './tensor';

const word = 2 ** 32;

/** Seed and number of the next block of four words: 64 bits each, low word first. */
const stateWords = 4;

/**
 * A stream of random numbers (Philox4x32-10, Salmon et al. 2011). One seed gives the same numbers on any CPU and
 * any number of threads; normally distributed ones may differ in their last bits.
 *
 * @see torch.Generator
 * @example randn(2, 3, { generator: new Generator(7) }).shape // [ 2, 3 ]
 */
export class Generator {
  /** @internal The state, for native calls: int32 in shared memory, so that replays of a compiled step advance it. */
  readonly _state: Tensor;

  /**
   *
   * @param seed an integer from 0 to 2^53; random by default
   */
  constructor(seed?: number) {
    requireArity('Generator', arguments.length, 1);
    const words = allocateShared('int32', stateWords);
    this._state = new Tensor(new Storage('int32', words), [stateWords]);
    if (seed === undefined) this.seed();
    else this.start('Generator', seed);
  }

  /**
   * Restarts the stream from a seed.
   *
   * @param seed an integer from 0 to 2^53
   * @returns this generator
   * @throws RangeError for other numbers
   */
  manualSeed(seed: number): this {
    requireArity('manualSeed', arguments.length, 1);
    return this.start('manualSeed', seed);
  }

  /**
   * The seed that the stream started from.
   *
   * @returns the seed
   */
  initialSeed(): number {
    requireArity('initialSeed', arguments.length, 0);
    const [low, high] = this.words();
    return (low >>> 0) + (high >>> 0) * word;
  }

  /**
   * Restarts the stream from a random seed.
   *
   * @returns the seed
   */
  seed(): number {
    requireArity('seed', arguments.length, 0);
    const seed = randomInt(2 ** 48 - 1);
    this.start('seed', seed);
    return seed;
  }

  /**
   * The state of the generator: the seed and the position in the stream.
   *
   * @returns an int32 tensor of shape [4], for `setState`
   */
  getState(): Tensor {
    requireArity('getState', arguments.length, 0);
    return this._state.clone();
  }

  /**
   * Continues from a position in the stream.
   *
   * @param state what `getState` returned
   * @returns this generator
   * @throws TypeError or RangeError if `state` is not such a tensor
   */
  setState(state: Tensor): this {
    requireArity('setState', arguments.length, 1);
    if (!(state instanceof Tensor)) throw wrongType('setState', 'a tensor', 'state', state);
    if (state.dtype !== 'int32' || state.ndim !== 1 || state.shape[0] !== stateWords) {
      throw unexpected(
        'setState',
        `an int32 tensor of shape [${stateWords}]`,
        'state',
        describe(state),
      );
    }
    refuseInCapture('setState', 'the position of a generator');
    this.words().set(state.contiguous()._flat as Int32Array);
    return this;
  }

  private words(): Int32Array {
    return this._state._flat as Int32Array;
  }

  private start(op: string, seed: unknown): this {
    if (typeof seed !== 'number') throw wrongType(op, 'an integer', 'seed', seed);
    if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 53) {
      throw wrongValue(op, 'an integer from 0 to 2^53', 'seed', seed);
    }
    refuseInCapture(op, 'the position of a generator');
    this.words().set([(seed % word) | 0, Math.floor(seed / word) | 0, 0, 0]);
    return this;
  }
}

/** The generator that ops use by default; each worker thread has its own. Its first seed is random. */
export const defaultGenerator = new Generator();

/** Replaces the default generator while a DataLoader reads a sample. */
let replacement: Generator | null = null;

/** Runs `fn`, a synchronous function, with another default generator. */
export function withGenerator<T>(generator: Generator, fn: () => T): T {
  const before = replacement;
  replacement = generator;
  try {
    return fn();
  } finally {
    replacement = before;
  }
}

/** The default generators of asynchronous runs. While it is not used, AsyncLocalStorage adds no cost to promises. */
const ofRuns = new AsyncLocalStorage<Generator>();

/** Unfinished asynchronous runs with their own default generator; if there are none, `ofRuns` is not read. */
let runs = 0;

/** Runs `fn` with another default generator, which also applies after each `await`. */
export async function withGeneratorAsync<T>(
  generator: Generator,
  fn: () => Promise<T>,
): Promise<T> {
  runs++;
  try {
    return await ofRuns.run(generator, fn);
  } finally {
    runs--;
  }
}

/**
 * Seeds the default generator, from which random ops draw unless they are given another.
 *
 * @param seed an integer from 0 to 2^53
 * @returns the default generator
 * @throws RangeError for other numbers
 * @see torch.manual_seed
 * @example
 * const a = manualSeed(7) && rand(2);
 * const b = manualSeed(7) && rand(2);
 * a.eq(b); // tensor([True, True])
 */
export function manualSeed(seed: number): Generator {
  requireArity('manualSeed', arguments.length, 1);
  return currentGenerator().manualSeed(seed);
}

/** Options of functions that draw random numbers. */
export interface RandomOptions {
  /** The source of the numbers; by default the generator that `manualSeed` seeds. */
  generator?: Generator;
}

/** @internal The current default generator. */
export function currentGenerator(): Generator {
  return replacement ?? (runs === 0 ? undefined : ofRuns.getStore()) ?? defaultGenerator;
}

/** @internal The state to draw from. */
export function stateOf(op: string, options: RandomOptions): Tensor {
  const current = currentGenerator();
  const { generator = current } = options;
  if (!(generator instanceof Generator)) {
    throw wrongType(op, 'a Generator', 'generator', generator);
  }
  if (capture !== null && options.generator === undefined) capture.defaultGenerator = current;
  return generator._state;
}
