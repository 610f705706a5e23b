/** Finds the native addon among its possible locations, or throws one error that lists them. */
import { isError } from './realms';
import { join } from 'node:path';
import type { NativeAddon } from '../../binding';

/** What the search depends on. */
export interface Host {
  /** `process.platform`, `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** `process.version`, and its Node-API version. */
  readonly node: string;
  readonly nodeApi: string;
  /** 'glibc' or 'musl', and its version, on Linux; called only if there is no local build. */
  readonly libcFamily: () => string | null;
  readonly libcVersion: () => string | null;
  /** Version of the library, and the folder of its package. */
  readonly version: string;
  readonly root: string;
  /** Whether that folder is a clone instead of an installed package. */
  readonly clone: boolean;
  /** The script that builds the addon from source; undefined if a bundler copied the code out of its package. */
  readonly buildScript: string | undefined;
  /** BLASGRAD_ADDON: if set, the only location to try. */
  readonly override: string | undefined;
  /** `require`, relative to the library's folder. */
  readonly load: (id: string) => unknown;
  /** Bytes of the file that `load` would open. */
  readonly sizeOf: (id: string) => number;
  /** The folder of a package, complete or not, if there is one. */
  readonly folderOf: (name: string) => string | undefined;
}

/** A location where loading failed, the reason, and the code of Node's error. */
interface Attempt {
  readonly place: string;
  readonly reason: string;
  readonly code: unknown;
}

/** Node-API version that the addon is built for. */
const neededNodeApi = 8;

/** Packages of prebuilt addons. */
const platformPackages = new Set(['blasgrad-linux-x64']);

/** The name of a platform's package, which may not exist. */
export function platformPackage({ platform, arch, libcFamily }: Host): string {
  const musl = platform === 'linux' && libcFamily() === 'musl';
  return `blasgrad-${platform}-${arch}${musl ? '-musl' : ''}`;
}

/** Returns the first addon that loads: a local build, then the platform's package. */
export function findAddon(host: Host): NativeAddon {
  const tried: Attempt[] = [];
  const attempt = <T>(place: string, open: () => T): T | undefined => {
    try {
      return open();
    } catch (error) {
      tried.push({ place, reason: reasonOf(error), code: codeOf(error) });
      return undefined;
    }
  };

  const local = host.override
    ? [host.override]
    : ['Release', 'Debug'].map((kind) => join(host.root, 'build', kind, 'blasgrad.node'));
  for (const path of local) {
    const addon = attempt(path, () => host.load(path) as NativeAddon);
    if (addon) return addon;
  }
  if (!host.override) {
    const name = platformPackage(host);
    const addon = attempt(name, () => loadPlatformPackage(host, name));
    if (addon) return addon;
  }
  throw new Error(explain(host, tried));
}

/** The fields of a platform package's manifest that are checked (scripts/package/platform.mjs). */
interface PlatformManifest {
  readonly version: string;
  readonly addonBytes: number;
}

function loadPlatformPackage({ load, sizeOf, folderOf, version }: Host, name: string): NativeAddon {
  const file = (path: string, open: (id: string) => unknown): unknown => {
    try {
      return open(`${name}/${path}`);
    } catch (error) {
      const folder = codeOf(error) === notFound ? folderOf(name) : undefined;
      throw folder === undefined ? error : new Error(`${path} is missing in ${folder}`);
    }
  };
  const manifest = file('package.json', load) as PlatformManifest;
  if (manifest.version !== version) {
    throw new Error(`its version is ${manifest.version}, this is blasgrad ${version}`);
  }
  // Loading a truncated file would crash the process.
  const bytes = file('blasgrad.node', sizeOf) as number;
  if (bytes !== manifest.addonBytes) {
    throw new Error(`blasgrad.node has ${bytes} bytes, not ${manifest.addonBytes}`);
  }
  return file('blasgrad.node', load) as NativeAddon;
}

const notFound = 'MODULE_NOT_FOUND';
const missing = 'not found';

function codeOf(error: unknown): unknown {
  return isError(error) && 'code' in error ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error);
  return codeOf(error) === notFound ? missing : error.message.split('\n')[0];
}

function explain(host: Host, tried: readonly Attempt[]): string {
  const family = host.libcFamily();
  const libc = family === null ? '' : `, ${family} ${host.libcVersion() ?? 'of unknown version'}`;
  return [
    `blasgrad ${host.version}: no native addon loads on ${host.platform}-${host.arch}${libc}, Node ${host.node} ` +
      `with Node-API ${host.nodeApi} (needed: ${neededNodeApi}). Tried:`,
    ...tried.map(({ place, reason }) => `  ${place}: ${reason}`),
    `To fix it: ${remedy(host, tried)}`,
    'More: docs/troubleshooting.md',
  ].join('\n');
}

function remedy(host: Host, tried: readonly Attempt[]): string {
  if (tried.some(({ code }) => code === 'ERR_DLOPEN_DISABLED')) {
    return 'start Node without --no-addons; with --permission, also pass --allow-addons';
  }
  if (host.override)
    return `unset BLASGRAD_ADDON, or set it to an addon that was built for this machine`;
  if (Number(host.nodeApi) < neededNodeApi) return 'install Node.js 20 or newer';
  if (host.clone) return 'npm run build';
  const name = platformPackage(host);
  const { reason = '', code } = tried.find(({ place }) => place === name) ?? {};
  // The file needs a newer glibc; otherwise it is missing, different or damaged.
  const tooNew = /version `GLIBC_/.test(reason);
  if (platformPackages.has(name) && !tooNew) {
    const install = `npm install ${name}@${host.version}`;
    if (code === 'ERR_ACCESS_DENIED') {
      return `start Node with --allow-fs-read for the folder of ${name}; if there is none, ${install}`;
    }
    // npm does not repair a folder with the right version.
    const damaged = reason !== missing && !reason.startsWith('its version');
    const folder = damaged ? host.folderOf(name) : undefined;
    return folder === undefined ? install : `rm -r '${folder}' && ${install}`;
  }
  return buildCommand(host, name);
}

/** Not `npm rebuild`: npm 12 and pnpm run only install scripts that the project has approved. */
function buildCommand({ platform, buildScript }: Host, name: string): string {
  if (platform !== 'linux' && platform !== 'darwin') {
    return `use Linux or macOS (on Windows: WSL); ${platform} is not supported`;
  }
  if (buildScript === undefined) return 'tell your bundler that blasgrad is external';
  const build = `node '${buildScript}'`;
  if (platform === 'darwin') return `brew install cmake openblas highway && ${build}`;
  if (name.endsWith('-musl'))
    return `apk add build-base cmake openblas-dev highway-dev && ${build}`;
  const tools = 'g++ make cmake libopenblas-dev libhwy-dev';
  return `sudo apt-get install -y ${tools} && ${build} (Debian, Ubuntu; Fedora: docs/troubleshooting.md)`;
}
