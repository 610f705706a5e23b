/** Saving checkpoints atomically. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { numbersIn } from '../../core/access';
import {
  requireArity,
  describe,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { currentGenerator } from '../../core/generator';
import { Tensor } from '../../core/tensor';
import { version } from '../../version';
import { requirePath } from '../file';
import { contentOf } from '../safetensors/write';
import type { Pieces } from '../pieces';
import { hasCode, syncDirectory, writePieces } from '../write';
import {
  checkpointName,
  pointLink,
  readCheckpoints,
  removeLeftovers,
  removeOld,
  requireLinks,
  temporaryName,
} from './directory';
import {
  files,
  format,
  isEntryName,
  manifestText,
  maxManifestBytes,
  sumsText,
  tensorsFile,
} from './manifest';
import type { Manifest, ManifestEntry } from './manifest';
import { isStateful } from './stateful';
import { takeSnapshot } from './tree';

/** Options of `saveCheckpoint`. */
export interface CheckpointOptions {
  /** Number of checkpoints to keep, including this one; older ones are deleted. Infinity keeps all. Default: 3. */
  keep?: number;
  /**
   * Whether this is the best checkpoint so far, which `loadCheckpoint` finds with `which: 'best'`; it stays until the
   * next best one is saved. Default false.
   */
  best?: boolean;
}

const op = 'saveCheckpoint';

/**
 * Saves states and values of a training run as a new checkpoint.
 *
 * Entries with `stateDict` and `loadStateDict` are saved as states. All others are saved as values: tensors, numbers,
 * strings, booleans, null, and arrays and plain objects of these. The state of the generator of `manualSeed` is always
 * included. Everything is copied before the promise is returned, so that training can continue immediately.
 *
 * The operation is atomic: the files are written under a temporary name with their checksums, synced to the disk, and
 * renamed. Whenever the process ends, all checkpoints in the directory are complete.
 *
 * @param dir directory of the checkpoints; it is created if it does not exist
 * @param entries states and values by name; `step`, if present, is an integer and becomes part of the name
 * @param options number of checkpoints to keep; see CheckpointOptions
 * @returns a promise of the path of the new checkpoint
 * @throws TypeError (the promise rejects) if an entry contains a value that cannot be saved
 * @throws RangeError (the promise rejects) if a name is invalid
 * @example await io.saveCheckpoint('runs/first', { model, optimizer, scheduler, loader, step: 1000 }, { keep: 5 });
 */
export async function saveCheckpoint(
  dir: string | URL,
  entries: Readonly<Record<string, unknown>>,
  options: CheckpointOptions = {},
): Promise<string> {
  requireArity('saveCheckpoint', arguments.length, 3);
  const folder = resolve(requirePath(op, dir, 'dir'));
  requireOptions(op, options, ['keep', 'best']);
  const { keep = 3, best = false } = options;
  if (keep !== Infinity) requireInteger(op, 'keep', keep, 1);
  requireBoolean(op, 'best', best);
  const { content, step } = readStates(entries);
  return await inTurn(folder, () => write(folder, content, { step, keep, best }));
}

/** What to write, file by file. */
type Content = ReadonlyMap<string, Pieces>;

function readStates(states: unknown): { content: Content; step: number | null } {
  const isOther = states instanceof Tensor || states instanceof Map || isStateful(states);
  if (typeof states !== 'object' || states === null || isOther) {
    throw wrongType(op, 'an object of entries', 'entries', states);
  }
  const random = Array.from(numbersIn(currentGenerator().getState()));
  const content = new Map<string, Pieces>();
  const entries: [string, ManifestEntry][] = [];
  for (const [name, value] of Object.entries(states as Record<string, unknown>)) {
    if (value === undefined) continue;
    requireName(name, entries);
    const kind = isStateful(value) ? 'state' : 'value';
    const tree = isStateful(value) ? value.stateDict() : value;
    const { json, tensors } = takeSnapshot(op, name, tree);
    entries.push([name, { kind, tree: json }]);
    if (tensors.size === 0) continue;
    content.set(tensorsFile(name), contentOf(op, Object.fromEntries(tensors), undefined));
  }
  const { step } = states as { step?: unknown };
  if (step !== undefined) requireInteger(op, 'step', step, 0);
  const manifest: Manifest = {
    format: format.name,
    version: format.version,
    library: version,
    time: new Date().toISOString(),
    random,
    entries: Object.fromEntries(entries),
  };
  const text = Buffer.from(manifestText(manifest));
  if (text.length > maxManifestBytes) {
    throw new RangeError(
      `${op}: the entries without their tensors take ${text.length} bytes as JSON, more than ${maxManifestBytes}; ` +
        'store large arrays as tensors',
    );
  }
  content.set(files.manifest, [text]);
  return { content, step: (step as number | undefined) ?? null };
}

function requireName(name: string, known: readonly [string, ManifestEntry][]): void {
  if (!isEntryName(name) || name === 'path') {
    const what = "letters, digits, _ and -, starting with a letter, and not 'path',";
    throw unexpected(op, what, 'the name of an entry', describe(name));
  }
  const same = known.find(([other]) => other.toLowerCase() === name.toLowerCase());
  if (same) {
    throw new RangeError(
      `${op}: the names '${same[0]}' and '${name}' differ only in case, which some file systems ignore; rename one`,
    );
  }
}

async function write(
  dir: string,
  content: Content,
  { step, keep, best }: { step: number | null; keep: number; best: boolean },
): Promise<string> {
  await makeDirectory(dir);
  await requireLinks(op, dir);
  await removeLeftovers(dir);
  const unfinished = join(dir, await temporaryName());
  await mkdir(unfinished);
  let path: string;
  try {
    const sums = new Map<string, string>();
    for (const [file, pieces] of content) {
      sums.set(file, await writePieces(join(unfinished, file), pieces));
    }
    await writePieces(join(unfinished, files.sums), [Buffer.from(sumsText(sums))]);
    await syncDirectory(unfinished);
    path = await publish(dir, unfinished, step, best);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await pointLink(dir, 'latest', basename(path));
  if (best) await pointLink(dir, 'best', basename(path));
  await syncDirectory(dir);
  await removeOld(dir, keep);
  return path;
}

/** Creates a directory and its parents, and syncs their names to the disk. */
async function makeDirectory(dir: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true });
  if (first === undefined) return;
  for (let created = dir; created.length >= first.length; created = dirname(created)) {
    await syncDirectory(dirname(created));
  }
}

/** Gives a finished directory the next free number; another process may take the number at the same time. */
async function publish(
  dir: string,
  unfinished: string,
  step: number | null,
  best: boolean,
): Promise<string> {
  for (let number = 1; ; number++) {
    const newest = (await readCheckpoints(dir)).at(0)?.number ?? 0;
    number = Math.max(number, newest + 1);
    const path = join(dir, checkpointName(number, step, best));
    try {
      await rename(unfinished, path);
      await syncDirectory(dir);
      return path;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
    }
  }
}

// Saves into the same directory wait for each other, so that they are numbered in the order of the calls.
const queues = new Map<string, Promise<unknown>>();

async function inTurn<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const done = (queues.get(dir) ?? Promise.resolve()).then(work, work);
  queues.set(dir, done);
  try {
    return await done;
  } finally {
    if (queues.get(dir) === done) queues.delete(dir);
  }
}
