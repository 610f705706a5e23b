/** Reads the files of a checkpoint and compares each with its checksum. */
import { join } from 'node:path';
import type { Tensor } from '../../core/tensor';
import { InputFile } from '../file';
import { readHashed, readNothing, readText, type Reader } from '../pieces';
import { readTensors } from '../safetensors/read';
import { files, maxManifestBytes, parseManifest, parseSums, tensorsFile } from './manifest';
import type { Manifest } from './manifest';
import { restoreTree } from './tree';

/** The content of a checkpoint: the trees of the requested entries. */
export interface Content {
  readonly random: readonly number[];
  readonly entries: Manifest['entries'];
  readonly trees: ReadonlyMap<string, unknown>;
}

/** Reads and checks a complete checkpoint; returns only the trees for which `wanted` returns true. */
export async function readCheckpoint(
  op: string,
  path: string,
  wanted: (name: string, kind: string) => boolean,
): Promise<Content> {
  const input = (file: string): InputFile => new InputFile(op, join(path, file));
  const sumsFile = input(files.sums);
  const { value: sumsText } = await readHashed(sumsFile, (size) =>
    readText(sumsFile, size, maxManifestBytes),
  );
  const sums = parseSums(sumsFile, sumsText);

  /** Reads a file and compares it with its checksum. */
  const checked = async <T>(file: string, read: (from: InputFile, size: number) => Reader<T>) => {
    const from = input(file);
    const { value, sha256 } = await readHashed(from, (size) => read(from, size));
    const sum = sums.get(file);
    if (sha256 !== sum) {
      throw from.invalid(
        `its SHA-256 is not the one in ${files.sums}; the file was changed or damaged after it was saved`,
      );
    }
    return value;
  };
  const manifestFile = input(files.manifest);
  const text = await checked(files.manifest, (from, size) =>
    readText(from, size, maxManifestBytes),
  );
  const { random, entries } = parseManifest(manifestFile, text);
  const known = new Set([files.manifest, ...Object.keys(entries).map(tensorsFile)]);
  const unknown = [...sums.keys()].find((file) => !known.has(file));
  if (unknown !== undefined) {
    throw sumsFile.invalid(`it lists ${unknown}, which is not a file of an entry`);
  }

  const trees = new Map<string, unknown>();
  for (const [name, { kind, tree }] of Object.entries(entries)) {
    const file = tensorsFile(name);
    let tensors: Record<string, Tensor> = {};
    if (!wanted(name, kind)) {
      if (sums.has(file)) await checked(file, (_, size) => readNothing(size));
      continue;
    }
    if (sums.has(file)) tensors = await checked(file, readTensors);
    const snapshot = { json: tree, tensors: new Map(Object.entries(tensors)) };
    trees.set(
      name,
      restoreTree(snapshot, (what, got) => manifestFile.wrong(what, `entry '${name}'`, got)),
    );
  }
  return { random, entries, trees };
}
