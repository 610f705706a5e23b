/** What the demo shows while it trains: a bar in a terminal, a line for each epoch everywhere. */
import { SingleBar } from 'cli-progress';

/** The results of one epoch. */
export interface Epoch {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Share of the test digits recognised. */
  readonly accuracy: number;
  /** Training time. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

interface Column {
  readonly title: string;
  readonly text: (epoch: Epoch) => string;
}

const columns: readonly Column[] = [
  { title: 'epoch', text: ({ epoch }) => String(epoch) },
  { title: '  train loss', text: ({ trainLoss }) => trainLoss.toFixed(4) },
  { title: '  test loss', text: ({ testLoss }) => testLoss.toFixed(4) },
  { title: '  test accuracy', text: ({ accuracy }) => percent(accuracy) },
  { title: '  seconds', text: ({ seconds }) => seconds.toFixed(2) },
  { title: '  samples/s', text: ({ samplesPerSecond }) => grouped(samplesPerSecond) },
];

export const tableHead = columns.map(({ title }) => title).join('');

export function tableLine(epoch: Epoch): string {
  return columns.map(({ title, text }) => text(epoch).padStart(title.length)).join('');
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
