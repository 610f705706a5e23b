/** Empty projects for the tarballs, with nothing on the PATH but Node, npm and a shell. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root = join(__dirname, '..', '..');
export const programs = join(__dirname, 'programs');

const packed = join(root, 'build', 'package');

/** The tarball of a package that `npm run package` made. */
export function tarball(name: string): string {
  const file = readdirSync(packed).find(
    (one) => one.startsWith(name) && /-\d[^-]*\.tgz$/.test(one.slice(name.length)),
  );
  if (file === undefined)
    throw new Error(`no tarball of ${name} in build/package: npm run package`);
  return join(packed, file);
}

export const library = tarball('blasgrad');
export const platform = tarball('blasgrad-linux-x64');

/** Major versions of Node that the binary must serve, and where each is. */
export const nodes = new Map(
  [20, 22, 24, 26].map((major) => [
    major,
    join(__dirname, 'nodes/node_modules', `node${major}`, 'bin/node'),
  ]),
);

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  /** Everything it printed. */
  readonly output: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** The Node to run. */
  readonly node?: string;
  /** Added to a bare environment. */
  readonly env?: Record<string, string>;
  /** Within the folder. */
  readonly cwd?: string;
}

export interface Project {
  readonly folder: string;
  /** Runs Node with arguments in the folder. */
  run(args: readonly string[], options?: RunOptions): Outcome;
  npm(...args: string[]): Outcome;
  remove(): void;
}

/** npm's own script, of the npm that runs this or lies beside this Node. */
function npmProgram(): string {
  const given = process.env['npm_execpath'];
  if (given?.endsWith('npm-cli.js')) return given;
  const places = [
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    ...(process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'npm')),
  ];
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error('npm was not found');
  return realpathSync(found);
}

/** A folder with a package.json, and on its PATH `node`, `sh` and `env` only; no network, no cache of npm's. */
export function emptyProject(): Project {
  const home = mkdtempSync(join(tmpdir(), 'blasgrad-project-'));
  const [bin, folder] = [join(home, 'bin'), join(home, 'project')];
  mkdirSync(bin);
  mkdirSync(folder);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['sh', 'env']) symlinkSync(join('/usr/bin', name), join(bin, name));
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "private": true }\n');
  for (const file of readdirSync(programs)) copyFileSync(join(programs, file), join(folder, file));

  const bare = {
    PATH: bin,
    HOME: home,
    npm_config_cache: join(home, 'cache'),
    npm_config_registry: 'http://127.0.0.1:9', // nobody listens
    npm_config_update_notifier: 'false',
    npm_config_foreground_scripts: 'true',
  };
  const run: Project['run'] = (args, { node = process.execPath, env, cwd = '.' } = {}) => {
    const start = performance.now();
    const ended = spawnSync(node, args, {
      cwd: join(folder, cwd),
      encoding: 'utf8',
      env: { ...bare, ...env },
    });
    if (ended.error) throw ended.error;
    const seconds = (performance.now() - start) / 1000;
    return {
      code: ended.status,
      stdout: ended.stdout,
      output: ended.stdout + ended.stderr,
      seconds,
    };
  };
  return {
    folder,
    run,
    npm: (...args) => run([npmProgram(), ...args]),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A project with both tarballs installed, offline. */
export function installedProject(): Project & { readonly installed: Outcome } {
  const project = emptyProject();
  const installed = project.npm('install', '--offline', library, platform);
  return { ...project, installed };
}
