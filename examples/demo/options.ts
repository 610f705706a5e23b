/** The demo's command line. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  epochs: number;
  batchSize: number;
  lr: number;
  /** Sizes of the hidden layers. */
  hidden: number[];
  seed: number;
  /** Threads to compute with; null: the library's own choice. */
  threads: number | null;
  /** Where model and checkpoints are saved. */
  dir: string;
  /** Whether to resume from the newest checkpoint there. */
  resume: boolean;
}

const defaults: Readonly<DemoOptions> = {
  epochs: 15,
  batchSize: 64,
  lr: 0.001,
  hidden: [512, 256],
  seed: 1,
  threads: null,
  dir: join('runs', 'demo'),
  resume: false,
};

/** What is wrong with the command line, in one sentence. */
export class UsageError extends Error {}

interface Flag {
  readonly value: string;
  readonly help: string;
  readonly preset: string;
  /** Whatever it throws a RangeError for was expected. */
  readonly set: (options: DemoOptions, text: string) => void;
}

const flags: Readonly<Record<string, Flag>> = {
  epochs: {
    value: 'N',
    help: 'number of epochs',
    preset: String(defaults.epochs),
    set: (options, text) => (options.epochs = wholeNumber(text, 1, 100_000)),
  },
  'batch-size': {
    value: 'N',
    help: 'batch size',
    preset: String(defaults.batchSize),
    set: (options, text) => (options.batchSize = wholeNumber(text, 1, 8000)),
  },
  lr: {
    value: 'RATE',
    help: 'learning rate of Adam',
    preset: String(defaults.lr),
    set: (options, text) => (options.lr = positiveNumber(text)),
  },
  hidden: {
    value: 'N,N',
    help: 'sizes of the hidden layers',
    preset: String(defaults.hidden),
    set: (options, text) => {
      options.hidden = text.split(',').map((size) => wholeNumber(size, 1, 16_384));
    },
  },
  seed: {
    value: 'N',
    help: 'seed of weights, dropout and shuffling',
    preset: String(defaults.seed),
    set: (options, text) => (options.seed = wholeNumber(text, 0, Number.MAX_SAFE_INTEGER)),
  },
  threads: {
    value: 'N',
    help: 'number of threads',
    preset: 'one per CPU',
    set: (options, text) => (options.threads = wholeNumber(text, 1, 1024)),
  },
  dir: {
    value: 'DIR',
    help: 'folder for the model and the checkpoints',
    preset: defaults.dir,
    set: (options, text) => {
      if (text === '') throw new RangeError('a directory');
      options.dir = text;
    },
  },
};

export const helpText = [
  'usage: npm run demo -- [OPTIONS]',
  '',
  'Trains a network to recognize handwritten digits: 8,000 for training, 2,000 for testing.',
  '',
  ...Object.entries(flags).map(([name, { value, help, preset }]) => {
    return `  --${`${name} ${value}`.padEnd(16)}${help} (default: ${preset})`;
  }),
  `  --${'resume'.padEnd(16)}resume from the newest checkpoint of a run with the same options`,
  `  --${'help'.padEnd(16)}show this help`,
].join('\n');

/** The options of a command line, or 'help' where that was asked for. Throws UsageError. */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      resume: { type: 'boolean' },
      ...Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }])),
    },
  });
  const options = { ...defaults };
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw unknown(`argument '${token.value}'`);
    if (token.name === 'help') return 'help';
    if (token.name === 'resume') {
      options.resume = true;
      continue;
    }
    if (!Object.hasOwn(flags, token.name)) throw unknown(`option ${token.rawName}`);
    read(options, token.rawName, flags[token.name], token.value);
  }
  return options;
}

/** The arguments of the run that goes on where one with these stopped. */
export function resumeArguments(args: readonly string[]): string[] {
  return [...args.filter((one) => one !== '--resume'), '--resume'];
}

function read(options: DemoOptions, name: string, flag: Flag, text: string | undefined): void {
  try {
    flag.set(options, text ?? '');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const got = text === undefined ? 'nothing' : `'${text}'`;
    throw new UsageError(`expected ${error.message} for ${name}, got ${got}`);
  }
}

function unknown(what: string): UsageError {
  return new UsageError(`there is no ${what}; --help lists the options`);
}

/** Number.parseFloat would read '3 epochs', and Number ''. */
function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

function wholeNumber(text: string, low: number, high: number): number {
  const number = numberOf(text);
  if (Number.isSafeInteger(number) && number >= low && number <= high) return number;
  throw new RangeError(`an integer from ${low} to ${high}`);
}

function positiveNumber(text: string): number {
  const number = numberOf(text);
  if (number > 0 && number < Infinity) return number;
  throw new RangeError('a number above 0');
}
