/** Trains continuously on a background thread, in runs of many steps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compile, F, optim } from 'blasgrad';
import { buildModel } from './model';
import type { ObservationQueue, ObservationRing } from './observations';

const batchSize = 64;
// Observations needed to start: a batch of fewer would contain the same ones several times.
const leastObservations = 256;
// Between two runs, new observations are added and the predictor is updated. Short runs are slower, long ones use old data.
const runTime = { shortest: 50, longest: 120 }; // ms
const longestRun = 4096; // steps

export class Trainer {
  readonly model = buildModel();
  readonly optimizer = new optim.Adam(this.model.parameters(), { lr: 1e-3 });
  /** The mean loss of the last run; null before the first one. */
  loss: number | null = null;
  /** The number of steps, and the time of the last one in ms; updated between runs. */
  progress = { steps: 0, time: performance.now() };
  private runLength = 16;
  // The compiled step reads the ring in place: JavaScript passes only the numbers of the rows.
  private readonly step = compile((rows) => {
    this.optimizer.zeroGrad();
    const [x, y] = [this.ring.inputs, this.ring.labels].map((all) => all.indexSelect(0, rows));
    const loss = F.crossEntropy(this.model.forward(x), y);
    loss.backward();
    this.optimizer.step();
    return loss;
  });

  constructor(
    private readonly queue: ObservationQueue,
    private readonly ring: ObservationRing,
  ) {}

  /** Trains until the signal aborts, and finishes the current step. Calls `between` before each run. */
  async run(signal: AbortSignal, between: () => void): Promise<void> {
    try {
      for (;;) {
        this.countSteps();
        this.ring.add(this.queue.takeAll());
        between();
        signal.throwIfAborted();
        if (this.ring.count < leastObservations) await sleep(20, undefined, { signal });
        else await this.trainRun(signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.countSteps();
    }
  }

  private async trainRun(signal: AbortSignal): Promise<void> {
    const rows = this.ring.draw(this.runLength, batchSize);
    const start = performance.now();
    const losses = await this.step.scanAsync(rows, { signal });
    const taken = performance.now() - start;
    this.loss = losses.mean().item();
    if (taken < runTime.shortest && this.runLength < longestRun) this.runLength *= 2;
    if (taken > runTime.longest && this.runLength > 1) this.runLength /= 2;
  }

  /** All steps of the model. The optimizer counts them, also in runs that were aborted. */
  countSteps(): number {
    const states = Object.values(this.optimizer.stateDict().state);
    const steps = states.length === 0 ? 0 : states[0]['step'].item();
    this.progress = { steps, time: performance.now() };
    return steps;
  }
}
