/** Finds and loads the native addon. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NativeAddon } from '../binding';

const requireAddon = createRequire(__filename);
const places = ['build/Release', 'build/Debug'].map((folder) =>
  join(__dirname, '..', folder, 'blasgrad.node'),
);

function load(): NativeAddon {
  const tried: string[] = [];
  for (const path of process.env['BLASGRAD_ADDON'] ? [process.env['BLASGRAD_ADDON']] : places) {
    try {
      return requireAddon(path) as NativeAddon;
    } catch (error) {
      tried.push(
        `  ${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      );
    }
  }
  const platform = `${process.platform}-${process.arch}, Node ${process.version}`;
  throw new Error(
    `blasgrad: the native addon could not be loaded on ${platform}. Tried:\n${tried.join('\n')}\n` +
      'It needs OpenBLAS and Highway (Debian, Ubuntu: apt-get install libopenblas-dev libhwy-dev cmake g++). ' +
      'Then build it with: npm rebuild blasgrad, or in a clone: npm run build',
  );
}

export const addon: NativeAddon = load();

/** Asks for huge pages for new, large memory, and says how many bytes to skip to be at a cache line. */
export const prepareMemory = addon.prepareMemory;
