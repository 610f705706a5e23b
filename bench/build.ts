/** Prepares contestants: C programs, bundled TypeScript, npm packages of peers, a Python with PyTorch. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { isaCompilerFlags } from './isa';
import { buildFolder, cleanEnvironment, root } from './runner';

const folder = join(__dirname, 'contestants');
const peers = join(__dirname, 'peers');

/** A contestant cannot run here; the message says why. */
export class Missing extends Error {}

/**
 * Builds contestants/<name>.c against OpenBLAS and returns the program's path. Missing without a compiler or headers.
 */
export function buildC(name: string, ...flags: string[]): string {
  mkdirSync(buildFolder, { recursive: true });
  const program = join(buildFolder, name);
  const compiler = process.env['CC'] ?? 'cc';
  const openblas = process.env['OPENBLAS_ROOT'];
  try {
    const link =
      openblas === undefined
        ? execFileSync('pkg-config', ['--cflags', '--libs', 'openblas'], { encoding: 'utf8' })
        : `-I${openblas}/include -L${openblas}/lib -Wl,-rpath,${openblas}/lib -lopenblas`;
    const args = ['-O3', ...flags, ...isaCompilerFlags(), '-o', program, join(folder, `${name}.c`)];
    execFileSync(compiler, [...args, ...link.trim().split(/\s+/), '-lm'], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
  } catch (error) {
    throw new Missing(`${name}.c does not compile: ${String(error)}`);
  }
  return program;
}

/**
 * Bundles a file of contestants/ for plain Node and returns the path. Without a TypeScript runner in the process, its
 * memory and its start time are those of the library.
 */
export function bundle(file: string): string {
  const esModule = file.endsWith('.mjs');
  const outfile = join(buildFolder, basename(file).replace(/\.\w+$/, esModule ? '.mjs' : '.cjs'));
  buildSync({
    entryPoints: [join(folder, file)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: esModule ? 'esm' : 'cjs',
    external: ['blasgrad', 'fastify', 'autocannon'],
    nodePaths: [join(peers, 'node_modules')],
    logLevel: 'error',
  });
  return outfile;
}

/** The path of a module of peers/package.json. Throws Missing if it is not installed. */
export function peerModule(name: string): string {
  try {
    return createRequire(join(peers, 'package.json')).resolve(name);
  } catch {
    throw new Missing(`${name} is not installed`);
  }
}

/** Installs the packages of peers/package.json if need be. If that fails, the peers are left out. */
export function installPeers(): void {
  const record = (path: string): string | null =>
    existsSync(path) ? readFileSync(path, 'utf8') : null;
  const versions = (lock: string | null): string[] => {
    if (lock === null) return [];
    const { packages } = JSON.parse(lock) as {
      packages: Record<string, { version?: string; optional?: boolean }>;
    };
    const wanted = Object.entries(packages).filter(([path, p]) => path !== '' && !p.optional);
    return wanted.map(([path, { version }]) => `${path}@${version ?? ''}`);
  };
  const want = versions(record(join(peers, 'package-lock.json')));
  const have = new Set(versions(record(join(peers, 'node_modules', '.package-lock.json'))));
  if (want.every((one) => have.has(one))) return; // more than that does no harm
  process.stderr.write('bench: installing the peers (about 380 MB, once) ...\n');
  // --ignore-scripts: onnxruntime-node brings its CPU libraries; its script would fetch those for CUDA.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: peers, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    process.stderr.write(
      'bench: npm ci failed; TensorFlow.js, onnxruntime-node and charts are left out\n',
    );
}

/** A Python with PyTorch: BLASGRAD_PYTHON, or else python3. */
export function torchPython(): string {
  const given = process.env['BLASGRAD_PYTHON'];
  const candidates = given === undefined ? ['python3', '/usr/bin/python3'] : [given];
  const options = { stdio: 'ignore', env: cleanEnvironment(1), cwd: root } as const;
  const found = candidates.find((p) => spawnSync(p, ['-c', 'import torch'], options).status === 0);
  if (found !== undefined) return found;
  throw new Missing('PyTorch was not found: apt-get install python3-torch, or set BLASGRAD_PYTHON');
}

export const python = (name: string): string => join(folder, `${name}.py`);
