import { setImmediate as nextTurn } from 'node:timers/promises';

/** Starts loading the next batch; undefined if there is none. */
export type Start<Batch> = () => Promise<Batch | undefined>;

/**
 * Loads batches ahead of the one that was returned last, at most `ahead` of them, and returns them in order. Each load
 * starts in its own turn of the event loop, so that it does not delay other events, and continues while the program
 * awaits something else, such as a training step on a background thread.
 */
export class ReadAhead<Batch> {
  private readonly queue: Promise<Batch | undefined>[] = [];
  private filling = false;
  private closed = false;
  private ended = false;

  constructor(
    private readonly start: Start<Batch>,
    private readonly ahead: number,
  ) {}

  /** The next batch; undefined after the last one. */
  async next(): Promise<Batch | undefined> {
    if (this.queue.length === 0) this.startOne();
    if (this.queue.length < this.ahead) void this.fill();
    const batch = await this.queue[0];
    void this.queue.shift();
    void this.fill();
    return batch;
  }

  /** Starts no more loads. */
  close(): void {
    this.closed = true;
  }

  private async fill(): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    for (;;) {
      await nextTurn();
      if (this.closed || this.ended || this.queue.length >= this.ahead) break;
      this.startOne();
    }
    this.filling = false;
  }

  private startOne(): void {
    const batch = this.start();
    batch.then(
      (loaded) => (this.ended ||= loaded === undefined),
      () => (this.ended = true), // thrown when this batch is read
    );
    this.queue.push(batch);
  }
}
