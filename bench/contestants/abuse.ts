/** Sends good, malformed, oversized and slow requests while the service trains: abuse.js TRIAL. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  headers,
  observeBody,
  predictBody,
  ServiceProcess,
  type ServiceCommand,
} from './serviceClient';
import { readTrial, report } from './timing';

export interface AbuseTrial {
  readonly command: ServiceCommand;
  readonly seconds: number;
  /** The number of clients, each with one request at a time, and of slow clients. */
  readonly clients: number;
  readonly slowClients: number;
}

export interface AbuseReport {
  readonly requests: number;
  /** Wrong answers: `kind status`, and how often. */
  readonly wrong: Readonly<Record<string, number>>;
  /** The number of answers by kind and status. */
  readonly answers: Readonly<Record<string, number>>;
  /** The largest resident set in the first third, and after it; bytes. */
  readonly before: number;
  readonly after: number;
  readonly queuePeak: number;
  readonly queueCapacity: number;
  readonly steps: number;
  readonly exitCode: number | null;
  readonly exitSeconds: number;
}

interface Kind {
  readonly path: string;
  readonly body: () => string;
  readonly status: readonly number[];
  readonly type?: string;
}

const half = (text: string): string => text.slice(0, text.length / 2);

const kinds: Readonly<Record<string, Kind>> = {
  predict: { path: '/predict', body: predictBody, status: [200] },
  // Sometimes more observations than training uses: 429 is right as well.
  observe: { path: '/observe', body: () => observeBody(64), status: [202, 429] },
  cutOff: { path: '/predict', body: () => half(predictBody()), status: [400] },
  noNumbers: { path: '/predict', body: () => predictBody().replace(/\d/g, 'x'), status: [400] },
  huge: { path: '/observe', body: () => predictBody().replace(/0\.\d+/, '1e999'), status: [400] },
  tooMany: { path: '/observe', body: () => observeBody(129), status: [400] },
  oversized: { path: '/observe', body: () => 'x'.repeat(1 << 20), status: [413] },
  otherType: { path: '/predict', body: predictBody, status: [415], type: 'text/x' },
  nowhere: { path: '/nowhere', body: predictBody, status: [404] },
};

const names = Object.keys(kinds);

class Tally {
  readonly answers: Record<string, number> = {};
  readonly wrong: Record<string, number> = {};
  requests = 0;

  add(kind: string, status: number | string, right: boolean): void {
    const key = `${kind} ${status}`;
    this.requests++;
    this.answers[key] = (this.answers[key] ?? 0) + 1;
    if (!right) this.wrong[key] = (this.wrong[key] ?? 0) + 1;
  }
}

async function client(url: string, tally: Tally, end: number): Promise<void> {
  while (performance.now() < end) {
    const name = names[Math.floor(Math.random() * names.length)];
    const { path, body, status, type } = kinds[name];
    try {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: type === undefined ? headers : { 'content-type': type },
        body: body(),
      });
      await response.arrayBuffer();
      tally.add(name, response.status, status.includes(response.status));
    } catch (error) {
      // The server may also answer 413 and close the connection before everything is sent.
      tally.add(name, 'cut', name === 'oversized' && error instanceof TypeError);
    }
    await sleep(5 * Math.random());
  }
}

/** Sends a request byte by byte, more slowly than the service allows. */
async function slowClient(url: string, tally: Tally, end: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const body = predictBody();
  const head = `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
  const text = `${head}content-length: ${body.length}\r\n\r\n${body}`;
  while (performance.now() < end) {
    let answer = '';
    const socket = connect(Number(port), hostname);
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => undefined);
    for (let i = 0; i < text.length && !socket.closed; i++) {
      if (socket.writable) socket.write(text[i]);
      await sleep(50);
    }
    socket.destroy();
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none';
    tally.add('slow', status, status === '408');
  }
}

async function main(): Promise<void> {
  const trial = readTrial() as AbuseTrial;
  const service = await ServiceProcess.start(trial.command);
  const tally = new Tally();
  const sizes: number[] = [];
  let queuePeak = 0;
  try {
    await service.feed();
    const start = performance.now();
    const end = start + 1000 * trial.seconds;
    const watch = async (): Promise<void> => {
      while (performance.now() < end) {
        const { memory, queue } = await service.metrics();
        sizes.push(memory.rss);
        queuePeak = Math.max(queuePeak, queue.length);
        await sleep(200);
      }
    };
    const times = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);
    await Promise.all([
      watch(),
      ...times(trial.clients, () => client(service.url, tally, end)),
      ...times(trial.slowClients, () => slowClient(service.url, tally, end)),
    ]);
    const { steps, queue } = await service.metrics();
    const third = Math.ceil(sizes.length / 3);
    const { code, seconds } = await service.end();
    report({
      requests: tally.requests,
      wrong: tally.wrong,
      answers: tally.answers,
      before: Math.max(...sizes.slice(0, third)),
      after: Math.max(...sizes.slice(third)),
      queuePeak,
      queueCapacity: queue.capacity,
      steps,
      exitCode: code,
      exitSeconds: seconds,
    } satisfies AbuseReport);
  } finally {
    await service.end();
  }
}

void main();
