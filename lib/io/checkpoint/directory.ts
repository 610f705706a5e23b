/** A directory of checkpoints: the names in it, and what dead processes left there. */
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A checkpoint of a directory, by its name alone. */
export interface CheckpointInfo {
  /** Its directory. */
  readonly path: string;
  /** Counts the checkpoints of the directory from 1. */
  readonly number: number;
  /** The step it was given, or null. */
  readonly step: number | null;
}

/** `000012-step-3400`: numbered in the order of saving, which need not be that of the steps. */
export function checkpointName(number: number, step: number | null): string {
  const counter = String(number).padStart(6, '0');
  return step === null ? counter : `${counter}-step-${step}`;
}

/** The checkpoints of a directory, the newest first; none if there is no directory. */
export async function readCheckpoints(dir: string): Promise<CheckpointInfo[]> {
  const found: CheckpointInfo[] = [];
  for (const entry of await namesIn(dir)) {
    const match = /^(\d{6,15})(?:-step-(\d{1,16}))?$/.exec(entry);
    if (match === null) continue;
    const [, number, step] = match as readonly (string | undefined)[];
    const path = join(dir, entry);
    found.push({ path, number: Number(number), step: step === undefined ? null : Number(step) });
  }
  return found.sort((a, b) => b.number - a.number);
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}

/** Brings a directory's names to the disk. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return; // cannot open directories, and needs it not
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Points `latest` at a checkpoint, for people and other programs: loading does not trust it. */
export async function pointLatest(dir: string, name: string): Promise<void> {
  const link = join(dir, await temporaryName());
  try {
    await symlink(name, link, 'dir');
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) return; // a disk without links
    throw error;
  }
  await rename(link, join(dir, 'latest'));
}

/** Removes checkpoints beyond the newest `keep`; each is renamed first, so that none is ever half there. */
export async function removeOld(dir: string, keep: number): Promise<void> {
  for (const { path } of (await readCheckpoints(dir)).slice(keep)) {
    const leaving = join(dir, await temporaryName());
    try {
      await rename(path, leaving);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) continue; // another process was faster
      throw error;
    }
    await rm(leaving, { recursive: true, force: true });
  }
}

// --- Temporary names: .unfinished-<host>-<process>-<its start>-<at random> ------------------------------------------

/** A name that nobody else uses, and that says who does. */
export async function temporaryName(): Promise<string> {
  const start = (await startOf(process.pid)) ?? '0';
  return `.unfinished-${host()}-${process.pid}-${start}-${randomUUID().slice(0, 8)}`;
}

/** Removes what processes of this machine left that are no more. */
export async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await namesIn(dir)) {
    const [, where, pid, start] = /^\.unfinished-(.+)-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
    if (where !== host() || (await isAlive(Number(pid), start))) continue;
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
  return now === null || now === start; // else the number went to another process
}

/** When a process began, in the system's own unit; null where that is not known. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold anything
    return fields[0] === 'Z' ? 'dead' : fields[19];
  } catch {
    return null;
  }
}
