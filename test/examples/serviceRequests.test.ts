/** Requests that the online service refuses, delays or cuts off. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { classes } from '../../examples/online-service/model';
import { ObservationQueue } from '../../examples/online-service/observations';
import { bodyLimit } from '../../examples/online-service/schemas';
import { buildServer } from '../../examples/online-service/server';
import { killStarted, predict, send, start, zero } from './service';

jest.setTimeout(120_000); // processes start and train slowly on a busy machine

afterEach(killStarted);

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
    const packed = await fetch(`${service.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ inputs: [zero] })),
    });
    expect(packed.status).toBe(415);
    const methods = [
      ['GET', '/predict', 405, 'POST'],
      ['OPTIONS', '/observe?x=1', 405, 'POST'],
      ['DELETE', '/metrics', 405, 'GET, HEAD'],
      ['GET', '/metrics/', 404, null],
      ['HEAD', '/metrics', 200, null],
    ] as const;
    for (const [method, path, status, allow] of methods) {
      const { status: got, headers } = await fetch(service.url + path, { method });
      expect([method, path, got, headers.get('allow')]).toEqual([method, path, status, allow]);
    }

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
