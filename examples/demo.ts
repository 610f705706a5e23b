// Trains a network on handwritten digits: npm run demo -- --help
import { backend, data, F, fromArray, manualSeed, nn, noGrad, optim, type Tensor } from 'blasgrad';
import { classes, loadDigits, pixels, type Digits } from './demo/digits';
import { drawDigits, drawingsPerRow, type Drawing } from './demo/draw';
import { helpText, readOptions, UsageError, type DemoOptions } from './demo/options';
import { grouped, percent, Progress, tableHead, tableLine } from './demo/progress';

function buildModel(hidden: readonly number[]): nn.Sequential {
  const sizes = [pixels, ...hidden];
  const layers = hidden.flatMap((size, i) => [
    new nn.Linear(sizes[i], size),
    new nn.ReLU(),
    new nn.Dropout(0.3),
  ]);
  return new nn.Sequential(...layers, new nn.Linear(sizes[hidden.length], classes));
}

/** Images (n, 784) float32 and labels (n) int32. */
function asTensors({ images, labels }: Digits): [Tensor, Tensor] {
  return [fromArray(images, [labels.length, pixels]), fromArray(labels)];
}

/** One pass over the training digits: the mean loss and the time it took. */
async function trainEpoch(
  model: nn.Module,
  optimizer: optim.Optimizer,
  loader: data.DataLoader<[Tensor, Tensor]>,
  progress: Progress,
  title: string,
): Promise<{ loss: number; seconds: number }> {
  progress.start(title, loader.length);
  const start = performance.now();
  let samples = 0;
  let lossSum = 0;
  let batch = 0;
  model.train();
  try {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad();
      const loss = F.crossEntropy(model.forward(x), y);
      loss.backward();
      optimizer.step();
      samples += x.shape[0];
      lossSum += loss.item() * x.shape[0];
      progress.update(++batch, lossSum / samples, (1000 * samples) / (performance.now() - start));
    }
  } finally {
    progress.stop();
  }
  return { loss: lossSum / samples, seconds: (performance.now() - start) / 1000 };
}

/** Loss, accuracy and the digit seen in each image. */
function test(model: nn.Module, x: Tensor, y: Tensor) {
  model.eval();
  return noGrad(() => {
    const logits = model.forward(x);
    const seen = logits.argmax(1);
    return {
      loss: F.crossEntropy(logits, y).item(),
      accuracy: seen.eq(y).to('float32').mean().item(),
      predictions: seen.data,
    };
  });
}

/** Up to `count` entries of a list, at equal distances. */
function spread<T>(list: readonly T[], count: number): T[] {
  const some = Math.min(count, list.length);
  return Array.from({ length: some }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / some)]);
}

/** Some test digits and some mistakes, a row each. */
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

async function demo(options: DemoOptions): Promise<void> {
  if (options.threads !== null) backend.setNumThreads(options.threads);
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

  const progress = new Progress();
  process.once('SIGINT', () => {
    progress.stop();
    process.exit(130); // as a shell reports Ctrl-C
  });
  console.log(tableHead);
  let seconds = 0;
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const trained = await trainEpoch(
      model,
      optimizer,
      loader,
      progress,
      `${epoch}/${options.epochs}`,
    );
    const tested = test(model, testX, testY);
    seconds += trained.seconds;
    console.log(
      tableLine({
        epoch,
        trainLoss: trained.loss,
        testLoss: tested.loss,
        accuracy: tested.accuracy,
        seconds: trained.seconds,
        samplesPerSecond: dataset.length / trained.seconds,
      }),
    );
  }
  const speed = (dataset.length * options.epochs) / seconds;
  console.log(`\ntrained in ${seconds.toFixed(1)} s, ${grouped(speed)} samples/s\n`);

  const { accuracy, predictions } = test(model, testX, testY);
  show(digits.test, predictions);
  console.log(`test accuracy ${percent(accuracy)}`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(helpText);
  else await demo(options);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0); // whoever reads has seen enough: npm run demo | head
});

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`demo: ${error.message}`);
  process.exitCode = 2;
});
