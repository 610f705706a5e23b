/** Contestants in processes of their own, in an environment that slows none of them down. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '..');
export const buildFolder = join(root, 'build', 'bench');

/** What a contestant hands over: one line of JSON. */
export type Figures = Readonly<Record<string, unknown>>;

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** The caller's environment without what would choose slower kernels or another number of threads. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const drop = [
    'OPENBLAS_CORETYPE',
    'OPENBLAS_L2_SIZE',
    'OPENBLAS_NUM_THREADS',
    'OMP_NUM_THREADS',
    'MKL_NUM_THREADS',
    'BLASGRAD_NUM_THREADS',
  ];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !drop.includes(name)));
}

/** Runs a program and reads the last line of its output. */
export function figuresOf([program, ...args]: Command): Figures {
  const output = execFileSync(program, args, {
    cwd: root,
    env: cleanEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Figures;
}

/**
 * Each command in turn, several times over, so that a slow moment of the machine hits all of them. A command may have
 * fewer rounds of its own.
 */
export function interleave(
  rounds: number,
  commands: ReadonlyMap<string, { readonly command: Command; readonly rounds?: number }>,
): Map<string, Figures[]> {
  const results = new Map<string, Figures[]>([...commands.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { command, rounds: own = rounds }] of commands) {
      if (round < own) results.get(name)?.push(figuresOf(command));
    }
  }
  return results;
}
