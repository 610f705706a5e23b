/** Checkpoints that are saved as the best one. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { io, tensor } from 'blasgrad';
import { temporaryFolder } from './support';

const pathOf = temporaryFolder();

/** Saves values 0, 1, ... as checkpoints of those names; names with a star are saved as the best. */
async function saveAll(dir: string, values: readonly string[], keep: number): Promise<void> {
  for (const [i, value] of values.entries()) {
    await io.saveCheckpoint(dir, { value, step: i }, { keep, best: value.endsWith('*') });
  }
}

test.each<[string[], keep: number, names: string[], best: string]>([
  [['a*', 'b', 'c'], 1, ['000003-step-2', '000001-step-0-best'], 'a*'],
  [['a*', 'b*', 'c'], 1, ['000003-step-2', '000002-step-1-best'], 'b*'],
  [['a*', 'b*', 'c*'], 1, ['000003-step-2-best'], 'c*'],
  [['a*', 'b*', 'c'], 2, ['000003-step-2', '000002-step-1-best'], 'b*'],
  [['a*', 'b', 'c', 'd'], 2, ['000004-step-3', '000003-step-2', '000001-step-0-best'], 'a*'],
])('%j, of which %d are kept', async (values, keep, names, best) => {
  const dir = pathOf(`best-${values.join('')}-${keep}`.replaceAll('*', 'x'));
  await saveAll(dir, values, keep);
  const list = await io.listCheckpoints(dir);
  expect(list.map(({ path }) => basename(path))).toEqual(names);
  expect(list.map((info) => info.best)).toEqual(names.map((name) => name.endsWith('-best')));
  const links = (await readdir(dir)).filter((name) => !/^\d/.test(name));
  expect(links.sort()).toEqual(['best', 'latest']);
  expect((await io.loadCheckpoint(dir)).value).toBe(values.at(-1));
  expect((await io.loadCheckpoint(dir, {}, { which: 'last' })).value).toBe(values.at(-1));
  expect((await io.loadCheckpoint(dir, {}, { which: 'best' })).value).toBe(best);
  expect((await io.loadCheckpoint(join(dir, 'best'), {}, { which: 'best' })).value).toBe(best);
});

test('no checkpoint is the best one', async () => {
  const dir = pathOf('none');
  const path = await io.saveCheckpoint(dir, { value: tensor([1]) });
  await expect(io.loadCheckpoint(dir, {}, { which: 'best' })).rejects.toThrow(
    `loadCheckpoint: no checkpoint in ${dir} was saved as the best one`,
  );
  await expect(io.loadCheckpoint(path, {}, { which: 'best' })).rejects.toThrow(
    `loadCheckpoint: ${path} was not saved as the best checkpoint`,
  );
});

test('which and best are checked', async () => {
  const dir = pathOf('checked');
  const which = 'newest' as 'best';
  await expect(io.saveCheckpoint(dir, {}, { best: 1 as unknown as boolean })).rejects.toThrow(
    'saveCheckpoint: expected a boolean for best, got 1',
  );
  await expect(io.loadCheckpoint(dir, {}, { which })).rejects.toThrow(
    "loadCheckpoint: expected 'last' or 'best' for which, got 'newest'",
  );
});
