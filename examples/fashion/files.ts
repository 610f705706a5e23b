/** The files of Fashion-MNIST: where they are, and how to get them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the files are looked for: the folder for downloads, and that of the Debian package. */
export const folders = ['data/fashion-mnist', '/usr/share/datasets/fashion-mnist'];

const files = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** The first folder that has all files. */
export function defaultFolder(): string {
  return folders.find((dir) => missingIn(dir).length === 0) ?? folders[0];
}

/** The data files that a folder does not have, neither plain nor compressed. */
export function missingIn(dir: string): string[] {
  return files.filter((name) => ![name, `${name}.gz`].some((file) => existsSync(join(dir, file))));
}

/** Throws an error that says where the missing files come from. */
export function requireFiles(dir: string): void {
  const missing = missingIn(dir);
  if (missing.length === 0) return;
  const site = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';
  const lines = [
    `${dir} has no ${missing.join(', ')}`,
    `Download the four files of Fashion-MNIST (31 MB, MIT license) into ${dir}, and leave them compressed:`,
    ...files.map((name) => `  ${site}/${name}.gz`),
    'Fashion-MNIST is described at https://github.com/zalandoresearch/fashion-mnist.',
    `On Debian and Ubuntu, this installs the files in ${folders[1]}:`,
    '  sudo apt-get install dataset-fashion-mnist',
  ];
  throw new Error(lines.join('\n'));
}
