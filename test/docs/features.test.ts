/** FEATURES.md claims nothing that is not there, and misses nothing that is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as blasgrad from 'blasgrad';
import { data, F, io, metrics, nn, optim, Tensor } from 'blasgrad';

const page = readFileSync(join(__dirname, '..', '..', 'FEATURES.md'), 'utf8');

const places = [
  ...[blasgrad, data, F, io, metrics, nn, nn.init, nn.utils, optim, optim.lrScheduler],
  ...[Tensor, nn.Module, optim.Optimizer, optim.lrScheduler.LRScheduler].map(
    (Class) => Class.prototype,
  ),
];

function exists(name: string): boolean {
  const here = name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return places.some((place) => name in place || here in place);
}

/** The names that the rows of tables with these two columns hold in one of them. */
function namesIn(column: 'works' | 'not there'): string[] {
  const lines = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  let position = -1;
  return lines.flatMap((cells) => {
    if (cells.length < 3 || cells.includes('works')) position = cells.indexOf(column);
    if (position < 0) return [];
    return [...cells[position].matchAll(/`([^`]+)`/g)].flatMap(([, names]) => names.split(' '));
  });
}

const plain = (name: string): boolean => /^\w+$/.test(name);

test('what works is there', () => {
  const names = namesIn('works').filter(plain);
  expect(names.length).toBeGreaterThan(200);
  expect(names.filter((name) => !exists(name))).toEqual([]);
});

test('what is not there is missing', () => {
  const names = namesIn('not there').filter(plain);
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter(exists)).toEqual([]);
});
