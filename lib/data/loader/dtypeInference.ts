/** Infers the dtypes of numbers from samples spread over the dataset, so that they do not depend on the order. */
import { isPlainObject, isPromise } from '../../core/realms';
import type { Field, FieldState } from './numberTypes';

/** The most samples that are read; fewer if they are large or slow to make, such as images and promises. */
const maxSamples = 10_000;
/** Limit of the estimated costs (`costOf`) of all samples that are read. */
const maxCost = 100_000;
const expensive = 1000;
/** Promises that are awaited together. */
const concurrency = 16;

/** Reads a sample, outside of any batch. */
export type ReadSample = (index: number) => unknown;

/** Infers the dtypes of a loader, once for all of its batches. */
export class DTypeInference {
  private done = false;
  private pending: Promise<void> | null = null;

  constructor(readonly field: Field) {}

  /** Infers from the samples of the first batch, then from others until one is a promise. */
  infer(items: readonly unknown[], length: number, read: ReadSample): void {
    if (this.done) return;
    this.done = true;
    const { field } = this;
    for (const item of items) field.observe(item);
    for (const index of indicesOf(costOf(items[0]), length, field)) {
      const sample = sampleOrUndefined(() => read(index));
      if (isPromise(sample)) {
        Promise.resolve(sample).catch(() => undefined);
        return;
      }
      field.observe(sample);
    }
  }

  /** Infers from samples that are promises, which are awaited. */
  async inferAsync(items: readonly unknown[], length: number, read: ReadSample): Promise<void> {
    if (this.done) return;
    this.pending ??= this.wait(items, length, read);
    await this.pending;
    this.done = true;
  }

  private async wait(items: readonly unknown[], length: number, read: ReadSample): Promise<void> {
    const { field } = this;
    for (const item of items) field.observe(item);
    let pending: unknown[] = [];
    for (const index of indicesOf(expensive + costOf(items[0]), length, field)) {
      pending.push(sampleOrUndefined(() => read(index)));
      if (pending.length < concurrency) continue;
      await observeAll(field, pending);
      pending = [];
    }
    await observeAll(field, pending);
  }

  /** Sets the dtypes to those that a worker thread infers. */
  async inferInWorker(request: () => Promise<FieldState>): Promise<void> {
    if (this.done) return;
    this.pending ??= request().then((state) => {
      this.field.setState(state);
    });
    await this.pending;
    this.done = true;
  }
}

/** Yields evenly spaced indices of the dataset while another sample could still change a dtype. */
function* indicesOf(
  cost: number,
  length: number,
  field: Field,
): Generator<number, void, undefined> {
  const count = Math.min(length, maxSamples, Math.floor(maxCost / cost));
  for (let i = 0; i < count && field.isOpen; i++) {
    yield count === 1 ? 0 : Math.round((i * (length - 1)) / (count - 1));
  }
}

/** Updates `field` from promised samples. A sample that rejects is reported by the batch that contains it. */
async function observeAll(field: Field, samples: readonly unknown[]): Promise<void> {
  for (const result of await Promise.allSettled(samples)) {
    if (result.status === 'fulfilled') field.observe(result.value);
  }
}

/** The sample; undefined if reading it throws. */
function sampleOrUndefined(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** An estimate of what reading a sample costs: 1 for each number or string, more for anything else. */
function costOf(sample: unknown, depth = 0): number {
  if (typeof sample !== 'object' || sample === null) return 1;
  const parts: unknown[] | null = Array.isArray(sample)
    ? sample
    : isPlainObject(sample)
      ? Object.values(sample)
      : null;
  if (parts === null || depth > 64) return expensive;
  return parts.reduce<number>((sum, part) => sum + costOf(part, depth + 1), 1);
}
