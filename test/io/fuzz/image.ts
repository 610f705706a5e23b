import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { data } from 'blasgrad';
import type { FuzzTarget } from './target';

/** A PNG of 2 x 2 pixels and a GIF of one. */
const seeds = {
  'a.png':
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAFklEQVQImWNgZGJmYWVjYOfg5OLmAQABjwBPYnHR3QAAAABJRU5ErkJggg==',
  'a.gif': 'R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==',
};

export const image: FuzzTarget = {
  name: 'images',
  files: 300,
  seeds: () =>
    Object.fromEntries(
      Object.entries(seeds).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
    ),
  read: async (path) => {
    const folder = join(dirname(path), 'images');
    mkdirSync(join(folder, 'class'), { recursive: true });
    copyFileSync(path, join(folder, 'class', 'image.png'));
    const [pixels] = await new data.ImageFolder(folder, { maxPixels: 10_000 }).get(0);
    return pixels;
  },
};
