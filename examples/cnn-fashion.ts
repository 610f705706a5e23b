// Trains the convolutional network of PyTorch's MNIST example on Fashion-MNIST: npm run example cnn-fashion -- --help
import { data, F, manualSeed, metrics, nn, noGrad, optim, train, type Tensor } from 'blasgrad';
import { defaultFolder, requireFiles } from './fashion/files';
import { percent, readOptions, run } from './images/options';

type Images = data.LabelledImages;

/** The network of https://github.com/pytorch/examples/tree/main/mnist, which takes bytes (N, 784). */
class Net extends nn.Module {
  readonly scale = new data.transforms.Normalize(0.286, 0.353);
  readonly conv1 = new nn.Conv2d(1, 32, 3);
  readonly conv2 = new nn.Conv2d(32, 64, 3);
  readonly pool = new nn.MaxPool2d(2);
  readonly dropout1 = new nn.Dropout(0.25);
  readonly fc1 = new nn.Linear(9216, 128);
  readonly dropout2 = new nn.Dropout(0.5);
  readonly fc2 = new nn.Linear(128, 10);

  override forward(input: Tensor): Tensor {
    let x = this.scale.forward(input).reshape(-1, 1, 28, 28);
    x = F.relu(this.conv1.forward(x));
    x = this.pool.forward(F.relu(this.conv2.forward(x)));
    x = this.dropout1.forward(x).flatten(1);
    x = this.dropout2.forward(F.relu(this.fc1.forward(x)));
    return this.fc2.forward(x);
  }
}

/** The share of images that are classified correctly. */
function accuracyOn(model: nn.Module, images: Images): number {
  const accuracy = metrics.accuracy();
  model.eval();
  for (const [x, y] of new data.DataLoader(images, { batchSize: 500 })) {
    accuracy.update(
      noGrad(() => model.forward(x)),
      y,
    );
  }
  return accuracy.compute();
}

run('cnn-fashion', async () => {
  const about =
    'Trains a convolutional network on the 60,000 images of clothes of Fashion-MNIST (8 epochs).';
  const options = readOptions('cnn-fashion', about, ['dir']);
  if (options === null) return;
  const dir = options.dir ?? defaultFolder();
  requireFiles(dir);
  const sets = await data.mnist(dir);
  const some = (set: Images, count: number): Images => {
    const [x, y] = set.tensors;
    const n = Math.min(count, set.length);
    return new data.TensorDataset(x.narrow(0, 0, n), y.narrow(0, 0, n));
  };
  const training = options.quick ? some(sets.train, 512) : sets.train;
  const test = options.quick ? some(sets.test, 200) : sets.test;
  const epochs = options.epochs ?? (options.quick ? 1 : 8);

  manualSeed(options.seed);
  const model = new Net();
  const optimizer = new optim.Adam(model.parameters());
  const loader = new data.DataLoader(training, {
    batchSize: 64,
    shuffle: true,
  });
  const history = await train({
    model,
    loss: F.crossEntropy,
    optimizer,
    loader,
    epochs,
    scheduler: new optim.lrScheduler.OneCycleLR(optimizer, {
      maxLr: 0.002,
      totalSteps: epochs * loader.length,
    }),
    schedulerInterval: 'step',
    callbacks: {
      onEpochEnd: ({ epoch, loss, seconds }) => {
        const accuracy = accuracyOn(model, test);
        model.train();
        console.log(
          `epoch ${epoch}/${epochs}   loss ${loss.toFixed(4)}   test accuracy ${percent(accuracy)}   ${seconds.toFixed(1)} s`,
        );
      },
    },
  });
  const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  console.log(`\n${(seconds / epochs).toFixed(1)} s for each epoch`);
  console.log(`test accuracy ${percent(accuracyOn(model, test))}`);
});
