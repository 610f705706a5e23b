// A U-Net that finds the pixels of shapes: npm run example unet -- --help
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  arange,
  cat,
  compile,
  data,
  F,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randint,
  stack,
  where,
  zeros,
  type Tensor,
} from 'blasgrad';
import { readOptions, run } from './images/options';

const size = 32;
const classes = ['background', 'disc', 'square', 'triangle'];

/** An image (3, 32, 32) with three shapes and noise, and the class of each pixel (32, 32). */
function drawSample(): [image: Tensor, labels: Tensor] {
  let image = rand(3, size, size).mul(0.4);
  let labels = zeros(size, size, { dtype: 'int32' });
  const [x, y] = [arange(size).expand(size, size), arange(size).unsqueeze(1).expand(size, size)];
  for (let i = 0; i < 3; i++) {
    const [kind, left, top, radius] = [
      [1, 4],
      [5, 27],
      [5, 27],
      [4, 8],
    ].map(([low, high]) => randint(low, high, [1]).item());
    const [dx, dy] = [x.sub(left), y.sub(top)];
    const distances = [
      dx.square().add(dy.square()).to('float32').sqrt(),
      dx.abs().maximum(dy.abs()).to('float32'),
      dy.maximum(dx.abs().mul(2).sub(dy)).to('float32'), // the point of the triangle is above
    ];
    const inside = distances[kind - 1].lt(radius);
    const colour = rand(3, 1, 1).mul(0.5).add(0.5);
    image = where(inside, colour.add(rand(3, size, size).mul(0.2)).sub(0.1), image);
    labels = labels.maskedFill(inside, kind);
  }
  return [image, labels];
}

const twice = (from: number, to: number): nn.Sequential =>
  new nn.Sequential(
    ...[new nn.Conv2d(from, to, 3, { padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(to, to, 3, { padding: 1 }), new nn.ReLU()],
  );

/** Ronneberger et al. 2015, with two levels: each level's features are joined to those that come up from below. */
class UNet extends nn.Module {
  readonly down1 = twice(3, 16);
  readonly down2 = twice(16, 32);
  readonly bottom = twice(32, 64);
  readonly up2 = new nn.ConvTranspose2d(64, 32, 2, { stride: 2 });
  readonly join2 = twice(64, 32);
  readonly up1 = new nn.ConvTranspose2d(32, 16, 2, { stride: 2 });
  readonly join1 = twice(32, 16);
  readonly head = new nn.Conv2d(16, classes.length, 1);
  readonly pool = new nn.MaxPool2d(2);

  override forward(input: Tensor): Tensor {
    const first = this.down1.forward(input);
    const second = this.down2.forward(this.pool.forward(first));
    const bottom = this.bottom.forward(this.pool.forward(second));
    const x = this.join2.forward(cat([second, this.up2.forward(bottom)], 1));
    return this.head.forward(this.join1.forward(cat([first, this.up1.forward(x)], 1)));
  }
}

/** Intersection over union of each class. */
function overlaps(predicted: Tensor, labels: Tensor): number[] {
  return classes.map((_, kind) => {
    const [a, b] = [predicted.eq(kind), labels.eq(kind)];
    const count = (x: Tensor): number => x.to('float32').sum().item();
    return count(a.logicalAnd(b)) / Math.max(count(a.logicalOr(b)), 1);
  });
}

run('unet', async () => {
  const about =
    'Trains a U-Net to find discs, squares and triangles in 2,000 drawn images, and writes a picture (8 epochs).';
  const options = readOptions('unet', about, ['out']);
  if (options === null) return;
  manualSeed(options.seed);
  const draw = (count: number): Tensor[] => {
    const samples = Array.from({ length: count }, drawSample);
    return [0, 1].map((part) => stack(samples.map((sample) => sample[part])));
  };
  const [images, labels] = draw(options.quick ? 64 : 2000);
  const [testImages, testLabels] = draw(options.quick ? 16 : 200);
  const epochs = options.epochs ?? (options.quick ? 1 : 8);

  const model = new UNet();
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const loader = new data.DataLoader(new data.TensorDataset(images, labels), {
    batchSize: 16,
    shuffle: true,
  });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let sum = 0;
    for (const [x, y] of loader) sum += step(x, y).item();
    console.log(`epoch ${epoch}/${epochs}   loss ${(sum / loader.length).toFixed(4)}`);
  }
  const predicted = noGrad(() => model.forward(testImages).argmax(1));
  overlaps(predicted, testLabels).forEach((share, kind) => {
    console.log(`intersection over union of ${classes[kind].padEnd(10)} ${share.toFixed(3)}`);
  });
  const grey = (kinds: Tensor): Tensor =>
    kinds.narrow(0, 0, 8).to('float32').div(3).unsqueeze(1).expand(8, 3, size, size);
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, 'shapes.png');
  await data.saveImage(file, cat([testImages.narrow(0, 0, 8), grey(testLabels), grey(predicted)]), {
    nrow: 8,
  });
  console.log(`images, shapes and what the network found: ${file}`);
});
