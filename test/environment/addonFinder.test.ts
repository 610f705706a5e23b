/** Which addon is loaded, and the one error when there is none: on this machine and on others. */
import { findAddon, platformPackage, type Host } from '../../dist/addonFinder.js';

const notThere = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
const oldGlibc = new Error("libc.so.6: version `GLIBC_2.34' not found (required by blasgrad.node)");

/** A machine on which only what `there` names can be loaded; an Error stands for one that loading throws. */
function hostWith(there: Record<string, unknown>, other: Partial<Host> = {}): Host {
  return {
    platform: 'linux',
    arch: 'x64',
    node: 'v20.1.0',
    nodeApi: '9',
    libcFamily: () => 'glibc',
    libcVersion: () => '2.36',
    version: '1.2.3',
    root: '/app',
    clone: false,
    override: undefined,
    load(id) {
      const found = there[id] ?? notThere;
      if (found instanceof Error) throw found;
      return found;
    },
    ...other,
  };
}

const local = '/app/build/Release/blasgrad.node';
const debug = '/app/build/Debug/blasgrad.node';
const installed = {
  'blasgrad-linux-x64/package.json': { version: '1.2.3' },
  'blasgrad-linux-x64/blasgrad.node': 'platform',
};
const musl: Partial<Host> = { libcFamily: () => 'musl', libcVersion: () => '1.2.4' };

describe('what is loaded', () => {
  test.each<[what: string, there: Record<string, unknown>, other: Partial<Host>, found: string]>([
    ['a local build before the package', { [local]: 'local', ...installed }, {}, 'local'],
    ['a debug build', { [debug]: 'debug', ...installed }, {}, 'debug'],
    ['the package', installed, {}, 'platform'],
    [
      'the package if the local build is broken',
      { [local]: oldGlibc, ...installed },
      {},
      'platform',
    ],
    [
      'what BLASGRAD_ADDON names',
      { [local]: 'local', '/x.node': 'x' },
      { override: '/x.node' },
      'x',
    ],
    ['a local build on musl', { [local]: 'local' }, musl, 'local'],
    [
      'a local build on macOS',
      { [local]: 'local' },
      { platform: 'darwin', arch: 'arm64' },
      'local',
    ],
  ])('%s', (_, there, other, found) => {
    expect(findAddon(hostWith(there, other))).toBe(found);
  });

  test('the kind of C library is not asked for where a local build loads', () => {
    const libcFamily = (): never => {
      throw new Error('asked');
    };
    expect(findAddon(hostWith({ [local]: 'local' }, { libcFamily }))).toBe('local');
  });
});

test.each<[Partial<Host>, string]>([
  [{}, 'blasgrad-linux-x64'],
  [musl, 'blasgrad-linux-x64-musl'],
  [{ libcFamily: () => null }, 'blasgrad-linux-x64'],
  [{ arch: 'arm64' }, 'blasgrad-linux-arm64'],
  [{ platform: 'darwin', arch: 'arm64', libcFamily: () => null }, 'blasgrad-darwin-arm64'],
])('the package of %j is %s', (other, name) => {
  expect(platformPackage(hostWith({}, other))).toBe(name);
});

function errorOf(host: Host): string {
  try {
    findAddon(host);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
}

test('the error names platform, C library, Node-API, what was tried, and what fixes it', () => {
  expect(errorOf(hostWith({})).split('\n')).toEqual([
    'blasgrad 1.2.3: no native addon loads on linux-x64, glibc 2.36, Node v20.1.0 with Node-API 9 (needed: 8). Tried:',
    `  ${local}: not there`,
    `  ${debug}: not there`,
    '  blasgrad-linux-x64: not there',
    'To fix it: npm install blasgrad-linux-x64@1.2.3',
    'More: docs/troubleshooting.md',
  ]);
});

describe('what fixes it', () => {
  const otherVersion = { 'blasgrad-linux-x64/package.json': { version: '1.0.0' } };
  const older = { ...installed, 'blasgrad-linux-x64/blasgrad.node': oldGlibc };
  test.each<[what: string, Host, reason: RegExp, fix: RegExp]>([
    ['no package', hostWith({}), /linux-x64: not there/, /^npm install blasgrad-linux-x64@1.2.3$/],
    [
      'the package of another version',
      hostWith(otherVersion),
      /its version is 1\.0\.0, this is blasgrad 1\.2\.3/,
      /^npm install blasgrad-linux-x64@1.2.3$/,
    ],
    [
      'an older C library',
      hostWith(older),
      /GLIBC_2.34' not found/,
      /apt-get .*npm rebuild blasgrad/,
    ],
    ['a clone', hostWith({}, { clone: true }), /not there/, /^npm run build$/],
    ['musl', hostWith({}, musl), /linux-x64-musl: not there/, /^apk add .*npm rebuild blasgrad$/],
    ['ARM', hostWith({}, { arch: 'arm64' }), /linux-arm64: not there/, /apt-get .*npm rebuild/],
    [
      'macOS',
      hostWith({}, { platform: 'darwin', arch: 'arm64', libcFamily: () => null }),
      /on darwin-arm64, Node v20/,
      /^brew install .*npm rebuild blasgrad$/,
    ],
    [
      'Windows',
      hostWith({}, { platform: 'win32', libcFamily: () => null }),
      /on win32-x64, Node v20/,
      /^use Linux or macOS/,
    ],
    ['an old Node', hostWith({}, { nodeApi: '7' }), /with Node-API 7/, /^install Node.js 20/],
    [
      'BLASGRAD_ADDON',
      hostWith(installed, { override: '/x.node' }),
      /\/x\.node: not there/,
      /^unset BLASGRAD_ADDON/,
    ],
    [
      'a C library whose version is not known',
      hostWith({}, { libcVersion: () => null }),
      /glibc of unknown version/,
      /^npm install/,
    ],
  ])('%s', (_, host, reason, fix) => {
    const message = errorOf(host);
    expect(message).toMatch(reason);
    expect(/^To fix it: (.*)$/m.exec(message)?.[1]).toMatch(fix);
  });
});
