/** The online service learns, ends by a signal and goes on from its checkpoint. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'blasgrad';
import type { Metrics } from '../../examples/online-service/metrics';
import {
  killStarted,
  observe,
  predict,
  program,
  several,
  start,
  until,
  type Running,
} from './service';

const folder = mkdtempSync(join(tmpdir(), 'online-service-'));

jest.setTimeout(120_000); // processes start and train slowly on a busy machine

afterEach(killStarted);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function shareCorrect(service: Running): Promise<number> {
  const rounds = Array.from({ length: 8 }, () => several(32));
  let correct = 0;
  for (const round of rounds) {
    const predictions = await predict(
      service,
      round.map(({ input }) => input),
    );
    correct += predictions.filter(({ label }, i) => label === round[i].label).length;
  }
  return correct / 256;
}

const stepsBeyond = (service: Running, steps: number): Promise<Metrics> =>
  until(async () => {
    const metrics = await service.metrics();
    return metrics.steps > steps ? metrics : null;
  });

const unfinished = (dir: string): string[] =>
  readdirSync(dir).filter((name) => name.startsWith('.unfinished'));

describe('a service', () => {
  test('learns while it answers, ends by SIGTERM and goes on where it ended', async () => {
    const dir = join(folder, 'learns');
    const first = await start('--checkpoint', dir);
    expect(first.steps).toBe(0);
    expect((await first.metrics()).loss).toBeNull();
    const before = await shareCorrect(first);
    await observe(first, 2000);
    const metrics = await stepsBeyond(first, 1000);
    expect(metrics.loss).toBeLessThan(1.3); // log(4) is guessing
    expect(metrics.observations).toBe(2000);
    expect(metrics.queue.length).toBe(0);
    const after = await shareCorrect(first);
    expect(before).toBeLessThan(0.6);
    expect(after).toBeGreaterThan(0.85);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(unfinished(dir)).toEqual([]);

    const second = await start('--checkpoint', dir);
    expect(second.steps).toBeGreaterThanOrEqual(metrics.steps);
    expect((await second.metrics()).observations).toBe(2000);
    expect(await shareCorrect(second)).toBeGreaterThan(0.85);
    await stepsBeyond(second, second.steps); // on what it was told before
    expect(await second.end('SIGINT')).toBe(0);

    const saved = await io.loadCheckpoint(dir);
    const third = await start('--checkpoint', dir);
    expect(third.steps).toBe(saved.step);
    expect(third.steps).toBeGreaterThan(second.steps);
    await observe(third, 300);
    await until(async () => ((await third.metrics()).observations === 2300 ? true : null));
    expect(await third.end('SIGTERM')).toBe(0);
  });

  test('goes on from its last checkpoint after SIGKILL', async () => {
    const dir = join(folder, 'killed');
    const first = await start('--checkpoint', dir, '--save-every', '1');
    await observe(first, 300);
    await until(async () => ((await first.metrics()).checkpoints.saved >= 2 ? true : null));
    expect(await first.end('SIGKILL')).toBeNull();
    const { step = 0 } = await io.loadCheckpoint(dir);
    const second = await start('--checkpoint', dir);
    expect(second.steps).toBe(step);
    expect(second.steps).toBeGreaterThan(0);
    expect((await second.metrics()).observations).toBe(300);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(unfinished(dir)).toEqual([]);
  });

  test('accepted observations are saved, also those that still waited', async () => {
    const dir = join(folder, 'few');
    const first = await start('--checkpoint', dir);
    await observe(first, 100); // too few to train on
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await start('--checkpoint', dir);
    expect([second.steps, (await second.metrics()).observations]).toEqual([0, 100]);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  test('an unreadable checkpoint is an error, and is left alone', async () => {
    const dir = join(folder, 'broken');
    const file = join(await io.saveCheckpoint(dir, { step: 1 }), 'checkpoint.json');
    for (const change of [() => writeFileSync(file, '{"model":'), () => rmSync(file)]) {
      change();
      const before = readdirSync(dir);
      const { child, output } = program('--port', '0', '--checkpoint', dir);
      const [code] = (await once(child, 'close')) as [number];
      expect([code, output()]).toEqual([1, expect.stringMatching(/^online-service: .+\n$/)]);
      expect(readdirSync(dir)).toEqual(before);
    }
  });
});
