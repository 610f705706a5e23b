/** Trains without pause, beside the event loop, in runs of many steps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compile, F, optim } from 'blasgrad';
import { buildModel } from './model';
import type { ObservationQueue, ObservationRing } from './observations';

const batchSize = 64;
// So many to begin with: a batch drawn from fewer would repeat itself.
const leastObservations = 256;
// Between two runs observations are taken in and predictions refreshed. Short runs lose speed, long ones are stale.
const runTime = { shortest: 50, longest: 120 }; // ms
const longestRun = 4096; // steps

export class Trainer {
  readonly model = buildModel();
  readonly optimizer = new optim.Adam(this.model.parameters(), { lr: 1e-3 });
  /** Mean loss of the last run; null before the first. */
  loss: number | null = null;
  /** Steps so far and when the last of them were done, in ms; between runs. */
  progress = { steps: 0, time: performance.now() };
  private runLength = 16;
  // What it captures reads the ring where it lies: a step needs nothing from JavaScript but the numbers of its rows.
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

  /** Trains until the signal comes, and then finishes the step it is at. `between` is called before each run. */
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

  /** Steps of the model's whole life. The optimizer counts them, also those of a run that was cut short. */
  countSteps(): number {
    const states = Object.values(this.optimizer.stateDict().state);
    const steps = states.length === 0 ? 0 : states[0]['step'].item();
    this.progress = { steps, time: performance.now() };
    return steps;
  }
}
