// Trains a network on Fashion-MNIST, 60,000 images of clothes: npm run example fashion-mnist -- --help
import { parseArgs } from 'node:util';
import {
  backend,
  data,
  F,
  manualSeed,
  metrics,
  nn,
  noGrad,
  optim,
  train,
  type EpochResult,
  type Tensor,
} from 'blasgrad';
import { defaultFolder, folders, requireFiles } from './fashion/files';

type Images = data.TensorDataset<[images: Tensor, labels: Tensor]>;

const usage = `usage: npm run example fashion-mnist -- [OPTIONS]

Trains a network to recognize clothes on the 60,000 images of Fashion-MNIST.

  --epochs N   number of epochs (default: 20)
  --seed N     seed of weights, dropout and shuffling (default: 1)
  --threads N  number of threads (default: one per CPU)
  --dir DIR    folder with the four data files (default: ${folders.join(', else ')})
  --help       show this help`;

interface Options {
  readonly epochs: number;
  readonly seed: number;
  readonly threads: number | null;
  readonly dir: string;
}

/** The options of the command line; null for --help. */
function readOptions(): Options | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { epochs: text, seed: text, threads: text, dir: text, help: { type: 'boolean' } },
  });
  if (values.help === true) return null;
  return {
    epochs: wholeNumber('epochs', values.epochs ?? '20', 1),
    seed: wholeNumber('seed', values.seed ?? '1', 0),
    threads: values.threads === undefined ? null : wholeNumber('threads', values.threads, 1),
    dir: values.dir ?? defaultFolder(),
  };
}

function wholeNumber(name: string, text: string, low: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low) return value;
  throw new RangeError(`expected an integer of at least ${low} for --${name}, got '${text}'`);
}

/** The share of images that are classified correctly. */
function accuracyOn(model: nn.Module, { tensors: [images, labels] }: Images): number {
  const accuracy = metrics.accuracy();
  model.eval();
  noGrad(() => {
    accuracy.update(model.forward(images), labels);
  });
  return accuracy.compute();
}

function percent(share: unknown): string {
  return `${(100 * Number(share)).toFixed(2)} %`;
}

function lineOf(result: EpochResult): string {
  const { epoch, loss, validation, samplesPerSecond } = result;
  const speed = Math.round(samplesPerSecond).toLocaleString('en-US');
  return (
    `epoch ${String(epoch).padStart(2)}   loss ${loss.toFixed(4)}   ` +
    `validation accuracy ${percent(validation?.metrics['accuracy'])}   ${speed} samples/s`
  );
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) {
    console.log(usage);
    return;
  }
  requireFiles(options.dir);
  if (options.threads !== null) backend.setNumThreads(options.threads);
  const sets = await data.mnist(options.dir);
  // Validation images choose the best epoch; the test images are used once, at the end.
  const [learnt, validation] = data.randomSplit(sets.train, [0.9, 0.1], { seed: 1 });

  manualSeed(options.seed);
  const pixels = sets.train.tensors[0].shape[1];
  const model = new nn.Sequential(
    // The images stay bytes, 47 MB: the first layer converts each batch to numbers from 0 to 1.
    new data.transforms.Normalize(0, 1),
    ...[new nn.Linear(pixels, 256), new nn.ReLU(), new nn.Dropout(0.2)],
    ...[new nn.Linear(256, 128), new nn.ReLU(), new nn.Dropout(0.2)],
    new nn.Linear(128, 10),
  );
  const optimizer = new optim.Adam(model.parameters());
  const loader = new data.DataLoader(learnt, { batchSize: 128, shuffle: true });
  const { epochs: all } = await train({
    model,
    loss: F.crossEntropy,
    optimizer,
    loader,
    validation: new data.DataLoader(validation, { batchSize: 1000 }),
    epochs: options.epochs,
    metrics: { accuracy: metrics.accuracy() },
    scheduler: new optim.lrScheduler.OneCycleLR(optimizer, {
      maxLr: 0.003,
      totalSteps: options.epochs * loader.length,
    }),
    schedulerInterval: 'step',
    monitor: 'accuracy',
    keepBest: true,
    callbacks: { onEpochEnd: (result) => console.log(lineOf(result)) },
  });
  const seconds = all.reduce((sum, result) => sum + result.seconds, 0);
  const speed = Math.round((all.length * learnt.length) / seconds).toLocaleString('en-US');
  const threads = backend.getNumThreads();
  console.log(
    `\ntrained in ${seconds.toFixed(1)} s on ${threads} thread${threads === 1 ? '' : 's'}, ${speed} samples/s`,
  );
  console.log(`test accuracy ${percent(accuracyOn(model, sets.test))}`);
}

main().catch((error: unknown) => {
  if (!(error instanceof Error)) throw error;
  console.error(`fashion-mnist: ${error.message}`);
  process.exitCode = 2;
});
