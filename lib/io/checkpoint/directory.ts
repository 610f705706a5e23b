/** A directory of checkpoints: its names, and leftovers of processes that have ended. */
import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../write';
import { files } from './manifest';

/** A checkpoint in a directory, from its name only. */
export interface CheckpointInfo {
  /** Directory of the checkpoint. */
  readonly path: string;
  /** Number of the checkpoint, from 1, in the order of saving. */
  readonly number: number;
  /** The step in the name; null if the checkpoint was saved without one. */
  readonly step: number | null;
  /** Whether it was saved as the best one so far. */
  readonly best: boolean;
}

/** `000012-step-3400-best`: numbered in the order of saving, which may differ from the order of the steps. */
export function checkpointName(number: number, step: number | null, best: boolean): string {
  const counter = String(number).padStart(6, '0');
  return `${counter}${step === null ? '' : `-step-${step}`}${best ? '-best' : ''}`;
}

/** The checkpoints of a directory, the newest first; none if the directory does not exist. */
export async function readCheckpoints(dir: string): Promise<CheckpointInfo[]> {
  const found: CheckpointInfo[] = [];
  for (const entry of await entriesIn(dir)) {
    const match = /^(\d{6,15})(?:-step-(\d{1,16}))?(-best)?$/.exec(entry.name);
    if (match === null || entry.isFile()) continue;
    const [, number, step, best] = match as readonly (string | undefined)[];
    const path = join(dir, entry.name);
    found.push({
      path,
      number: Number(number),
      step: step === undefined ? null : Number(step),
      best: best !== undefined,
    });
  }
  // Two processes that save at the same time may use the same number.
  return found.sort((a, b) => b.number - a.number || (b.step ?? -1) - (a.step ?? -1));
}

async function entriesIn(dir: string): Promise<Dirent[]> {
  try {
    return await readdir(dir, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Whether a directory is a checkpoint, intact or damaged: it has one of the two files that every checkpoint has. */
export async function isCheckpoint(path: string): Promise<boolean> {
  return (await exists(join(path, files.sums))) || (await exists(join(path, files.manifest)));
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** Links to the newest checkpoint and to the best one, for people and other programs. Loading does not use them. */
const links = ['latest', 'best'] as const;

/** Throws if the links cannot be created, before anything is written. */
export async function requireLinks(op: string, dir: string): Promise<void> {
  for (const link of links) {
    const path = join(dir, link);
    const existing = await lstat(path).catch(() => null);
    if (existing?.isDirectory()) {
      throw new RangeError(
        `${op}: ${path} is a directory; remove it, because a link is created there`,
      );
    }
  }
}

/** Points `latest` or `best` at a checkpoint. */
export async function pointLink(
  dir: string,
  as: (typeof links)[number],
  name: string,
): Promise<void> {
  const link = join(dir, await temporaryName());
  try {
    await symlink(name, link, 'dir');
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) return; // a file system without links
    throw error;
  }
  try {
    await rename(link, join(dir, as));
  } catch (error) {
    await rm(link, { force: true });
    throw error;
  }
}

/**
 * Removes all but the newest `keep` checkpoints and the newest that was saved as the best. Each is renamed first, so
 * that none is ever incomplete. Directories that only have such a name, such as a date, are not touched.
 */
export async function removeOld(dir: string, keep: number): Promise<void> {
  const all = await readCheckpoints(dir);
  const best = all.find((info) => info.best);
  for (const info of all.slice(keep)) {
    const { path } = info;
    if (info === best || !(await isCheckpoint(path))) continue;
    const removed = join(dir, await temporaryName());
    try {
      await rename(path, removed);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) continue; // another process was faster
      throw error;
    }
    await rm(removed, { recursive: true, force: true });
  }
}

// --- Temporary names: .unfinished-<host>-<process>-<its start>-<random>
// ------------------------------------------------

/** A unique name that identifies the process. */
export async function temporaryName(): Promise<string> {
  const start = (await startOf(process.pid)) ?? '0';
  return `.unfinished-${host()}-${process.pid}-${start}-${randomUUID().slice(0, 8)}`;
}

/** Removes leftovers of processes of this machine that have ended. */
export async function removeLeftovers(dir: string): Promise<void> {
  for (const { name } of await entriesIn(dir)) {
    const [, machine, pid, start] = /^\.unfinished-(.+)-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
    if (machine !== host() || (await isAlive(Number(pid), start))) continue;
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

function host(): string {
  return hostname().replace(/[^\w.]/g, '_') || '_';
}

async function isAlive(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  const now = await startOf(pid);
  return now === null || now === start; // otherwise another process has the number
}

/** When a process started, in the system's unit; null if unknown. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may contain anything
    return fields[0] === 'Z' ? 'dead' : fields[19];
  } catch {
    return null;
  }
}
