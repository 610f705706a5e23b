// ResNet-18 for images of 32 x 32 pixels, on CIFAR-10 or drawn images: npm run example resnet18 -- --help
import {
  arange,
  data,
  F,
  manualSeed,
  metrics,
  optim,
  rand,
  randint,
  randn,
  train,
  type nn,
} from 'blasgrad';
import { percent, readOptions, run } from './images/options';
import { ResNet18 } from './images/resnet';

type Images = data.LabelledImages;

/** Stripes of five directions and two widths, with any colours and noise: uint8 images (n, 3, 32, 32), 10 classes. */
function drawStripes(count: number): Images {
  const kinds = randint(0, 10, [count, 1, 1, 1]);
  const angle = kinds.remainder(5).mul(Math.PI / 5);
  const frequency = kinds.ge(5).to('float32').mul(0.6).add(0.6);
  const [x, y] = [arange(32), arange(32).unsqueeze(1)];
  const along = angle.cos().mul(x).add(angle.sin().mul(y));
  const shift = rand(count, 1, 1, 1).mul(2 * Math.PI);
  const wave = along.mul(frequency).add(shift).sin(); // (n, 1, 32, 32)
  const images = wave.mul(rand(count, 3, 1, 1).sub(0.5)).add(randn(count, 3, 32, 32).mul(0.1));
  return new data.TensorDataset(
    images.add(0.5).clamp({ min: 0, max: 1 }).mul(255).to('uint8'),
    kinds.reshape(-1).to('int32'),
  );
}

run('resnet18', async () => {
  const about =
    'Trains ResNet-18 on CIFAR-10, if --dir is the folder of its binary files (15 epochs), or on 1,000 drawn images (2).';
  const options = readOptions('resnet18', about, ['dir']);
  if (options === null) return;
  manualSeed(options.seed);
  const cifar = options.dir === undefined ? null : await data.cifar10(options.dir);
  const sets = cifar ?? { train: drawStripes(1000), test: drawStripes(200) };
  const some = (set: Images, count: number): Images => {
    const [x, y] = set.tensors;
    const n = options.quick ? Math.min(count, set.length) : set.length;
    return new data.TensorDataset(x.narrow(0, 0, n), y.narrow(0, 0, n));
  };
  const [training, test] = [some(sets.train, 32), some(sets.test, 16)];
  const epochs = options.epochs ?? (options.quick ? 1 : cifar === null ? 2 : 15);

  const { Compose, Normalize, RandomCrop, RandomHorizontalFlip } = data.transforms;
  const normalize = new Normalize([0.491, 0.482, 0.447], [0.247, 0.243, 0.262]);
  // A mirrored stripe has another direction, so drawn images are not augmented.
  const augment = new Compose(
    cifar === null
      ? [normalize]
      : [new RandomCrop(32, { padding: 4 }), new RandomHorizontalFlip(), normalize],
  );
  const batchSize = cifar === null || options.quick ? 16 : 128;
  const load = (images: Images, transform: nn.Module, shuffle: boolean) =>
    new data.DataLoader(images, {
      batchSize,
      shuffle,
      collate: (samples) => {
        const [x, y] = data.collate(samples);
        return [transform.forward(x), y] as const;
      },
    });
  const loader = load(training, augment, true);

  const model = new ResNet18(10);
  const maxLr = cifar === null ? 0.02 : 0.1;
  const optimizer = new optim.SGD(model.parameters(), {
    ...{ lr: maxLr, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  });
  const history = await train({
    model,
    loss: F.crossEntropy,
    optimizer,
    loader,
    validation: load(test, normalize, false),
    metrics: { accuracy: metrics.accuracy() },
    epochs,
    scheduler: new optim.lrScheduler.OneCycleLR(optimizer, {
      maxLr,
      totalSteps: epochs * loader.length,
    }),
    schedulerInterval: 'step',
    callbacks: {
      onEpochEnd: ({ epoch, loss, seconds, validation }) => {
        const accuracy = Number(validation?.metrics['accuracy']);
        console.log(
          `epoch ${epoch}/${epochs}   loss ${loss.toFixed(4)}   test accuracy ${percent(accuracy)}   ${seconds.toFixed(1)} s`,
        );
      },
    },
  });
  const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  console.log(`\n${((seconds / epochs / training.length) * 1000).toFixed(1)} ms for each image`);
});
