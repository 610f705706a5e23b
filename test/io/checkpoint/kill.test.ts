/** Processes that are killed while they save: the newest checkpoint is always complete. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { full, io, type Tensor } from 'blasgrad';
import { times } from '../../support/full';
import { randomFrom } from '../../support/random';
import { temporaryFolder } from './support';

const pathOf = temporaryFolder();
const library = join(__dirname, '..', '..', '..', 'dist', 'blasgrad.js');
const keep = 2;

// Saves without end once it is told to, and tells of each save; every number in a checkpoint is its step.
const program = `
  const { full, io } = require(${JSON.stringify(library)});
  process.stdin.once('data', async () => {
    const { step: first } = await io.loadCheckpoint(process.argv[1]);
    process.stdout.write('saving');
    for (let step = first + 1; ; step++) {
      const [a, b] = [full([50_000], step), full([3], step, { dtype: 'int32' })];
      await io.saveCheckpoint(process.argv[1], { a, b, step }, { keep: ${keep} });
      process.stdout.write('saved');
    }
  });
  process.stdin.on('end', () => process.exit());
  process.stdout.write('ready');
`;

const children = new Set<ChildProcess>();
afterEach(() => children.forEach((child) => child.kill('SIGKILL')));

interface Child {
  readonly process: ChildProcess;
  /** Begins to save. */
  begin(): Promise<void>;
  /** Waits for its next save. */
  saved(): Promise<void>;
  kill(): Promise<void>;
}

async function startChild(dir: string): Promise<Child> {
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, ['-e', program, dir], { stdio: [...stdio] });
  children.add(child);
  const nextOutput = async (): Promise<void> => {
    await once(child.stdout as NodeJS.ReadableStream, 'data');
  };
  await nextOutput();
  return {
    process: child,
    begin: () => {
      const began = nextOutput();
      child.stdin.write('go');
      return began;
    },
    saved: nextOutput,
    kill: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Milliseconds that one save takes a child on this disk. */
async function timeOfSave(dir: string): Promise<number> {
  const child = await startChild(dir);
  await child.begin();
  await child.saved();
  const start = performance.now();
  for (let i = 0; i < 10; i++) await child.saved();
  const time = (performance.now() - start) / 10;
  await child.kill();
  return time;
}

/** The step of the newest checkpoint, all of which must be of that step. */
async function loadStep(dir: string): Promise<number> {
  const { step = NaN, a, b } = await io.loadCheckpoint(dir);
  const values = [a, b].map((tensor) => new Set<unknown>((tensor as Tensor).data));
  expect(values).toEqual([new Set([step]), new Set([step])]);
  return step;
}

const unfinished = (dir: string): number =>
  readdirSync(dir).filter((name) => name.startsWith('.unfinished')).length;

const kills = times(200, 16, 'kills');

test(`${kills} times`, async () => {
  const dir = pathOf('killed');
  const random = randomFrom('moments');
  await io.saveCheckpoint(dir, { a: full([1], 1), b: full([1], 1), step: 1 });
  const time = await timeOfSave(dir);
  let last = await loadStep(dir);
  let latest = await loadStep(join(dir, 'latest'));
  const first = last;
  let cut = 0;
  const ready = [startChild(dir), startChild(dir)]; // while others are killed
  for (let i = 0; i < kills; i++) {
    const child = (await ready.shift()) as Child;
    ready.push(startChild(dir));
    await child.begin();
    if (i % 4 === 0) await child.saved();
    await sleep(2 * time * random());
    await child.kill();
    if (unfinished(dir) > 0) cut++;
    const step = await loadStep(dir);
    expect(step).toBeGreaterThanOrEqual(last);
    // A process may end after its checkpoint is there and before `latest` names it.
    const named = await loadStep(join(dir, 'latest'));
    expect(named).toBeGreaterThanOrEqual(latest);
    expect(named).toBeLessThanOrEqual(step);
    latest = named;
    expect(unfinished(dir)).toBeLessThan(3); // each child removes what those before it left
    last = step;
  }
  expect(cut).toBeGreaterThan(0); // some were during it
  expect(last).toBeGreaterThanOrEqual(first + kills / 4); // and some were not
  await Promise.all(ready);
  await io.saveCheckpoint(dir, { step: last + 1 }, { keep });
  expect(readdirSync(dir)).toHaveLength(keep + 1);
}, 300_000);

describe('what others left', () => {
  const names = (dir: string): string[] => readdirSync(dir).filter((name) => name.startsWith('.'));

  test('is removed if their process is gone', async () => {
    const dir = pathOf('left');
    const child = await startChild(dir);
    const { pid = 0 } = child.process;
    const [own] = await namesOfSave(dir);
    const [, host] = /^\.unfinished-(.+)-\d+-\d+-\w+$/.exec(own) ?? [];
    const alive = `.unfinished-${host}-${process.pid}-${startOf(own)}-aaaaaaaa`;
    const reused = `.unfinished-${host}-${process.pid}-1-bbbbbbbb`;
    const elsewhere = `.unfinished-another.host-${pid}-1-cccccccc`;
    await child.kill();
    const gone = `.unfinished-${host}-${pid}-1-dddddddd`;
    for (const name of [alive, reused, elsewhere, gone]) mkdirSync(join(dir, name));
    symlinkSync('nowhere', join(dir, gone.replace('dddddddd', 'eeeeeeee')));
    await io.saveCheckpoint(dir, {});
    const remaining =
      process.platform === 'linux' ? [alive, elsewhere] : [alive, elsewhere, reused];
    expect(names(dir).sort()).toEqual(remaining.sort());
  });

  const startOf = (name: string): string => name.split('-').at(-2) ?? '';

  /** The names that a save of this process uses. */
  async function namesOfSave(dir: string): Promise<string[]> {
    const found = new Set<string>();
    const state = { saving: true };
    const save = io.saveCheckpoint(dir, { a: full([2_000_000], 1) });
    const over = save.finally(() => (state.saving = false));
    while (state.saving) {
      await sleep(0);
      if (existsSync(dir)) names(dir).forEach((name) => found.add(name));
    }
    await over;
    return [...found];
  }
});
