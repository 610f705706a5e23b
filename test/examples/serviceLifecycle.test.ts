/** The online service learns, stops after a signal, and resumes from its checkpoint. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'blasgrad';
import type { Metrics } from '../../examples/online-service/metrics';
import { testInFull } from '../support/full';
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
  test('learns while it answers, ends by SIGTERM and resumes where it stopped', async () => {
    const dir = join(folder, 'learns');
    const first = await start('--checkpoint', dir);
    expect(first.steps).toBe(0);
    const { loss, stepsPerSecond } = await first.metrics();
    expect([loss, stepsPerSecond]).toEqual([null, null]);
    const before = await shareCorrect(first);
    await observe(first, 2000);
    const metrics = await stepsBeyond(first, 1000);
    expect(metrics.stepsPerSecond).toBeGreaterThan(0);
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

  testInFull('resumes from its last checkpoint after SIGKILL', async () => {
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

  testInFull('accepted observations are saved, also those that still waited', async () => {
    const dir = join(folder, 'few');
    const first = await start('--checkpoint', dir);
    await observe(first, 100); // too few to train on
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await start('--checkpoint', dir);
    expect([second.steps, (await second.metrics()).observations]).toEqual([0, 100]);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  testInFull('an observation that is accepted while the service ends is saved', async () => {
    const dir = join(folder, 'late');
    const service = await start('--checkpoint', dir);
    const { hostname, port } = new URL(service.url);
    const body = JSON.stringify({ observations: several(1) });
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString())).on('error', () => undefined);
    const head = 'POST /observe HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    socket.write(`${head}content-length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
    await service.metrics(); // by now the socket has been heard
    const ended = service.end('SIGTERM');
    await until(async () => {
      const other = await fetch(`${service.url}/metrics`).catch(() => null);
      return other?.ok === true ? null : true;
    });
    socket.write(body.slice(9));
    expect(await ended).toBe(0);
    const accepted = answer.startsWith('HTTP/1.1 202') ? 1 : 0; // 0: it was cut before
    const second = await start('--checkpoint', dir);
    expect((await second.metrics()).observations).toBe(accepted);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  test('resumes from the newest intact checkpoint, and warns', async () => {
    const dir = join(folder, 'damaged');
    const first = await start('--checkpoint', dir, '--save-every', '1');
    await observe(first, 300);
    await until(async () => ((await first.metrics()).checkpoints.saved >= 2 ? true : null));
    expect(await first.end('SIGKILL')).toBeNull();
    const [newest, good] = await io.listCheckpoints(dir);
    truncateSync(join(newest.path, 'model.safetensors'), 100);
    const { child, output } = program('--port', '0', '--checkpoint', dir);
    const [, steps] = await until(() => /^listening at \S+, (\d+) steps/m.exec(output()));
    expect(Number(steps)).toBe(good.step);
    expect(output()).toContain(`WARNING: ${newest.path} is damaged, resuming from ${good.path}\n`);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect((await io.loadCheckpoint(dir)).step).toBeGreaterThanOrEqual(Number(steps));
  });

  test('checkpoints of which none is readable are an error, and are left alone', async () => {
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
