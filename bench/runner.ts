/** Runs each contestant in a process of its own, without variables that would slow it down. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { allIsaVariables, isaVariables } from './isa';

export const root = join(__dirname, '..');
export const buildFolder = join(root, 'build', 'bench');

/** What a contestant prints: one line of JSON. */
export type Figures = Readonly<Record<string, unknown>>;

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

const slowing = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE', 'BLASGRAD_NUM_THREADS'];
const threading = ['OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'];

/**
 * The environment without variables that choose slower kernels, then with those of `--isa`, and with this number of
 * threads; null: the program's default. A call in the program is not enough: torch.set_num_threads(1) does not change OpenBLAS's threads.
 */
export function cleanEnvironment(threads: number | null): NodeJS.ProcessEnv {
  const drop = [...slowing, ...threading, ...allIsaVariables];
  const kept = Object.entries(process.env).filter(([name]) => !drop.includes(name));
  const set = threads === null ? [] : threading.map((name) => [name, String(threads)]);
  return { ...Object.fromEntries([...kept, ...set]), ...isaVariables() } as NodeJS.ProcessEnv;
}

/** Runs a program and reads the last line of its output. */
export function figuresOf(
  [program, ...args]: Command,
  threads: number | null,
  environment: NodeJS.ProcessEnv = {},
): Figures {
  const output = execFileSync(program, args, {
    cwd: root,
    env: { ...cleanEnvironment(threads), ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Figures;
}

/** The command of a contestant. Defaults: one thread, and as many rounds as the others. */
export interface Job {
  readonly command: Command;
  readonly threads?: number | null;
  readonly rounds?: number;
  /** Variables in addition to those of this process. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs all commands in each round, so that a slow moment of the machine affects all of them. */
export function interleave(rounds: number, jobs: ReadonlyMap<string, Job>): Map<string, Figures[]> {
  const results = new Map<string, Figures[]>([...jobs.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { command, threads = 1, rounds: own = rounds, environment }] of jobs) {
      if (round < own) results.get(name)?.push(figuresOf(command, threads, environment));
    }
  }
  return results;
}
