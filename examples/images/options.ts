/** The options that the image examples share. */
import { parseArgs } from 'node:util';
import { backend } from 'blasgrad';

/** Options of the command line. */
export interface Options {
  /** null: the default of the example. */
  readonly epochs: number | null;
  readonly seed: number;
  /** Whether to train on few samples, to see whether the program works. */
  readonly quick: boolean;
  /** Where the example writes pictures and models. */
  readonly out: string;
  readonly dir: string | undefined;
}

const lines: Readonly<Record<string, string>> = {
  epochs: '  --epochs N   number of epochs',
  seed: '  --seed N     seed of weights, augmentation and shuffling (default: 1)',
  threads: '  --threads N  number of threads (default: one per CPU)',
  out: '  --out DIR    folder for what it writes',
  dir: '  --dir DIR    folder with the data files',
  quick: '  --quick      a short run on few samples',
};

/** Reads the options that an example takes, sets the number of threads; null for --help, which it prints. */
export function readOptions(
  name: string,
  about: string,
  extra: readonly ('out' | 'dir')[] = [],
): Options | null {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      ...{ epochs: text, seed: text, threads: text, quick: flag, help: flag },
      ...Object.fromEntries(extra.map((one) => [one, text])),
    },
  });
  if (values.help === true) {
    const shown = ['epochs', 'seed', 'threads', ...extra, 'quick'].map((key) => lines[key]);
    console.log(`usage: npm run example ${name} -- [OPTIONS]\n\n${about}\n\n${shown.join('\n')}`);
    console.log('  --help       show this help');
    return null;
  }
  const { epochs, seed, threads } = values;
  const { out, dir } = values as { out?: string; dir?: string };
  if (threads !== undefined) backend.setNumThreads(wholeNumber('threads', threads, 1));
  return {
    epochs: epochs === undefined ? null : wholeNumber('epochs', epochs, 1),
    seed: seed === undefined ? 1 : wholeNumber('seed', seed, 0),
    quick: values.quick === true,
    out: out ?? `runs/${name}`,
    dir,
  };
}

function wholeNumber(name: string, text: string, low: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low) return value;
  throw new RangeError(`expected an integer of at least ${low} for --${name}, got '${text}'`);
}

/** Runs an example; an error is one message and exit code 2. */
export function run(name: string, main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    console.error(`${name}: ${error.message}`);
    process.exitCode = 2;
  });
}

/** A share of 1 as text. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
