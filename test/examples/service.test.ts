/** The online service as a process of its own: what it learns, what it refuses, how it ends and goes on. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'blasgrad';
import type { Metrics } from '../../examples/online-service/metrics';
import { classes, features } from '../../examples/online-service/model';
import { ObservationQueue, ObservationRing } from '../../examples/online-service/observations';
import { helpText, readOptions, UsageError } from '../../examples/online-service/options';
import type { Prediction } from '../../examples/online-service/predictor';
import { bodyLimit } from '../../examples/online-service/schemas';
import { buildServer } from '../../examples/online-service/server';

const root = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'online-service-'));
const started = new Set<ChildProcess>();

jest.setTimeout(120_000); // processes start and train slowly on a busy machine

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** Steps it says it begins with. */
  readonly steps: number;
  post(path: string, body: unknown): Promise<Answer>;
  metrics(): Promise<Metrics>;
  /** Ends it and gives the exit code. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
}

/** Runs the service's program; both streams into one text. */
function program(...args: string[]): { child: ChildProcess; output: () => string } {
  const command = ['--import', 'tsx', 'examples/online-service.ts', ...args];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  return { child, output: () => output };
}

/** Looks again until there is something. */
async function until<T>(look: () => T | null | Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await sleep(20);
  }
}

async function start(...args: string[]): Promise<Running> {
  const { child, output } = program('--port', '0', ...args);
  const [, url, steps] = await until(() => {
    if (child.exitCode !== null) throw new Error(output());
    return /^listening at (\S+), (\d+) steps/m.exec(output());
  });
  return {
    child,
    url,
    steps: Number(steps),
    post: (path, body) => send(url + path, typeof body === 'string' ? body : JSON.stringify(body)),
    metrics: async () => (await (await fetch(`${url}/metrics`)).json()) as Metrics,
    end: async (signal) => {
      const exit = once(child, 'exit') as Promise<[number | null]>;
      child.kill(signal);
      return (await exit)[0];
    },
  };
}

async function send(url: string, body: string, type = 'application/json'): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

// The relation to learn: which of the first numbers is the largest; the rest is zero.
function observation() {
  const first = Array.from({ length: classes }, () => Math.random());
  const input = [...first, ...new Array<number>(features - classes).fill(0)];
  return { input, label: first.indexOf(Math.max(...first)) };
}

const several = (n: number) => Array.from({ length: n }, observation);
const zero = new Array<number>(features).fill(0);

async function observe(service: Running, count: number): Promise<void> {
  for (let i = 0; i < count; i += 100) {
    const { status } = await service.post('/observe', { observations: several(100) });
    expect(status).toBe(202);
  }
}

async function predict(service: Running, inputs: readonly number[][]): Promise<Prediction[]> {
  const { status, body } = await service.post('/predict', { inputs });
  expect(status).toBe(200);
  return (body as { predictions: Prediction[] }).predictions;
}

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

describe('bad requests', () => {
  const head = 'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  const input = zero;
  const good = { input, label: 1 };
  const changed = (value: unknown) => [value, ...zero.slice(1)];
  // Path, body, status.
  const cases: [string, unknown, number][] = [
    ['/predict', '', 400],
    ['/predict', '{"inputs":', 400],
    ['/predict', 'null', 400],
    ['/predict', '[]', 400],
    ['/predict', {}, 400],
    ['/predict', { inputs: [] }, 400],
    ['/predict', { inputs: zero }, 400],
    ['/predict', { inputs: [zero.slice(1)] }, 400],
    ['/predict', { inputs: [[...zero, 0]] }, 400],
    ['/predict', { inputs: [changed('1')] }, 400],
    ['/predict', { inputs: [changed(null)] }, 400],
    ['/predict', { inputs: [changed(101)] }, 400],
    ['/predict', JSON.stringify({ inputs: [changed(7)] }).replace('7', '1e999'), 400],
    ['/predict', JSON.stringify({ inputs: [changed(7)] }).replace('7', 'NaN'), 400],
    ['/predict', { inputs: Array(33).fill(zero) }, 400],
    ['/predict', { inputs: [zero], more: 1 }, 400],
    ['/predict', '{"__proto__":{},"inputs":[]}', 400],
    ['/predict', { inputs: 'x'.repeat(bodyLimit) }, 413],
    ['/observe', { observations: [] }, 400],
    ['/observe', { observations: good }, 400],
    ['/observe', { observations: [{ input }] }, 400],
    ['/observe', { observations: [{ label: 1 }] }, 400],
    ['/observe', { observations: [{ input, label: -1 }] }, 400],
    ['/observe', { observations: [{ input, label: classes }] }, 400],
    ['/observe', { observations: [{ input, label: 0.5 }] }, 400],
    ['/observe', { observations: [{ input, label: '1' }] }, 400],
    ['/observe', { observations: [{ ...good, weight: 1 }] }, 400],
    ['/observe', { observations: [good, { input: [], label: 1 }] }, 400],
    ['/observe', { observations: Array(129).fill(good) }, 400],
    ['/nowhere', {}, 404],
    ['/', {}, 404],
  ];

  test('get 4xx, and change nothing', async () => {
    const service = await start();
    const answers = await Promise.all(cases.map(([path, body]) => service.post(path, body)));
    expect(answers.map(({ status }) => status)).toEqual(cases.map(([, , status]) => status));
    const text = await send(`${service.url}/predict`, JSON.stringify({ inputs: [zero] }), 'text/x');
    expect(text.status).toBe(415);
    expect((await fetch(`${service.url}/predict`)).status).toBe(404);

    // What is no HTTP, and what does not arrive in time.
    const { hostname, port } = new URL(service.url);
    const raw = (bytes: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(Number(port), hostname, () => socket.write(bytes));
        socket.on('data', (data) => (answer += data.toString()));
        socket.on('error', () => undefined);
        socket.on('close', () => {
          resolve(answer.split('\r\n')[0]);
        });
      });
    expect(
      await Promise.all([
        raw('no HTTP at all\r\n\r\n'),
        raw(`${head}x: ${'y'.repeat(20_000)}\r\n\r\n`),
        raw(`${head}content-length: 100\r\n\r\n{"inputs":`),
        raw('POST /predict HTTP/1.1\r\nhost'),
      ]),
    ).toEqual([
      'HTTP/1.1 400 Bad Request',
      'HTTP/1.1 431 Request Header Fields Too Large',
      'HTTP/1.1 408 Request Timeout',
      'HTTP/1.1 408 Request Timeout',
    ]);

    const metrics = await service.metrics();
    expect([metrics.steps, metrics.observations, metrics.queue.length]).toEqual([0, 0, 0]);
    expect(await predict(service, [zero])).toHaveLength(1);
    expect(await service.end('SIGTERM')).toBe(0);
  });

  test('observations get 429 while the queue is full', async () => {
    const queue = new ObservationQueue(2);
    const unused = () => {
      throw new Error('not asked');
    };
    const app = buildServer({
      observe: (some) => (queue.add(some) ? queue.length : null),
      predict: unused,
      metrics: unused,
      resetMetrics: unused,
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const answers: [number, string | null][] = [];
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${url}/observe`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ observations: [good] }),
      });
      await response.arrayBuffer();
      answers.push([response.status, response.headers.get('retry-after')]);
    }
    expect(answers).toEqual([
      [202, null],
      [202, null],
      [429, '1'],
    ]);
    await app.close();
  });

  test('a request that never ends does not hold up the end', async () => {
    const service = await start();
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname).resume();
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    const cut = once(socket, 'close');
    socket.write(`${head}content-length: 100\r\n\r\n{`);
    await service.metrics(); // by now the socket has been heard
    expect(await service.end('SIGTERM')).toBe(0);
    await cut;
  });
});

describe('observations', () => {
  const labelled = (label: number) => ({ input: zero.map(() => label), label });

  test('the queue takes all or nothing, up to its size', () => {
    const queue = new ObservationQueue(5);
    expect(queue.add([1, 2, 3].map(labelled))).toBe(true);
    expect(queue.add([4, 5, 6].map(labelled))).toBe(false);
    expect(queue.add([4, 5].map(labelled))).toBe(true);
    expect(queue.add([6].map(labelled))).toBe(false);
    expect(queue.takeAll().map(({ label }) => label)).toEqual([1, 2, 3, 4, 5]);
    expect([queue.length, queue.add([6].map(labelled))]).toEqual([0, true]);
  });

  test('a ring goes on where another stood', () => {
    const [ring, other] = [new ObservationRing(4), new ObservationRing(4)];
    ring.add([1, 2, 3, 4, 5].map(labelled));
    other.add([labelled(9)]);
    other.loadStateDict(ring.stateDict());
    for (const one of [ring, other]) one.add([6].map(labelled));
    expect([other.labels.toArray(), other.count]).toEqual([[6, 3, 4, 5], 4]);
    expect(other.inputs.toArray()).toEqual(ring.inputs.toArray());
    const small = new ObservationRing(3);
    expect(() => small.loadStateDict(ring.stateDict())).toThrow('expected up to 3, got 4');
    expect(small.count).toBe(0);
  });

  test.each([
    [[2], [1, 2, 0, 0], 2],
    [[4], [1, 2, 3, 4], 4],
    [[3, 3], [5, 6, 3, 4], 4],
    [[3, 4], [5, 6, 7, 4], 4],
    [[9], [6, 7, 8, 9], 4],
    [[0, 1], [1, 0, 0, 0], 1],
  ])('a ring of 4 keeps the latest of %p', (sizes, expected, count) => {
    const ring = new ObservationRing(4);
    let next = 1;
    for (const size of sizes) ring.add(Array.from({ length: size }, () => labelled(next++)));
    expect([ring.labels.toArray(), ring.count]).toEqual([expected, count]);
    expect(ring.inputs.select(1, features - 1).toArray()).toEqual(expected);
    const rows = Array.from(ring.draw(50, 4).data);
    expect(rows.every((row) => row >= 0 && row < count)).toBe(true);
    expect(new Set(rows).size).toBe(count);
  });
});

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toEqual({
      host: '127.0.0.1',
      port: 8080,
      checkpoint: null,
      saveEvery: 10,
      threads: 1,
      seed: 1,
    });
    expect(readOptions(['--help'])).toBe('help');
    for (const name of Object.keys({ host: 0, port: 0, checkpoint: 0, 'save-every': 0 })) {
      expect(helpText).toContain(`--${name}`);
    }
  });

  test.each([
    [['--port', '65536']],
    [['--port', '']],
    [['--threads', '0']],
    [['--nothing']],
    [['x']],
  ])('%p is refused', (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
