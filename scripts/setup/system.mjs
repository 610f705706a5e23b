// Step 1: checks for the system packages: a C++ compiler, make, CMake, OpenBLAS and Highway. It asks the compiler, so it
// also finds an OpenBLAS in OPENBLAS_ROOT or from Homebrew.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask, canAsk } from './question.mjs';
import { run, say, SetupError, step, which } from './tools.mjs';

// No `brew`: macOS's command line tools (xcode-select --install) have it.
const needs = {
  compiler: { name: 'a C++20 compiler', apt: 'g++', dnf: 'gcc-c++' },
  make: { name: 'make', apt: 'make', dnf: 'make' },
  cmake: { name: 'CMake', apt: 'cmake', dnf: 'cmake', brew: 'cmake' },
  openblas: { name: 'OpenBLAS', apt: 'libopenblas-dev', dnf: 'openblas-devel', brew: 'openblas' },
  highway: { name: 'Google Highway', apt: 'libhwy-dev', dnf: 'highway-devel', brew: 'highway' },
};

export function compilerPath() {
  if (process.env.CXX) return process.env.CXX;
  return which('c++') ?? which('g++') ?? which('clang++');
}

/** Makes sure that everything is there; with `install`, installs what is missing, where apt-get and the user allow it. */
export async function systemPackages({ install = true } = {}) {
  let missing = await findMissing();
  if (missing.length === 0) return;

  const apt = install ? await aptGet(missing) : undefined;
  if (apt) {
    await step(`installing ${aptNames(missing)} with apt-get`, () => aptInstall(apt, missing));
    missing = await findMissing();
    if (missing.length === 0) return;
  }
  throw new SetupError(howToInstall(missing));
}

async function findMissing() {
  const compiler = compilerPath();
  const probe = compiler ? await probeCompiler(compiler) : {};
  const present = {
    compiler: probe.works,
    make: which('make') ?? which('ninja'),
    cmake: which('cmake'),
    openblas: probe.openblas,
    highway: probe.highway,
  };
  return Object.keys(needs)
    .filter((key) => !present[key])
    .map((key) => needs[key]);
}

/** The names of the Debian packages. */
function aptNames(missing, separator = ' ') {
  return missing.map((need) => need.apt).join(separator);
}

/** Finds headers with one run of the preprocessor, and the library by its name. */
async function probeCompiler(compiler) {
  const [openblasPaths, highwayPaths] = await Promise.all([
    searchPaths('openblas', process.env.OPENBLAS_ROOT, 'openblas'),
    searchPaths('libhwy', process.env.HWY_ROOT, 'highway'), // its headers are all we need
  ]);
  const source = ['vector', 'cblas.h', 'hwy/highway.h']
    .map((header) => `#if __has_include(<${header}>)\nfound ${header}\n#endif\n`)
    .join('');
  const includes = [...openblasPaths.include, ...highwayPaths.include, '/usr/include/openblas'];
  const seen = await run(
    compiler,
    [...includes.map((path) => `-I${path}`), '-x', 'c++', '-E', '-'],
    {
      input: source,
    },
  );
  const found = (header) => seen.code === 0 && seen.output.includes(`found ${header}\n`);
  return {
    works: found('vector'),
    openblas: found('cblas.h') && (await findLibrary(compiler, 'openblas', openblasPaths.lib)),
    highway: found('hwy/highway.h'),
  };
}

/** The folders that CMakeLists.txt searches: the given root, those of pkg-config, Homebrew's. */
async function searchPaths(pkgConfigName, givenRoot, brewName) {
  const roots = [givenRoot, `/opt/homebrew/opt/${brewName}`, `/usr/local/opt/${brewName}`].filter(
    Boolean,
  );
  const include = roots.map((path) => join(path, 'include'));
  const lib = roots.map((path) => join(path, 'lib'));
  const flags = which('pkg-config')
    ? await run('pkg-config', ['--cflags', '--libs', pkgConfigName])
    : undefined;
  if (flags?.code === 0) {
    for (const flag of flags.output.trim().split(/\s+/)) {
      if (flag.startsWith('-I')) include.push(flag.slice(2));
      if (flag.startsWith('-L')) lib.push(flag.slice(2));
    }
  }
  return { include, lib };
}

async function findLibrary(compiler, name, folders) {
  const files = [`lib${name}.so`, `lib${name}.dylib`, `lib${name}.a`];
  if (folders.some((folder) => files.some((file) => existsSync(join(folder, file))))) return true;
  for (const file of files) {
    // The compiler prints only the name if the file is in none of its folders.
    const { output } = await run(compiler, [`-print-file-name=${file}`]);
    if (output.trim() !== file && existsSync(output.trim())) return true;
  }
  return false;
}

/** The command that runs apt-get as root, or undefined if there is none or the user refuses. */
async function aptGet(missing) {
  if (!which('apt-get')) return undefined;
  const command = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=120',
  ];
  if (process.getuid?.() === 0) return command;
  if (!which('sudo')) return undefined;
  if (canAsk() && !(await ask(`setup: install ${aptNames(missing, ', ')} with sudo apt-get?`)))
    return undefined;
  if ((await run('sudo', ['-n', 'true'])).code === 0) return ['sudo', '-n', ...command];
  if (!process.stdin.isTTY) return undefined;
  say('setup: sudo may ask for your password to install system packages');
  return (await run('sudo', ['-v'], { inherit: true })).code === 0
    ? ['sudo', ...command]
    : undefined;
}

async function aptInstall([command, ...args], missing) {
  const install = [
    ...args,
    'install',
    '-y',
    '--no-install-recommends',
    ...missing.map((need) => need.apt),
  ];
  let result = await run(command, install);
  if (result.code !== 0) {
    // New containers have no package lists, and old ones have stale lists.
    await run(command, [...args, 'update']);
    result = await run(command, install);
  }
  if (result.code !== 0) {
    throw new SetupError(
      `${result.output.trimEnd().split('\n').slice(-15).join('\n')}\n\n${howToInstall(missing)}`,
    );
  }
}

function howToInstall(missing) {
  const names = missing.map((need) => need.name);
  const list = (manager) =>
    missing
      .map((need) => need[manager])
      .filter(Boolean)
      .join(' ');
  const brew = list('brew') ? `brew install ${list('brew')}` : 'xcode-select --install';
  return [
    `blasgrad needs ${new Intl.ListFormat('en').format(names)}, not found on this machine. To install:`,
    `  Debian, Ubuntu:  sudo apt-get install -y ${list('apt')}`,
    `  Fedora:          sudo dnf install -y ${list('dnf')}`,
    `  macOS:           ${brew}`,
    'Then run the same command again.',
  ].join('\n');
}
