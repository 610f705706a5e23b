/** The output of the demo while it trains: a progress bar on a terminal, and a line for each epoch. */
import { SingleBar } from 'cli-progress';
import type { EpochResult } from 'blasgrad';

interface Column {
  readonly title: string;
  readonly text: (result: EpochResult) => string;
}

const columns: readonly Column[] = [
  { title: 'epoch', text: ({ epoch }) => String(epoch) },
  { title: '  train loss', text: ({ loss }) => loss.toFixed(4) },
  { title: '  test loss', text: ({ validation }) => Number(validation?.loss).toFixed(4) },
  {
    title: '  test accuracy',
    text: ({ validation }) => percent(Number(validation?.metrics['accuracy'])),
  },
  { title: '  seconds', text: ({ seconds }) => seconds.toFixed(2) },
  { title: '  samples/s', text: ({ samplesPerSecond }) => grouped(samplesPerSecond) },
];

export const tableHead = columns.map(({ title }) => title).join('');

export function tableLine(result: EpochResult): string {
  return columns.map(({ title, text }) => text(result).padStart(title.length)).join('');
}

/** `96.25 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** `12,345`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** The bar of the epoch that is running; shows nothing unless standard output is a terminal. */
export class Progress {
  private readonly bar = new SingleBar({
    stream: process.stdout,
    format: 'epoch {epoch} {bar} {percentage} %   loss {loss}   {speed} samples/s',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    autopadding: true,
    hideCursor: true,
    clearOnComplete: true,
  });

  start(epoch: string, batches: number): void {
    this.bar.start(batches, 0, { epoch, loss: '-', speed: '-' });
  }

  update(batch: number, loss: number, samplesPerSecond: number): void {
    this.bar.update(batch, { loss: loss.toFixed(4), speed: grouped(samplesPerSecond) });
  }

  stop(): void {
    this.bar.stop();
  }
}
