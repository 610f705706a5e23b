/** Mutates files of `saveModel`. Their hash is updated, because a file with a wrong hash is refused. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'blasgrad';
import type { FuzzTarget } from './target';

const start = 8 + '{"__metadata__":{"sha256":"'.length;

export const model: FuzzTarget = {
  name: 'model',
  files: 1500,
  seeds: () => ({
    'tabular.model': readFileSync(join(__dirname, '..', 'previous', 'tabular.model')),
  }),
  read: (path) => {
    const bytes = readFileSync(path);
    if (bytes.length >= start + 64) {
      bytes.fill('0', start, start + 64);
      bytes.write(createHash('sha256').update(bytes).digest('hex'), start, 'latin1');
      writeFileSync(path, bytes);
    }
    return io.loadModel(path);
  },
};
