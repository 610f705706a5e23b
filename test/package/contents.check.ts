/** The contents of the tarballs: a binary that needs only the C library, and a package without problems. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { library, platform, root } from './project';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-contents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: root,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
}

/** Runs the command of an npm package. */
function tool(path: string, ...args: string[]): string {
  return run(process.execPath, join(root, 'node_modules', path), ...args);
}

function unpack(tarball: string, name: string): string {
  const to = join(folder, name);
  run('mkdir', '-p', to);
  run('tar', 'xzf', tarball, '-C', to, '--strip-components=1');
  return to;
}

/** All files under a folder, relative to it. */
function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

function bytesIn(path: string): number {
  return filesIn(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
}

describe('blasgrad-linux-x64', () => {
  const unpacked = unpack(platform, 'platform');
  const addon = join(unpacked, 'blasgrad.node');

  test('is under 40 MB unpacked', () => {
    expect(bytesIn(unpacked)).toBeLessThan(40e6);
  });

  test('names its platform, and the version of the library', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))).toMatchObject({
      ...{ name: 'blasgrad-linux-x64', version },
      ...{ os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
      addonBytes: statSync(addon).size,
    });
  });

  test('needs the C library alone', () => {
    const needed = [...run('readelf', '-d', addon).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(
      ([, name]) => name,
    );
    const libc = ['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'ld-linux-x86-64.so.2'];
    expect(needed).toContain('libc.so.6');
    expect(needed.filter((name) => !libc.includes(name))).toEqual([]);
    expect(run('ldd', addon)).not.toMatch(/not found|openblas|hwy|stdc|gfortran|gcc_s/);
  });

  test('asks for no newer glibc than the documents say', () => {
    const [, promised] = /glibc 2\.(\d+)/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    const asked = [...run('objdump', '-T', addon).matchAll(/GLIBC_2\.(\d+)/g)];
    expect(asked.length).toBeGreaterThan(50);
    expect(Math.max(...asked.map(([, minor]) => Number(minor)))).toBe(Number(promised));
  });

  test('shows Node its two functions and nothing else', () => {
    const symbols = run('nm', '-D', '--defined-only', addon).trim().split('\n');
    expect(symbols.map((line) => line.split(' ').at(-1)).sort()).toEqual([
      'napi_register_module_v1',
      'node_api_module_get_api_version_v1',
    ]);
  });

  test('what it does not bring is from the C library or Node-API', () => {
    const symbols = run('nm', '-D', '--undefined-only', addon).trim().split('\n');
    const names = symbols.map((line) => line.trim()).filter((line) => !line.startsWith('w ')); // weak: may be missing
    const known = /@GLIBC_| napi_| node_api_/;
    expect(names.filter((name) => !known.test(name))).toEqual([]);
  });
});

describe('blasgrad', () => {
  const unpacked = unpack(library, 'library');

  test('holds every native source, and the headers to build it', () => {
    const sources = filesIn(join(root, 'native'));
    const found = filesIn(join(unpacked, 'native'));
    expect(found.filter((file) => !file.startsWith('node-api/'))).toEqual(sources);
    expect(found).toEqual(expect.arrayContaining(['node-api/napi.h', 'node-api/node_api.h']));
  });

  test('brings its dependencies, and names the package of a platform', () => {
    const text = readFileSync(join(unpacked, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as Record<string, Record<string, string>>;
    expect(manifest).toMatchObject({
      bundleDependencies: Object.keys(manifest['dependencies']),
      optionalDependencies: { 'blasgrad-linux-x64': manifest['version'] },
      scripts: { install: 'node scripts/install.mjs' },
    });
    const inside = filesIn(join(unpacked, 'node_modules'));
    for (const name of Object.keys(manifest['dependencies']))
      expect(inside).toContain(`${name}/package.json`);
  });

  test('its types are those of TypeScript 5.0 too', () => {
    // Typed arrays are generic since 5.7; in tuples, since 5.2 some elements may go without a name.
    const newer = /\b(Uint|Int|Float)\d+(Clamped)?Array<|\[\.\.\.\w+, \w+\??:/;
    const types = filesIn(join(unpacked, 'dist')).filter((file) => /\.d\.m?ts$/.test(file));
    expect(types.length).toBeGreaterThan(50);
    const text = (file: string): string => readFileSync(join(unpacked, 'dist', file), 'utf8');
    expect(types.filter((file) => newer.test(text(file)))).toEqual([]);
  });

  test('builds from source: it configures, and the file that includes the most compiles', () => {
    const build = join(unpacked, 'build');
    run('cmake', '-S', unpacked, '-B', build);
    const commands = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8')) as {
      readonly command: string;
      readonly file: string;
    }[];
    const addon = commands.find(({ file }) => file.endsWith('/native/binding/addon.cc'));
    const compile = addon?.command.replace(/ -o \S+/, ' -fsyntax-only') ?? 'false';
    expect(run('sh', '-c', compile)).toBe('');
  });
});

test.each([library, platform])('publint reports nothing about %s', (tarball) => {
  // With CI=true in the environment, publint prints colours even to a pipe.
  const output = stripVTControlCharacters(tool('publint/src/cli.js', 'run', tarball, '--strict'));
  // Pages of the package link to CONTRIBUTING.md, which publint takes for a file of development.
  const problems = output.match(/^\d+\. (?!.*\(\/CONTRIBUTING\.md\)).*$/gm) ?? [];
  expect(problems).toEqual([]);
  expect(output).toMatch(/All good!|^Suggestions:\n1\. [^\n]*\n*$/m);
});

test('attw finds the types from everywhere', () => {
  expect(tool('@arethetypeswrong/cli/dist/index.js', library)).toMatch(/No problems found/);
});
