/** Starts the online service in a separate process, and sends requests. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '../../examples/online-service/metrics';
import { classes, features } from '../../examples/online-service/model';
import type { Prediction } from '../../examples/online-service/predictor';

const root = join(__dirname, '..', '..');
const started = new Set<ChildProcess>();

/** Ends what a test left running. */
export function killStarted(): void {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Running {
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
export function program(...args: string[]): { child: ChildProcess; output: () => string } {
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
export async function until<T>(look: () => T | null | Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    await sleep(20);
  }
}

export async function start(...args: string[]): Promise<Running> {
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

export async function send(url: string, body: string, type = 'application/json'): Promise<Answer> {
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

export const several = (n: number) => Array.from({ length: n }, observation);
export const zero = new Array<number>(features).fill(0);

export async function observe(service: Running, count: number): Promise<void> {
  for (let i = 0; i < count; i += 100) {
    const { status } = await service.post('/observe', { observations: several(100) });
    expect(status).toBe(202);
  }
}

export async function predict(
  service: Running,
  inputs: readonly number[][],
): Promise<Prediction[]> {
  const { status, body } = await service.post('/predict', { inputs });
  expect(status).toBe(200);
  return (body as { predictions: Prediction[] }).predictions;
}
