// Trains a network on handwritten digits: npm run demo -- --help
import { join } from 'node:path';
import {
  backend,
  data,
  F,
  fromArray,
  io,
  manualSeed,
  metrics,
  nn,
  noGrad,
  optim,
  train,
  type Callbacks,
  type History,
  type Tensor,
} from 'blasgrad';
import { classes, loadDigits, pixels, type Digits } from './demo/digits';
import { drawDigits, drawingsPerRow, type Drawing } from './demo/draw';
import {
  helpText,
  readOptions,
  resumeArguments,
  UsageError,
  type DemoOptions,
} from './demo/options';
import { grouped, percent, Progress, tableHead, tableLine } from './demo/progress';

function buildModel(hidden: readonly number[]): nn.Sequential {
  const sizes = [pixels, ...hidden];
  const layers = hidden.flatMap((size, i) => [
    new nn.Linear(sizes[i], size),
    new nn.ReLU(),
    new nn.Dropout(0.3),
  ]);
  // The images stay bytes: the first layer converts each batch to numbers from 0 to 1.
  const scale = new data.transforms.Normalize(0, 1);
  return new nn.Sequential(scale, ...layers, new nn.Linear(sizes[hidden.length], classes));
}

/** Images (n, 784) uint8 and labels (n) int32. */
function asTensors({ images, labels }: Digits): [Tensor, Tensor] {
  return [fromArray(images, [labels.length, pixels]), fromArray(labels)];
}

/** The predicted digit of each image. */
function predict(model: nn.Module, x: Tensor): Int32Array {
  model.eval();
  return noGrad(() => model.forward(x).argmax(1)).data as Int32Array;
}

/** A progress bar during an epoch, and a line of the table after it. */
function reporter(progress: Progress): Callbacks {
  return {
    onEpochStart: ({ epoch, epochs, batches }) => {
      progress.start(`${epoch}/${epochs}`, batches ?? 0);
    },
    onBatchEnd: ({ batch, batches, meanLoss, samplesPerSecond }) => {
      progress.update(batch, meanLoss, samplesPerSecond);
      if (batch === batches) progress.stop();
    },
    onEpochEnd: (result) => {
      console.log(tableLine(result));
    },
    onTrainEnd: () => {
      progress.stop();
    },
  };
}

/** Up to `count` entries of a list, evenly spaced. */
function spread<T>(list: readonly T[], count: number): T[] {
  const some = Math.min(count, list.length);
  return Array.from({ length: some }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / some)]);
}

/** A row of test digits and a row of mistakes. */
function show(digits: Digits, predictions: ArrayLike<number>): void {
  const { isTTY, columns } = process.stdout;
  const colours = isTTY && !process.env['NO_COLOR'];
  const all = Array.from(digits.labels, (label, at): Drawing => {
    const image = digits.images.subarray(at * pixels, (at + 1) * pixels);
    return { image, prediction: predictions[at], label };
  });
  const wrong = all.filter(({ prediction, label }) => prediction !== label);
  for (const [title, drawings] of [['test digits', all] as const, ['mistakes', wrong] as const]) {
    const chosen = spread(drawings, drawingsPerRow(isTTY ? columns : 80));
    console.log(`${title}, ${chosen.length} of ${grouped(drawings.length)}:\n`);
    for (const line of drawDigits(chosen, colours)) console.log(line);
    console.log();
  }
}

async function demo(options: DemoOptions, args: readonly string[]): Promise<void> {
  if (options.threads !== null) backend.setNumThreads(options.threads);
  const checkpoints = join(options.dir, 'checkpoints');
  if (options.resume && (await io.listCheckpoints(checkpoints)).length === 0) {
    throw new UsageError(`expected a checkpoint in ${checkpoints} for --resume, got none`);
  }
  const digits = loadDigits();
  const [trainX, trainY] = asTensors(digits.train);
  const [testX, testY] = asTensors(digits.test);

  manualSeed(options.seed);
  const model = buildModel(options.hidden);
  const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
  const dataset = new data.TensorDataset(trainX, trainY);
  const loader = new data.DataLoader(dataset, { batchSize: options.batchSize, shuffle: true });

  const parameters = [...model.parameters()].reduce((sum, one) => sum + one.numel(), 0);
  console.log(
    `${[pixels, ...options.hidden, classes].join('-')} (${grouped(parameters)} parameters), ` +
      `${grouped(trainY.numel())} digits for training, ${grouped(testY.numel())} for testing`,
  );
  const threads = backend.getNumThreads();
  console.log(
    `Adam, learning rate ${options.lr}, batches of ${options.batchSize}, seed ${options.seed}, ` +
      `${threads} thread${threads === 1 ? '' : 's'}\n`,
  );

  console.log(tableHead);
  const history = await train({
    model,
    loss: F.crossEntropy,
    optimizer,
    loader,
    validation: new data.DataLoader(new data.TensorDataset(testX, testY), {
      batchSize: testY.numel(),
    }),
    metrics: { accuracy: metrics.accuracy() },
    epochs: options.epochs,
    checkpoint: { dir: checkpoints },
    resume: options.resume,
    callbacks: reporter(new Progress()),
  });
  if (history.stopReason === 'interrupted') {
    console.log(`\nstopped after step ${history.steps}, saved as ${history.checkpoint ?? ''}`);
    console.log(`resume with: npm run demo -- ${resumeArguments(args).join(' ')}`);
    return;
  }
  const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const speed = (dataset.length * history.epochs.length) / seconds;
  console.log(`\ntrained in ${seconds.toFixed(1)} s, ${grouped(speed)} samples/s`);
  const file = join(options.dir, 'model.safetensors');
  io.saveSafetensorsSync(file, model.stateDict());
  console.log(`model in ${file}, checkpoints in ${checkpoints}\n`);

  show(digits.test, predict(model, testX));
  console.log(`test accuracy ${percent(accuracyOf(history))}`);
}

/** Of the last epoch. */
function accuracyOf({ epochs }: History): number {
  return Number(epochs.at(-1)?.validation?.metrics['accuracy']);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const options = readOptions(args);
  if (options === 'help') console.log(helpText);
  else await demo(options, args);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0); // stdout was closed: npm run demo | head
});

/** Whether the checkpoint to resume from is damaged or belongs to another network. */
function isOfCheckpoint(error: unknown): error is Error {
  const known = error instanceof io.CheckpointError || error instanceof RangeError;
  return known && process.argv.includes('--resume');
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError || isOfCheckpoint(error))) throw error;
  console.error(`demo: ${error.message}`);
  process.exitCode = 2;
});
