/** Where the native addon may be, which of the places gives it, and the one error when none does. */
import { join } from 'node:path';
import type { NativeAddon } from '../binding';

/** What the search depends on. */
export interface Host {
  /** `process.platform`, `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** `process.version`, and the version of Node-API that it has. */
  readonly node: string;
  readonly nodeApi: string;
  /** 'glibc' or 'musl', and its version, on Linux: asked only where no local build is found. */
  readonly libcFamily: () => string | null;
  readonly libcVersion: () => string | null;
  /** Version of the library, and the folder of its package. */
  readonly version: string;
  readonly root: string;
  /** Whether that folder is a clone and not an installed package. */
  readonly clone: boolean;
  /** BLASGRAD_ADDON: the only place to look, if it is set. */
  readonly override: string | undefined;
  /** `require`, from the folder of the library. */
  readonly load: (id: string) => unknown;
}

/** Node-API version that the addon is built for. */
const neededNodeApi = 8;

/** Platforms with a package of their own: the addon, built with all that it needs. */
const platformPackages = new Set(['blasgrad-linux-x64']);

/** How the package of a platform is called, whether or not there is one. */
export function platformPackage({ platform, arch, libcFamily }: Host): string {
  const musl = platform === 'linux' && libcFamily() === 'musl';
  return `blasgrad-${platform}-${arch}${musl ? '-musl' : ''}`;
}

/** The first addon that loads: a local build, then the platform's package. Throws the one error. */
export function findAddon(host: Host): NativeAddon {
  const tried: [place: string, reason: string][] = [];
  const attempt = <T>(place: string, open: () => T): T | undefined => {
    try {
      return open();
    } catch (error) {
      tried.push([place, reasonOf(error)]);
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

function loadPlatformPackage({ load, version }: Host, name: string): NativeAddon {
  const found = load(`${name}/package.json`) as { version: string };
  if (found.version !== version) {
    throw new Error(`its version is ${found.version}, this is blasgrad ${version}`);
  }
  return load(`${name}/blasgrad.node`) as NativeAddon;
}

const missing = 'not there';

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'MODULE_NOT_FOUND') return missing;
  return error.message.split('\n')[0];
}

function explain(host: Host, tried: readonly [place: string, reason: string][]): string {
  const family = host.libcFamily();
  const libc = family === null ? '' : `, ${family} ${host.libcVersion() ?? 'of unknown version'}`;
  const places = tried.map(([place, reason]) => `  ${place}: ${reason}`);
  return [
    `blasgrad ${host.version}: no native addon loads on ${host.platform}-${host.arch}${libc}, Node ${host.node} ` +
      `with Node-API ${host.nodeApi} (needed: ${neededNodeApi}). Tried:`,
    ...places,
    `To fix it: ${remedy(host, tried)}`,
    'More: docs/troubleshooting.md',
  ].join('\n');
}

function remedy(host: Host, tried: readonly [place: string, reason: string][]): string {
  if (host.override) return `unset BLASGRAD_ADDON, or let it name an addon built for this machine`;
  if (Number(host.nodeApi) < neededNodeApi) return 'install Node.js 20 or newer';
  if (host.clone) return 'npm run build';
  const name = platformPackage(host);
  const reason = tried.find(([place]) => place === name)?.[1] ?? '';
  if (platformPackages.has(name) && (reason === missing || reason.startsWith('its version'))) {
    return `npm install ${name}@${host.version}`;
  }
  const build = 'npm rebuild blasgrad';
  if (host.platform === 'darwin') return `brew install cmake openblas highway && ${build}`;
  if (name.endsWith('-musl')) {
    return `apk add build-base cmake openblas-dev highway-dev && ${build}`;
  }
  if (host.platform === 'linux') {
    const tools = 'g++ make cmake libopenblas-dev libhwy-dev';
    return `sudo apt-get install -y ${tools} && ${build} (Debian, Ubuntu; Fedora: docs/troubleshooting.md)`;
  }
  return `use Linux or macOS (on Windows: WSL); ${host.platform} is not supported`;
}
