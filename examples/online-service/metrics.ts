/** Figures since the service started, or since the last reset. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ObservationQueue, ObservationRing } from './observations';
import type { Trainer } from './trainer';

export interface Metrics {
  /** All steps of the model, with those before the loaded checkpoint. */
  readonly steps: number;
  /** Since the last reset; null until two runs have finished. */
  readonly stepsPerSecond: number | null;
  /** The mean of the last run; null before the first one. */
  readonly loss: number | null;
  readonly observations: number;
  readonly queue: { readonly length: number; readonly capacity: number; readonly refused: number };
  /** The delay of the event loop in ms, since the last reset. */
  readonly eventLoopDelay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** In bytes. */
  readonly memory: NodeJS.MemoryUsage;
  readonly checkpoints: { readonly saved: number; readonly failed: number };
}

const resolution = 2; // ms

export class Meter {
  readonly queue = { refused: 0 };
  readonly checkpoints = { saved: 0, failed: 0 };
  private readonly delay = monitorEventLoopDelay({ resolution });
  private first: Trainer['progress'] | null = null;
  private last: Trainer['progress'] | null = null;

  constructor() {
    this.delay.enable();
  }

  /** Called at the end of each run; speed is measured between these times. */
  countRun(progress: Trainer['progress']): void {
    this.first ??= progress;
    this.last = progress;
  }

  reset(): void {
    this.delay.reset();
    this.first = this.last = null;
  }

  read(trainer: Trainer, queue: ObservationQueue, ring: ObservationRing): Metrics {
    const { first, last } = this;
    const seconds = first && last ? (last.time - first.time) / 1000 : 0;
    const steps = first && last ? last.steps - first.steps : 0;
    return {
      steps: trainer.progress.steps,
      stepsPerSecond: seconds > 0 ? steps / seconds : null,
      loss: trainer.loss,
      observations: ring.count,
      queue: { length: queue.length, capacity: queue.capacity, refused: this.queue.refused },
      eventLoopDelay: {
        p50: this.lateness(this.delay.percentile(50)),
        p99: this.lateness(this.delay.percentile(99)),
        max: this.lateness(this.delay.max),
      },
      memory: process.memoryUsage(),
      checkpoints: { ...this.checkpoints },
    };
  }

  /** The histogram has the times between ticks, in ns, of a timer with the interval `resolution`. */
  private lateness(nanoseconds: number): number {
    return Math.max(nanoseconds / 1e6 - resolution, 0);
  }
}
