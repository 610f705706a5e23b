import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'blasgrad';
import type { FuzzTarget } from './target';

const folder = join(__dirname, '..', 'numpy');
const unreadable = ['object.npy', 'record.npy', 'complex.npy', 'unsigned.npy'];

/** What NumPy wrote. */
function filesOf(extension: string): Record<string, Uint8Array> {
  const names = readdirSync(folder).filter((name) => name.endsWith(extension));
  return Object.fromEntries(
    names
      .filter((name) => !unreadable.includes(name))
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

export const npy: FuzzTarget = {
  name: 'npy',
  files: 7000,
  seeds: () => filesOf('.npy'),
  read: (path) => io.loadNpy(path),
};

export const npz: FuzzTarget = {
  name: 'npz',
  files: 2500,
  seeds: () => filesOf('.npz'),
  read: (path) => io.loadNpz(path),
};
