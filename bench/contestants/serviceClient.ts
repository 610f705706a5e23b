/** Shared by the two measures of the service: starting it, and valid requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metrics } from '../../examples/online-service/metrics';

/** The program of the service and its arguments. */
export type ServiceCommand = readonly [program: string, ...args: string[]];

// The same as in examples/online-service/model.ts, whose import would load the library into this process.
const [features, classes] = [32, 4];

export const headers = { 'content-type': 'application/json' };

/** The label: the position of the largest of the first numbers. */
function observation() {
  const input = Array.from({ length: features }, () => Number((2 * Math.random() - 1).toFixed(4)));
  const first = input.slice(0, classes);
  return { input, label: first.indexOf(Math.max(...first)) };
}

/** Several different texts, as in real traffic. */
export function several(make: () => string, n = 32): string[] {
  return Array.from({ length: n }, make);
}

export const predictBody = (): string => JSON.stringify({ inputs: [observation().input] });

export const observeBody = (n: number): string =>
  JSON.stringify({ observations: Array.from({ length: n }, observation) });

export class ServiceProcess {
  private constructor(
    readonly url: string,
    private readonly child: ReturnType<typeof spawn>,
  ) {}

  static async start([program, ...args]: ServiceCommand): Promise<ServiceProcess> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        const found = /^listening at (\S+),/.exec(line);
        if (found !== null) resolve(found[1]);
      });
      child.on('error', reject);
      child.on('exit', () => {
        reject(new Error('service: expected it to listen, got its end'));
      });
    });
    return new ServiceProcess(url, child);
  }

  /** Sends observations, and waits until the service trains. */
  async feed(): Promise<void> {
    for (let i = 0; i < 40; i++) {
      await fetch(`${this.url}/observe`, { method: 'POST', headers, body: observeBody(100) });
    }
    while ((await this.metrics()).steps === 0) await sleep(50);
  }

  async metrics(): Promise<Metrics> {
    return (await (await fetch(`${this.url}/metrics`)).json()) as Metrics;
  }

  async resetMetrics(): Promise<void> {
    await fetch(`${this.url}/metrics/reset`, { method: 'POST' });
  }

  /** Stops it with SIGTERM. Resolves to the exit code (null if it had to be killed) and the seconds it took. */
  async end(): Promise<{ code: number | null; seconds: number }> {
    if (this.child.exitCode !== null) return { code: this.child.exitCode, seconds: 0 };
    const start = performance.now();
    const ended = once(this.child, 'exit') as Promise<[number | null]>;
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    this.child.kill('SIGTERM');
    const [code] = await ended;
    clearTimeout(patience);
    return { code, seconds: (performance.now() - start) / 1000 };
  }
}
