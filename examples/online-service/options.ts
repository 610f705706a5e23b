/** The service's command line. */
import { parseArgs } from 'node:util';

export interface ServiceOptions {
  host: string;
  /** 0: a free port. */
  port: number;
  /** Directory of checkpoints, to resume from and to save to; null: none. */
  checkpoint: string | null;
  /** Seconds between checkpoints. */
  saveEvery: number;
  /** Threads of a training step. */
  threads: number;
  seed: number;
}

export const helpText = `usage: npm run example online-service -- [OPTIONS]

Answers requests for predictions over HTTP while it trains on the observations that it receives.

  --host NAME        host name or address to listen on (default: 127.0.0.1)
  --port N           port; 0 chooses a free one (default: 8080)
  --checkpoint DIR   folder of checkpoints: the service resumes from the newest one, and saves during training and at the end (default: none)
  --save-every N     seconds between checkpoints (default: 10)
  --threads N        number of threads for training (default: 1)
  --seed N           seed of weights and batches (default: 1)
  --help             show this help`;

/** An error in the command line; the message is one sentence. */
export class UsageError extends Error {}

/** Reads the options; returns 'help' for --help. Throws UsageError. */
export function readOptions(args: readonly string[]): ServiceOptions | 'help' {
  const text = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        host: text,
        port: text,
        checkpoint: text,
        'save-every': text,
        threads: text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]);
  }
  if (values.help) return 'help';
  return {
    host: values.host ?? '127.0.0.1',
    port: wholeNumber('--port', values.port ?? '8080', 0, 65_535),
    checkpoint: values.checkpoint ?? null,
    saveEvery: wholeNumber('--save-every', values['save-every'] ?? '10', 1, 86_400),
    threads: wholeNumber('--threads', values.threads ?? '1', 1, 1024),
    seed: wholeNumber('--seed', values.seed ?? '1', 0, Number.MAX_SAFE_INTEGER),
  };
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= low && number <= high) return number;
  throw new UsageError(`expected an integer from ${low} to ${high} for ${name}, got '${text}'`);
}
