/** Rounds of random calls. A round depends only on the seed and its number, so that any round can be repeated. */
import { inspect } from 'node:util';
import { addon } from '../nativeCalls';
import { entryPointsOf, membersOf, type Callable } from './entryPoints';
import { problemOf, type Circumstances } from './errors';
import { Junk } from './junk';
import { NativeFunctions } from './nativeFunctions';
import { Random } from './random';
import { World, type Blasgrad } from './world';

export interface Tally {
  calls: number;
  refused: number;
  /** Problems, each with the call that showed it first. */
  readonly problems: Map<string, string>;
  readonly names: Set<string>;
}

export interface Hooks {
  /** Before each call. */
  readonly before?: (round: number, call: number, name: string) => void;
}

const callsInRound = 100;
const patience = 30_000; // ms for promises

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

function length(value: unknown): number {
  try {
    return Array.isArray(value) ? value.length : 0;
  } catch {
    return 0; // a revoked proxy
  }
}

function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 6 }).slice(0, 200);
  } catch {
    return '(not to be shown)';
  }
}

class Round {
  private calls = 0;
  private depth = 0;
  private readonly random: Random;
  private readonly world: World;
  private readonly junk: Junk;
  private readonly native: NativeFunctions;
  private readonly pending: Promise<unknown>[] = [];

  constructor(
    private readonly blasgrad: Blasgrad,
    private readonly entryPoints: readonly (readonly [string, Callable])[],
    seed: string,
    private readonly number: number,
    private readonly tally: Tally,
    private readonly hooks: Hooks,
  ) {
    this.random = new Random(`${seed}:${number}`);
    const reenter = (): unknown => this.reenter();
    this.world = new World(blasgrad, this.random, reenter);
    this.junk = new Junk(this.random, () => this.world.any(), reenter);
    this.native = new NativeFunctions(this.random, this.junk);
  }

  async run(): Promise<void> {
    while (this.calls < callsInRound) {
      this.one();
      if (this.random.chance(0.05)) await this.settle();
    }
    await this.settle();
    addon.abortCapture();
  }

  /** A call from a callback of another one, a few deep. */
  private reenter(): unknown {
    if (this.depth > 3 || this.calls > 3 * callsInRound) return undefined;
    this.depth++;
    try {
      return this.one();
    } finally {
      this.depth--;
    }
  }

  private one(): unknown {
    const { random, native } = this;
    const kind = random.below(100);
    if (kind < 30) {
      const [name, call] = random.pick(this.entryPoints);
      const args = this.args();
      return this.call(name, () => call(...args), args);
    }
    if (kind < 62) return this.method(this.world.object());
    if (kind < 68) return this.borrowed();
    if (kind < 90) {
      const { name, call } = native.opCall();
      return this.call(`ops.${name}`, call, []);
    }
    if (kind < 93) {
      const { name, call } = native.other();
      return this.call(`addon.${name}`, call, []);
    }
    if (kind < 95 && this.depth === 0) {
      native.capture((name, call) => this.call(`addon.${name}`, call, []));
      addon.abortCapture();
      return undefined;
    }
    if (kind < 98) return this.compiled();
    return this.iterate(this.world.object());
  }

  private args(): unknown[] {
    const { random } = this;
    return random.some(4, () => (random.chance(0.55) ? this.world.any() : this.junk.value()));
  }

  private method(object: object): unknown {
    const { random } = this;
    const members = [...membersOf(object)];
    if (members.length === 0) return undefined;
    const [name, member] = random.pick(members);
    const args = this.args();
    return this.call(`${object.constructor.name}.${name}`, () => member.apply(object, args), args);
  }

  /** A method on an object that is not of its class, or only says so. */
  private borrowed(): unknown {
    const { random } = this;
    const object = this.world.object();
    const members = [...membersOf(object)];
    if (members.length === 0) return undefined;
    const [name, member] = random.pick(members);
    const self = random.chance(0.5) ? (Object.create(object) as object) : this.junk.value();
    const args = this.args();
    // [...this] of 2^32 holes ends the process, in methods of arrays as well.
    if (length(self) > 100) return undefined;
    const label = `${object.constructor.name}.${name} borrowed`;
    const call = (): unknown => member.apply(self, args);
    return this.call(label, call, [self, ...args], { borrowed: true });
  }

  /** A function that uses the library, compiled, and called in all ways. */
  private compiled(): unknown {
    const { random, world } = this;
    const body = random.chance(0.5)
      ? (...inputs: unknown[]): unknown => (this.reenter(), inputs[0])
      : this.junk.callback();
    const args = random.some(3, () => world.tensor());
    const made = this.call('compile', () => this.blasgrad.compile(body as never), [body]);
    if (typeof made !== 'function') return undefined;
    const step = made as unknown as Record<string, Callable> & Callable;
    const all = random.chance(0.8) ? args : this.args();
    for (const way of random.some(4, () =>
      random.pick(['', 'runAsync', 'scan', 'scanAsync', 'dispose']),
    )) {
      const call = way === '' ? step : step[way];
      this.call(`compiled.${way}`, () => call(...all), all);
    }
    return step;
  }

  private iterate(object: object): unknown {
    return this.call(
      `${object.constructor.name}[Symbol.iterator]`,
      () => {
        if (!(Symbol.iterator in object)) return;
        let seen = 0;
        for (const one of object as Iterable<unknown>) {
          this.world.keep(one);
          if (++seen === 4) break;
        }
      },
      [],
    );
  }

  private call(
    name: string,
    call: () => unknown,
    args: readonly unknown[],
    circumstances: Circumstances = {},
  ): unknown {
    const { tally } = this;
    this.calls++;
    tally.calls++;
    tally.names.add(name);
    this.hooks.before?.(this.number, this.calls, name);
    try {
      const result = call();
      if (isPromise(result)) this.expect(name, result, args, circumstances);
      else this.world.keep(result);
      return result;
    } catch (error) {
      this.judge(name, error, args, circumstances);
      return undefined;
    }
  }

  private expect(
    name: string,
    promise: Promise<unknown>,
    args: readonly unknown[],
    given: Circumstances,
  ): void {
    const settled = promise.then(
      (result) => this.world.keep(result),
      (error: unknown) => this.judge(name, error, args, given),
    );
    this.pending.push(settled);
  }

  private judge(
    name: string,
    error: unknown,
    args: readonly unknown[],
    given: Circumstances,
  ): void {
    this.tally.refused++;
    const problems = problemOf(error, given);
    if (problems === null) return;
    const key = `${name}: ${problems}`;
    if (this.tally.problems.has(key)) return;
    const stack =
      error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 4).join('\n') : '';
    this.tally.problems.set(
      key,
      `round ${this.number}: ${name}(${args.map(shown).join(', ')})\n${stack}`,
    );
  }

  private async settle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, patience, 'late')));
    if ((await Promise.race([Promise.all(this.pending), late])) === 'late') {
      this.tally.problems.set('a promise that never settles', `round ${this.number}`);
    }
    clearTimeout(timer);
    this.pending.length = 0;
  }
}

/** What must hold whatever was called before. */
function soundness(blasgrad: Blasgrad): string | null {
  const { tensor, compile, isGradEnabled } = blasgrad;
  if (!isGradEnabled()) return 'gradients stay off';
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  if (String(x.grad?.toArray()) !== '2,4,6') return `a gradient is ${String(x.grad?.toArray())}`;
  const step = compile((one: typeof x) => one.add(1));
  const sums = [step(tensor([1])).item(), step(tensor([2])).item()];
  return String(sums) === '2,3' ? null : `a compiled sum is ${String(sums)}`;
}

/** Runs rounds from `first` on until `calls` calls were made. */
export async function fuzz(
  blasgrad: Blasgrad,
  seed: string,
  calls: number,
  { first = 0, ...hooks }: Hooks & { first?: number } = {},
): Promise<Tally> {
  const tally: Tally = { calls: 0, refused: 0, problems: new Map(), names: new Set() };
  const entryPoints = entryPointsOf(blasgrad);
  const threads = blasgrad.backend.getNumThreads();
  for (let round = first; tally.calls < calls; round++) {
    await new Round(blasgrad, entryPoints, seed, round, tally, hooks).run();
    blasgrad.backend.setNumThreads(threads);
    blasgrad.backend.setWinograd(true);
    const unsound = soundness(blasgrad);
    if (unsound !== null) tally.problems.set(unsound, `after round ${round}`);
  }
  return tally;
}
