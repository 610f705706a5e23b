/** Loading checkpoints. */
import { lstat, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { refuseInCapture } from '../../core/capture';
import { fromArray } from '../../creation/filled';
import {
  requireArity,
  describe,
  requireBoolean,
  requireOneOf,
  requireOptions,
  wrongType,
} from '../../core/errors';
import { currentGenerator } from '../../core/generator';
import { requirePath } from '../file';
import { hasCode } from '../write';
import { isCheckpoint, readCheckpoints, type CheckpointInfo } from './directory';
import { CheckpointError } from './error';
import { readCheckpoint, type Content } from './read';
import { isStateful, type AnyStateful, type Stateful } from './stateful';
import { restoreTree, takeSnapshot } from './tree';

/** The entries of a checkpoint that were saved as values, and its path. */
export interface LoadedCheckpoint {
  /** Directory of the checkpoint. */
  readonly path: string;
  /** The entry `step`, if it was saved. */
  readonly step?: number;
  readonly [entry: string]: unknown;
}

/** Options of `loadCheckpoint`. */
export interface LoadOptions {
  /** Whether to load the newest intact checkpoint if a newer one is damaged. Default: false, which throws. */
  fallback?: boolean;
  /**
   * Which checkpoint to load: `'last'`, or `'best'`, the last one that was saved with `best: true`, as `train` saves
   * the best epoch. Default: `'last'`.
   */
  which?: 'last' | 'best';
}

const op = 'loadCheckpoint';

/**
 * Loads the newest checkpoint of a directory.
 *
 * It restores the states of `targets` and of the generator of `manualSeed`. The operation is atomic: all checksums are
 * checked before anything changes, and if a target refuses its state, the others are restored.
 *
 * @param dir directory of checkpoints, or a single checkpoint
 * @param targets objects to load the saved states into, by the names they were saved under. Default: none
 * @param options fallback to an older checkpoint; see LoadOptions
 * @returns a promise of the entries that were saved as values, and the `path` of the checkpoint
 * @throws CheckpointError (the promise rejects) if the checkpoint is damaged; it names the newest intact one
 * @throws RangeError (the promise rejects) if there is no checkpoint, or it has no state with the name of a target
 * @example const { step } = await io.loadCheckpoint('runs/first', { model, optimizer, scheduler, loader });
 */
export async function loadCheckpoint(
  dir: string | URL,
  targets: Readonly<Record<string, Stateful | undefined>> = {},
  options: LoadOptions = {},
): Promise<LoadedCheckpoint> {
  requireArity('loadCheckpoint', arguments.length, 3);
  const folder = resolve(requirePath(op, dir, 'dir'));
  const states = requireTargets(targets);
  requireOptions(op, options, ['fallback', 'which']);
  const fallback = requireBoolean(op, 'fallback', options.fallback ?? false);
  const which = requireOneOf(op, 'which', options.which ?? 'last', ['last', 'best'] as const);
  const wanted = (name: string, kind: string): boolean => kind === 'value' || states.has(name);
  const { path, content } = await readNewest(folder, wanted, fallback, which === 'best');
  for (const name of states.keys()) {
    if (Object.hasOwn(content.entries, name) && content.entries[name].kind === 'state') continue;
    const names = Object.keys(content.entries).join(', ');
    throw new RangeError(
      `${op}: ${path} has no state '${name}'; it contains ${names === '' ? 'no entries' : names}`,
    );
  }
  apply(states, content);
  const values = [...content.trees].filter(([name]) => content.entries[name].kind === 'value');
  return { ...Object.fromEntries(values), path };
}

/**
 * Lists the checkpoints in a directory, by their names only.
 *
 * @param dir directory of checkpoints, which need not exist
 * @returns a promise of path, number and step of each checkpoint, the newest first
 * @example if ((await io.listCheckpoints('runs/first')).length > 0) await io.loadCheckpoint('runs/first', { model });
 */
export async function listCheckpoints(dir: string | URL): Promise<CheckpointInfo[]> {
  requireArity('listCheckpoints', arguments.length, 1);
  return await readCheckpoints(resolve(requirePath('listCheckpoints', dir, 'dir')));
}

function requireTargets(targets: unknown): Map<string, AnyStateful> {
  if (typeof targets !== 'object' || targets === null || isStateful(targets)) {
    throw wrongType(
      op,
      'an object of modules, optimizers or other objects with a state',
      'targets',
      targets,
    );
  }
  const states = new Map<string, AnyStateful>();
  for (const [name, target] of Object.entries(targets as Record<string, unknown>)) {
    if (target === undefined) continue;
    if (!isStateful(target)) {
      const what = 'an object with stateDict and loadStateDict';
      throw wrongType(op, what, `targets[${describe(name)}]`, target);
    }
    states.set(name, target);
  }
  return states;
}

interface Found {
  readonly path: string;
  readonly content: Content;
}

async function readNewest(
  dir: string,
  wanted: (name: string, kind: string) => boolean,
  fallback: boolean,
  onlyBest: boolean,
): Promise<Found> {
  const isSingle = await isCheckpoint(dir);
  if (isSingle && onlyBest && !(await realpath(dir)).endsWith('-best')) {
    throw new RangeError(
      `${op}: ${dir} was not saved as the best checkpoint; pass the directory above it`,
    );
  }
  let path: string;
  let all: CheckpointInfo[];
  let problem: unknown;
  do {
    [path, all] = isSingle ? await siblings(await realpath(dir)) : await choose(dir, onlyBest);
    try {
      return { path, content: await readCheckpoint(op, path, wanted) };
    } catch (error) {
      problem = error;
    }
  } while (!isSingle && (await isGone(path))); // a save removed it after a newer one was complete
  const others = all.filter((info) => info.path !== path);
  for (const { path: other } of others) {
    try {
      const nothing = (): boolean => false;
      const content = await readCheckpoint(op, other, fallback ? wanted : nothing);
      if (fallback) return { path: other, content };
      const hint = `pass { fallback: true } to load ${other}, the newest intact checkpoint`;
      throw new CheckpointError(`${messageOf(problem)}; ${hint}`, path, other, { cause: problem });
    } catch (error) {
      if (error instanceof CheckpointError) throw error;
    }
  }
  const hint = 'no other checkpoint in the directory is intact';
  throw new CheckpointError(`${messageOf(problem)}; ${hint}`, path, null, { cause: problem });
}

/** The newest checkpoint of a directory, and all of them; with `onlyBest`, of those that were saved as the best. */
async function choose(dir: string, onlyBest: boolean): Promise<[string, CheckpointInfo[]]> {
  const all = await readCheckpoints(dir);
  if (all.length === 0) throw new RangeError(`${op}: ${dir} contains no checkpoint`);
  const fitting = onlyBest ? all.filter((info) => info.best) : all;
  if (fitting.length > 0) return [fitting[0].path, fitting];
  throw new RangeError(
    `${op}: no checkpoint in ${dir} was saved as the best one; train with keepBest: true, or with checkpoint.best: true`,
  );
}

/** A checkpoint, and all those in the same directory. */
async function siblings(path: string): Promise<[string, CheckpointInfo[]]> {
  return [path, await readCheckpoints(dirname(path))];
}

async function isGone(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => false,
    (error: unknown) => hasCode(error, 'ENOENT'),
  );
}

function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `${op}: ${message}`;
}

/** Changes all targets and the generator, or none of them. */
function apply(states: ReadonlyMap<string, AnyStateful>, { random, trees }: Content): void {
  refuseInCapture(op, 'state');
  const undo: (() => void)[] = [];
  try {
    for (const [name, target] of states) {
      const snapshot = takeSnapshot(op, name, target.stateDict());
      target.loadStateDict(trees.get(name));
      undo.push(() => target.loadStateDict(restoreTree(snapshot, (what) => new RangeError(what))));
    }
  } catch (error) {
    for (const restore of undo.reverse()) restore();
    throw error;
  }
  currentGenerator().setState(fromArray(Int32Array.from(random)));
}
