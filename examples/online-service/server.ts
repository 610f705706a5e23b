/** The routes, and limits that refuse bad, large and slow requests. */
import fastify, { type FastifyInstance } from 'fastify';
import type { Metrics } from './metrics';
import type { Observation } from './observations';
import type { Prediction } from './predictor';
import { bodyLimit, observeSchema, predictSchema } from './schemas';

/** What the routes call. */
export interface Doors {
  predict(inputs: readonly (readonly number[])[]): { predictions: Prediction[]; steps: number };
  /** Queues observations; returns the length of the queue, or null if they do not fit. */
  observe(observations: readonly Observation[]): number | null;
  metrics(): Metrics;
  resetMetrics(): void;
}

const mostConnections = 1000;
// A request that has not arrived after this time is answered with 408.
const requestTimeout = 5000; // ms

export function buildServer(doors: Doors): FastifyInstance {
  const app = fastify({
    bodyLimit,
    requestTimeout,
    keepAliveTimeout: 10_000,
    http: { headersTimeout: requestTimeout, connectionsCheckingInterval: 1000 },
    // No conversions: '1' is not a number, null is not 0, and unknown names are errors.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  app.server.maxConnections = mostConnections;
  app.addHook('onRequest', async ({ headers }, reply) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') return;
    const message = `no content-encoding ${encoding}, send it as it is`;
    await reply.code(415).send({ statusCode: 415, message });
  });

  app.post<{ Body: { inputs: number[][] } }>('/predict', { schema: predictSchema }, ({ body }) =>
    doors.predict(body.inputs),
  );
  app.post<{ Body: { observations: Observation[] } }>(
    '/observe',
    { schema: observeSchema },
    async ({ body }, reply) => {
      const queued = doors.observe(body.observations);
      if (queued !== null) return reply.code(202).send({ queued });
      const message = 'the queue is full, try again later';
      return reply.code(429).header('retry-after', '1').send({ statusCode: 429, message });
    },
  );
  app.get('/metrics', () => doors.metrics());
  app.post('/metrics/reset', (_, reply) => {
    doors.resetMetrics();
    return reply.code(204).send();
  });
  app.setNotFoundHandler((request, reply) => {
    const [url] = request.url.split('?');
    const allowed = app.supportedMethods.filter((method) => app.hasRoute({ method, url }));
    const statusCode = allowed.length === 0 ? 404 : 405;
    if (statusCode === 405) void reply.header('allow', allowed.join(', '));
    const message = statusCode === 405 ? `no ${request.method} here` : 'no such path';
    return reply.code(statusCode).send({ statusCode, message });
  });
  return app;
}
