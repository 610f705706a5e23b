/** Mutates safetensors files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'blasgrad';
import type { FuzzTarget } from './target';

const names = ['types', 'bits', 'model', 'run'].map((name) => `${name}.safetensors`);

export const safetensors: FuzzTarget = {
  name: 'safetensors',
  files: 2500,
  seeds: () =>
    Object.fromEntries(
      names.map((name) => [name, readFileSync(join(__dirname, '..', 'safetensors', name))]),
    ),
  read: (path) => io.loadSafetensorsSync(path),
};
