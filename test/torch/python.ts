/** Finds Python with PyTorch: BLASGRAD_PYTHON, or a virtual environment under build/ that the first run creates. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const root = join(__dirname, '..', '..');
const environment = join(root, 'build', 'torch', 'venv');
const generator = join(__dirname, 'generate', 'main.py');
const version = '2.15';
const packages = [`torch==${version}.*`, 'expecttest', 'numpy'];

function run(command: string, args: readonly string[]): string {
  const { status, stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0)
    throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ended with ${status ?? 'a signal'}`);
  return stdout;
}

export function findPython(): string {
  const own = process.env.BLASGRAD_PYTHON;
  if (own !== undefined) return own;
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return python;
  console.log(
    `making a virtual environment with PyTorch in ${environment}; this downloads 200 MB or more`,
  );
  run('python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  return python;
}

/** Runs the generator; `onLine` gets each line that it prints. */
export function generate(
  python: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [generator, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(child.stdout).on('line', onLine);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${python} ${generator} ${args[0]}: ended with ${code ?? 'a signal'}`));
    });
  });
}
