/** The service: starts and stops the server, the trainer and the checkpoints. */
import { once } from 'node:events';
import { backend, io, manualSeed } from 'blasgrad';
import { Meter } from './metrics';
import { ObservationQueue, ObservationRing } from './observations';
import type { ServiceOptions } from './options';
import { Predictor } from './predictor';
import { buildServer } from './server';
import { Trainer } from './trainer';

const queueCapacity = 8192;
const ringCapacity = 16_384;
// How long requests may still take when the service stops.
const grace = 500; // ms

export interface Service {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Steps of the checkpoint that was loaded. */
  readonly steps: number;
  /** Stops it after the current step. */
  stop(): void;
  /** Resolves when everything is saved and closed; rejects after an error. */
  readonly stopped: Promise<void>;
}

/** Loads the newest checkpoint that is intact, and reports newer ones that are damaged. */
async function resume(path: string, states: Readonly<Record<string, io.Stateful>>): Promise<void> {
  try {
    await io.loadCheckpoint(path, states);
  } catch (error) {
    if (!(error instanceof io.CheckpointError) || error.fallback === null) throw error;
    console.error(
      `online-service: WARNING: ${error.path} is damaged, resuming from ${error.fallback}`,
    );
    console.error(`online-service: ${error.message}`);
    await io.loadCheckpoint(error.fallback, states);
  }
}

/** Starts the service. Rejects if the port is in use, or if there are checkpoints but none is intact. */
export async function startService(options: ServiceOptions): Promise<Service> {
  backend.setNumThreads(options.threads);
  manualSeed(options.seed);
  const queue = new ObservationQueue(queueCapacity);
  const ring = new ObservationRing(ringCapacity);
  const trainer = new Trainer(queue, ring);
  const predictor = new Predictor();
  const meter = new Meter();
  const path = options.checkpoint;
  const states = { model: trainer.model, optimizer: trainer.optimizer, observations: ring };
  if (path !== null && (await io.listCheckpoints(path)).length > 0) await resume(path, states);
  predictor.refresh(trainer.model);

  let served = trainer.countSteps();
  const first = served;
  const app = buildServer({
    predict: (inputs) => ({ predictions: predictor.predict(inputs), steps: served }),
    observe: (observations) => {
      if (queue.add(observations)) return queue.length;
      meter.queue.refused += observations.length;
      return null;
    },
    metrics: () => meter.read(trainer, queue, ring),
    resetMetrics: () => meter.reset(),
  });
  const url = await app.listen({ host: options.host, port: options.port });

  let saving = Promise.resolve();
  let nextSave = performance.now() + 1000 * options.saveEvery;
  const save = async (dir: string): Promise<void> => {
    try {
      await io.saveCheckpoint(dir, { ...states, step: trainer.progress.steps });
      meter.checkpoints.saved++;
    } catch (error) {
      meter.checkpoints.failed++;
      throw error;
    }
  };
  const between = (): void => {
    if (trainer.progress.steps === served) return;
    served = trainer.progress.steps;
    meter.countRun(trainer.progress);
    predictor.refresh(trainer.model);
    if (path === null || performance.now() < nextSave) return;
    // The next run starts while the files are written. The service keeps answering if the disk is full.
    nextSave = Infinity;
    saving = save(path)
      .catch((error: unknown) =>
        console.error('online-service: saving a checkpoint failed:', error),
      )
      .finally(() => (nextSave = performance.now() + 1000 * options.saveEvery));
  };

  const ending = new AbortController();
  const close = async (): Promise<void> => {
    const cut = setTimeout(() => app.server.closeAllConnections(), grace);
    await app.close();
    clearTimeout(cut);
  };
  const closed = once(ending.signal, 'abort').then(close);
  const trained = trainer.run(ending.signal, between).finally(() => ending.abort());
  const stopped = Promise.all([trained, closed]).then(async () => {
    await saving;
    ring.add(queue.takeAll()); // keeps the observations that were accepted; no more can arrive now
    if (path !== null) await save(path);
  });
  return { url, steps: first, stop: () => ending.abort(), stopped };
}
