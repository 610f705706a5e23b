/** Which addon is loaded, and the error if there is none, on this and other platforms. */
import { findAddon, platformPackage, type Host } from '../../dist/core/addonFinder.js';

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
    buildScript: '/app/scripts/install.mjs',
    override: undefined,
    load(id) {
      const found = there[id] ?? notThere;
      if (found instanceof Error) throw found;
      return found;
    },
    sizeOf(id) {
      if (!(id in there)) throw notThere;
      return there[id] === 'cut' ? 3 : 8;
    },
    folderOf: (name) =>
      Object.keys(there).some((id) => id.startsWith(`${name}/`))
        ? `/node_modules/${name}`
        : undefined,
    ...other,
  };
}

const local = '/app/build/Release/blasgrad.node';
const debug = '/app/build/Debug/blasgrad.node';
const installed = {
  'blasgrad-linux-x64/package.json': { version: '1.2.3', addonBytes: 8 },
  'blasgrad-linux-x64/blasgrad.node': 'platform',
};
const withAddon = (addon: unknown): Record<string, unknown> => ({
  ...installed,
  'blasgrad-linux-x64/blasgrad.node': addon,
});
const disabled = Object.assign(new Error('Cannot load native addon'), {
  code: 'ERR_DLOPEN_DISABLED',
});
const denied = Object.assign(new Error('Access to this API has been restricted'), {
  code: 'ERR_ACCESS_DENIED',
});
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
    `  ${local}: not found`,
    `  ${debug}: not found`,
    '  blasgrad-linux-x64: not found',
    'To fix it: npm install blasgrad-linux-x64@1.2.3',
    'More: docs/troubleshooting.md',
  ]);
});

describe('what fixes it', () => {
  const otherVersion = { 'blasgrad-linux-x64/package.json': { version: '1.0.0', addonBytes: 8 } };
  const noAddon = { 'blasgrad-linux-x64/package.json': { version: '1.2.3', addonBytes: 8 } };
  const noManifest = { 'blasgrad-linux-x64/blasgrad.node': 'platform' };
  const anew =
    /^rm -r '\/node_modules\/blasgrad-linux-x64' && npm install blasgrad-linux-x64@1.2.3$/;
  test.each<[what: string, Host, reason: RegExp, fix: RegExp]>([
    ['no package', hostWith({}), /linux-x64: not found/, /^npm install blasgrad-linux-x64@1.2.3$/],
    [
      'the package of another version',
      hostWith(otherVersion),
      /its version is 1\.0\.0, this is blasgrad 1\.2\.3/,
      /^npm install blasgrad-linux-x64@1.2.3$/,
    ],
    [
      'the package without its addon',
      hostWith(noAddon),
      /: blasgrad.node is missing in \/node_modules\/blasgrad-linux-x64$/m,
      anew,
    ],
    ['the package without package.json', hostWith(noManifest), /package.json is missing in/, anew],
    ['an addon that was cut', hostWith(withAddon('cut')), /blasgrad.node has 3 bytes, not 8/, anew],
    [
      'an addon of another kind',
      hostWith(withAddon(new Error('/x: invalid ELF header'))),
      /invalid ELF header/,
      anew,
    ],
    [
      'no addons allowed',
      hostWith(withAddon(disabled)),
      /Cannot load/,
      /--no-addons.*--allow-addons/,
    ],
    [
      'a package that may not be read',
      hostWith({ 'blasgrad-linux-x64/package.json': denied }),
      /restricted/,
      /^start Node with --allow-fs-read .*npm install blasgrad-linux-x64@1.2.3$/,
    ],
    [
      'an older C library',
      hostWith(withAddon(oldGlibc)),
      /GLIBC_2.34' not found/,
      /apt-get .* && node '\/app\/scripts\/install.mjs' \(/,
    ],
    [
      'an older C library, in a bundle',
      hostWith(withAddon(oldGlibc), { buildScript: undefined }),
      /GLIBC_2.34' not found/,
      /^tell your bundler that blasgrad is external$/,
    ],
    ['a clone', hostWith({}, { clone: true }), /not found/, /^npm run build$/],
    ['musl', hostWith({}, musl), /linux-x64-musl: not found/, /^apk add .*install.mjs'$/],
    ['ARM', hostWith({}, { arch: 'arm64' }), /linux-arm64: not found/, /apt-get .*install.mjs'/],
    [
      'macOS',
      hostWith({}, { platform: 'darwin', arch: 'arm64', libcFamily: () => null }),
      /on darwin-arm64, Node v20/,
      /^brew install .*install.mjs'$/,
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
      /\/x\.node: not found/,
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
