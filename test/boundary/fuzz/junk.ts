/** Values of every kind that no function expects. */
import type { Random } from './random';

/** What a callback among the arguments does when the library calls it. */
export type Reenter = () => unknown;

/** Errors that the arguments themselves throw: whoever lets them pass has refused nothing wrongly. */
const own = new WeakSet<object>();
export const isOwn = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && own.has(error);

function raise(): never {
  const error = new Error('looked at');
  own.add(error);
  throw error;
}

/** Sizes are small, or clearly more than any machine has: what lies between would take its memory. */
const numbers = [
  ...[0, -0, 1, 1, 2, 2, 3, 4, 5, -1, -2, -3, 7, 16, 64, -64, 0.5, -0.5, 1.5, 1e-3, 0.9, 0.999],
  ...[NaN, Infinity, -Infinity, 1e300, -1e300, 5e-324, 2 ** 40, 2 ** 49, 2 ** 53, 2 ** 53 - 1],
  ...[-(2 ** 31), -(2 ** 31) - 1, -(2 ** 53), 2 ** 40 + 0.5, 1e21],
];
const texts = [
  ...[
    '',
    'a',
    '0',
    '1',
    'dim',
    'mean',
    'sum',
    'none',
    'float32',
    'float64',
    'int32',
    'bool',
    'relu',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'weight',
    '0.weight',
    '\0',
    '\ud800',
    'ij,jk->ik',
    '...',
  ],
  'é'.repeat(5000),
];
const keys = [
  ...[
    'dim',
    'dtype',
    'requiresGrad',
    'keepdim',
    'lr',
    'batchSize',
    'shuffle',
    'reduction',
    'weight',
  ],
  ...[
    'alpha',
    'p',
    'eps',
    'steps',
    'signal',
    'onProgress',
    'generator',
    'bias',
    'length',
    'params',
  ],
  ...['momentum', 'betas', 'retainGraph', 'createGraph', 'state', 'paramGroups', 'shape', 'then'],
];
const arrayTypes = [
  ...[Float32Array, Float64Array, Int32Array, Uint8Array, Int8Array, Uint8ClampedArray],
  ...[Int16Array, Uint16Array, Uint32Array, BigInt64Array, BigUint64Array],
] as unknown as readonly (new (buffer: ArrayBufferLike, at?: number, n?: number) => Float32Array)[];

type Resizable = ArrayBuffer & { resize(bytes: number): void };
type Growable = SharedArrayBuffer & { grow(bytes: number): void };
const ResizableBuffer = ArrayBuffer as unknown as new (n: number, o: object) => Resizable;
const GrowableBuffer = SharedArrayBuffer as unknown as new (n: number, o: object) => Growable;

export const detach = (buffer: ArrayBufferLike): void => {
  try {
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  } catch {
    // shared memory cannot be detached
  }
};

/** A typed array of any kind over any kind of buffer, which may be gone, or change its size. */
export function anyArray(random: Random, types = arrayTypes): ArrayBufferView {
  const type = random.pick(types);
  const bytes = 8 * random.below(9);
  switch (random.below(8)) {
    case 0: {
      const array = new type(new ArrayBuffer(bytes));
      detach(array.buffer);
      return array;
    }
    case 1:
    case 2: {
      const buffer = new ResizableBuffer(bytes, { maxByteLength: 128 });
      const array = random.chance(0.5) ? new type(buffer) : new type(buffer, 0, bytes / 8);
      buffer.resize(8 * random.below(17));
      return array;
    }
    case 3: {
      const buffer = new GrowableBuffer(bytes, { maxByteLength: 128 });
      const array = new type(buffer);
      if (random.chance(0.5)) buffer.grow(128);
      return array;
    }
    case 4:
      return new type(new SharedArrayBuffer(bytes));
    case 5: {
      const array = new type(new ArrayBuffer(bytes));
      const lie = random.pick<() => unknown>([
        () => void Object.setPrototypeOf(array, random.pick(arrayTypes).prototype as object),
        () => void Object.setPrototypeOf(array, null),
        () => Object.defineProperty(array, 'length', { get: () => random.pick(numbers) }),
        () => Object.defineProperty(array, 'buffer', { get: raise }),
        () => Object.defineProperty(array, 'constructor', { value: raise }),
        () => Object.defineProperty(array, Symbol.iterator, { value: raise }),
      ]);
      lie();
      return array;
    }
    default:
      return new type(new ArrayBuffer(bytes + 8), 8);
  }
}

export class Junk {
  constructor(
    private readonly random: Random,
    /** Makes something real: a tensor, a module, ... */
    private readonly real: () => unknown,
    private readonly reenter: Reenter,
  ) {}

  number(): number {
    return this.random.pick(numbers);
  }

  value(depth = 0): unknown {
    const { random } = this;
    if (depth < 2 && random.chance(0.3)) return this.nested(depth + 1);
    switch (random.below(10)) {
      case 0:
        return random.pick([undefined, null, true, false, Symbol('s'), 10n, -(2n ** 64n)]);
      case 1:
      case 2:
        return this.number();
      case 3:
        return random.pick(texts);
      case 4:
        return anyArray(random);
      case 5:
        return random.pick<() => unknown>([
          () => new ArrayBuffer(16),
          () => new SharedArrayBuffer(16),
          () => new DataView(new ArrayBuffer(16)),
          () => new Date(NaN),
          () => new Map([[0, 1]]),
          () => new Set([1]),
          () => /a/g,
          () => new Error('given'),
          () => Promise.resolve(1),
          () => new WeakMap(),
          () => AbortSignal.abort(),
          () => new URL('data:,x'),
        ])();
      case 6:
        return this.callback();
      case 7:
        return this.hostile();
      default:
        return this.real();
    }
  }

  /** Functions that fail, answer nonsense, or use the library during it. */
  callback(): (...args: unknown[]) => unknown {
    const { random } = this;
    const recursive = (...args: unknown[]): unknown => {
      this.reenter();
      return args[0];
    };
    return random.pick<(...args: unknown[]) => unknown>([
      raise,
      recursive,
      recursive,
      () => this.reenter(),
      (...args) => args[0],
      () => random.pick(numbers),
      () => this.value(2),
      () => {
        const promise = (async () => this.reenter())();
        promise.catch(() => undefined); // where the library has no use for what a callback returns
        return promise;
      },
      function* () {
        yield raise();
      },
      class {
        x = raise();
      } as unknown as () => unknown,
    ]);
  }

  /** Arrays and objects of further values. */
  private nested(depth: number): unknown {
    const { random } = this;
    const list = random.some(4, () => this.value(depth));
    switch (random.below(8)) {
      case 0:
      case 1:
        return list;
      case 2:
        return random.some(4, () => this.number());
      case 3: {
        const cycle: unknown[] = [];
        cycle.push(cycle, ...list);
        return cycle;
      }
      case 4:
        return Object.assign(list, { length: random.pick([7, 2 ** 32 - 1]) });
      case 5:
        Object.defineProperty(list, 0, { get: random.chance(0.5) ? raise : this.callback() });
        return list;
      default: {
        const made: object = random.chance(0.2) ? (Object.create(null) as object) : {};
        for (const key of random.some(3, () => random.pick(keys))) {
          const value = this.value(depth);
          const how = random.chance(0.2) ? { get: raise } : { value };
          Object.defineProperty(made, key, { ...how, enumerable: true, configurable: true });
        }
        return made;
      }
    }
  }

  /** Objects that do things when they are looked at. */
  private hostile(): unknown {
    const { random } = this;
    const real = this.real();
    const object = typeof real === 'object' && real !== null ? real : {};
    const traps = ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor'];
    switch (random.below(7)) {
      case 0:
        return { valueOf: random.chance(0.5) ? raise : this.callback(), toString: raise };
      case 1:
        return { [Symbol.toPrimitive]: random.chance(0.5) ? raise : () => this.number() };
      case 2:
        return new Proxy(object, {});
      case 3:
        return new Proxy(object, { [random.pick(traps)]: raise });
      case 4: {
        const { proxy, revoke } = Proxy.revocable(object, {});
        revoke();
        return proxy;
      }
      case 5:
        return Object.create(
          random.chance(0.5) ? (Object.getPrototypeOf(object) as object) : object,
        );
      default:
        return Object.setPrototypeOf(
          random.chance(0.5) ? [1, 2] : { shape: [2], dtype: 'float32' },
          Object.getPrototypeOf(object) as object,
        );
    }
  }
}
