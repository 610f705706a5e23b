/** Contestants in processes of their own, in an environment that slows none of them down. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '..');
const buildFolder = join(root, 'build', 'bench');

export type Figures = Readonly<Record<string, number | string>>;

/** The caller's environment without what would choose slower kernels or another number of threads. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const drop = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !drop.includes(name)));
}

function figuresOf(program: string, args: readonly string[]): Figures {
  const output = execFileSync(program, args, {
    cwd: root,
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Figures;
}

/** Runs bench/contestants/<name>.ts. */
export function runTypeScript(name: string, ...args: string[]): Figures {
  return figuresOf(process.execPath, [
    '--import',
    'tsx',
    join(__dirname, 'contestants', `${name}.ts`),
    ...args,
  ]);
}

/** Runs a script as plain JavaScript. */
export function runScript(script: string): Figures {
  return figuresOf(process.execPath, ['-e', script]);
}

/** Builds bench/contestants/<name>.c against OpenBLAS and returns its path. */
export function buildC(name: string): string {
  mkdirSync(buildFolder, { recursive: true });
  const program = join(buildFolder, name);
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'openblas'], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  const source = join(__dirname, 'contestants', `${name}.c`);
  execFileSync(process.env['CC'] ?? 'cc', ['-O3', '-o', program, source, ...flags, '-lm'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return program;
}

/** A Python that has PyTorch, or null: BLASGRAD_PYTHON, else the first of the usual ones. */
export function torchPython(): string | null {
  const candidates = process.env['BLASGRAD_PYTHON']
    ? [process.env['BLASGRAD_PYTHON']]
    : ['python3', '/usr/bin/python3'];
  for (const python of candidates) {
    if (spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0) return python;
  }
  process.stderr.write('PyTorch was not found (Debian: apt-get install python3-torch): left out\n');
  return null;
}

/** Runs bench/contestants/<name>.py. */
export function runPython(python: string, name: string, ...args: string[]): Figures {
  return figuresOf(python, [join(__dirname, 'contestants', `${name}.py`), ...args]);
}

export function runProgram(program: string, ...args: string[]): Figures {
  return figuresOf(program, args);
}

/** Each contestant in turn, several times over, so that a slow moment of the machine hits all of them. */
export function interleave<K extends string>(
  rounds: number,
  contestants: Record<K, () => Figures>,
): Record<K, Figures[]> {
  const results = {} as Record<K, Figures[]>;
  for (const name of Object.keys(contestants) as K[]) results[name] = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(contestants) as K[]) results[name].push(contestants[name]());
  }
  return results;
}
