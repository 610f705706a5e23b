/** Infers the dtypes of numbers from samples of all parts of a dataset, so that they do not depend on the order. */
import { isPlainObject, isPromise } from '../../core/realms';
import type { Place, PlaceState } from './numberTypes';

/** The most samples that are read; fewer if they are large, or slow to make, as images and promises are. */
const mostSamples = 10_000;
const mostWork = 100_000;
const expensive = 1000;
/** Promises that are awaited together. */
const atOnce = 16;

/** Reads a sample, outside of any batch. */
export type ReadSample = (index: number) => unknown;

/** Infers the dtypes of a loader, once for all of its batches. */
export class DTypeInference {
  private done = false;
  private pending: Promise<void> | null = null;

  constructor(readonly place: Place) {}

  /** Infers from the samples of the first batch, then from others until one is a promise. */
  infer(items: readonly unknown[], length: number, read: ReadSample): void {
    if (this.done) return;
    this.done = true;
    const { place } = this;
    for (const item of items) place.see(item);
    for (const index of indicesOf(workOf(items[0]), length, place)) {
      const sample = tried(() => read(index));
      if (isPromise(sample)) {
        Promise.resolve(sample).catch(() => undefined);
        return;
      }
      place.see(sample);
    }
  }

  /** The same where samples are promises, which are awaited. */
  async inferAsync(items: readonly unknown[], length: number, read: ReadSample): Promise<void> {
    if (this.done) return;
    this.pending ??= this.wait(items, length, read);
    await this.pending;
    this.done = true;
  }

  private async wait(items: readonly unknown[], length: number, read: ReadSample): Promise<void> {
    const { place } = this;
    for (const item of items) place.see(item);
    let some: unknown[] = [];
    for (const index of indicesOf(expensive + workOf(items[0]), length, place)) {
      some.push(tried(() => read(index)));
      if (some.length < atOnce) continue;
      await see(place, some);
      some = [];
    }
    await see(place, some);
  }

  /** Takes the dtypes that a worker thread infers. */
  async inferInWorker(ask: () => Promise<PlaceState>): Promise<void> {
    if (this.done) return;
    this.pending ??= ask().then((state) => {
      this.place.take(state);
    });
    await this.pending;
    this.done = true;
  }
}

/** Evenly spaced indices of the dataset, while another sample could still change a dtype. */
function* indicesOf(
  work: number,
  length: number,
  place: Place,
): Generator<number, void, undefined> {
  const count = Math.min(length, mostSamples, Math.floor(mostWork / work));
  for (let i = 0; i < count && place.isOpen; i++) {
    yield count === 1 ? 0 : Math.round((i * (length - 1)) / (count - 1));
  }
}

/** Adds promised samples to `place`. A sample that rejects is an error of the batch that has it. */
async function see(place: Place, samples: readonly unknown[]): Promise<void> {
  for (const result of await Promise.allSettled(samples)) {
    if (result.status === 'fulfilled') place.see(result.value);
  }
}

function tried(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A measure of what a sample costs: its numbers and texts, and more for anything else. */
function workOf(sample: unknown, depth = 0): number {
  if (typeof sample !== 'object' || sample === null) return 1;
  const parts: unknown[] | null = Array.isArray(sample)
    ? sample
    : isPlainObject(sample)
      ? Object.values(sample)
      : null;
  if (parts === null || depth > 64) return expensive;
  return parts.reduce<number>((sum, part) => sum + workOf(part, depth + 1), 1);
}
