/** The numbers of torchvision that images.py wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines of images.jsonl that have a key. */
export function numbersOfTorchvision<T>(key: string): (T & Readonly<Record<string, unknown>>)[] {
  const lines = readFileSync(join(__dirname, 'images.jsonl'), 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line) as T & Readonly<Record<string, unknown>>)
    .filter((line) => key in line);
}
