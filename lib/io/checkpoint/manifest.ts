/**
 * The two text files of a checkpoint: checkpoint.json, with everything except tensors, and SHA256SUMS, with the hash of
 * every other file, as `sha256sum --check SHA256SUMS` reads it. A change of any byte in either is detected.
 */
import { describe } from '../../core/errors';
import type { InputFile } from '../file';
import { isObject } from '../safetensors/header';

export const files = { manifest: 'checkpoint.json', sums: 'SHA256SUMS' } as const;
export const tensorsFile = (entry: string): string => `${entry}.safetensors`;

export const format = { name: 'blasgrad checkpoint', version: 1 } as const;

/** The largest checkpoint.json: JSON of many small parts takes 50 times as much memory. */
export const maxManifestBytes = 2 ** 25;

/** One entry: a `state` is loaded into its target, a `value` is returned. */
export interface ManifestEntry {
  readonly kind: 'state' | 'value';
  /** In the format of tree.ts. */
  readonly tree: unknown;
}

export interface Manifest {
  readonly format: string;
  readonly version: number;
  /** The version of the library that wrote it. */
  readonly library: string;
  /** The time in ISO 8601. */
  readonly time: string;
  /** The state of the default generator. */
  readonly random: readonly number[];
  readonly entries: Readonly<Record<string, ManifestEntry>>;
}

const namePattern = /^[A-Za-z_][\w-]{0,99}$/;

/** Whether a name can be the name of an entry, which becomes a file name. */
export function isEntryName(name: string): boolean {
  return namePattern.test(name);
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

export function parseManifest(from: InputFile, text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const manifest = (isObject(value) ? value : {}) as Partial<Manifest>;
  const { name, version } = format;
  if (manifest.format !== name) {
    throw from.wrong(`the format '${name}'`, '', describe(manifest.format));
  }
  if (manifest.version !== version) {
    throw from.wrong(`version ${version} of the format`, '', describe(manifest.version));
  }
  const { random, entries } = manifest;
  const isInt32 = (word: unknown): boolean => typeof word === 'number' && word === (word | 0);
  if (!Array.isArray(random) || random.length !== 4 || !random.every(isInt32)) {
    throw from.wrong('four int32 numbers', 'random', describe(random));
  }
  if (!isObject(entries)) throw from.wrong('an object', 'entries', describe(entries));
  for (const [entry, content] of Object.entries(entries)) {
    const known = isObject(content) && ['state', 'value'].includes(content['kind']);
    if (isEntryName(entry) && known && 'tree' in content) continue;
    throw from.wrong('a name, a kind and a tree', 'each entry', describe(entry));
  }
  return manifest as Manifest;
}

export function sumsText(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([file, sum]) => `${sum}  ${file}\n`).join('');
}

/** The hash of each file. */
export function parseSums(from: InputFile, text: string): Map<string, string> {
  const sums = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw from.wrong('a line break at the end', '', 'none');
  lines.forEach((line, i) => {
    const [, sum, file] = /^([0-9a-f]{64}) {2}([\w.-]+)$/.exec(line) ?? ['', '', ''];
    const entry = file.replace(/\.safetensors$/, '');
    const known = file === files.manifest || (entry !== file && isEntryName(entry));
    if (!known || sums.has(file)) {
      throw from.wrong('a SHA-256 and a file', `line ${i + 1}`, describe(line));
    }
    sums.set(file, sum);
  });
  if (sums.has(files.manifest)) return sums;
  throw from.wrong(`a line for ${files.manifest}`, '', 'none');
}
