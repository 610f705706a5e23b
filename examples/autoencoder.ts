// A convolutional autoencoder that draws the digits it has made: npm run example autoencoder -- --help
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  cat,
  compile,
  data,
  F,
  fromArray,
  manualSeed,
  nn,
  noGrad,
  optim,
  type Tensor,
} from 'blasgrad';
import { loadDigits, pixels } from './demo/digits';
import { readOptions, run } from './images/options';

const codeSize = 16;

/** Digits to 16 numbers and back: two convolutions of stride 2, and their transposes. */
class Autoencoder extends nn.Module {
  readonly encoder = new nn.Sequential(
    ...[new nn.Conv2d(1, 16, 3, { stride: 2, padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(16, 32, 3, { stride: 2, padding: 1 }), new nn.ReLU()],
    new nn.Flatten(),
    new nn.Linear(32 * 7 * 7, codeSize),
  );
  readonly decoder = new nn.Sequential(
    ...[new nn.Linear(codeSize, 32 * 7 * 7), new nn.ReLU(), new nn.Unflatten(1, [32, 7, 7])],
    ...[new nn.ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 }), new nn.ReLU()],
    new nn.ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }),
  );

  /** The logits of the pixels. */
  override forward(x: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(x));
  }
}

/** A row of images (N, 1, H, W) from 0 to 1 as text: two pixels above each other are one character. */
function draw(images: Tensor): string {
  const [, , height] = images.shape;
  const row = cat(images.select(1, 0).unbind(0), 1).toArray() as number[][];
  const lines = Array.from({ length: height / 2 }, (_, y) =>
    row[0].map(
      (__, x) => ' ▀▄█'[Number(row[2 * y][x] > 0.5) + 2 * Number(row[2 * y + 1][x] > 0.5)],
    ),
  );
  return lines.map((line) => line.join('').trimEnd()).join('\n');
}

run('autoencoder', async () => {
  const about =
    'Trains a convolutional autoencoder on 8,000 handwritten digits, and writes a picture (10 epochs).';
  const options = readOptions('autoencoder', about, ['out']);
  if (options === null) return;
  const digits = loadDigits();
  const images = ({ images: bytes }: { images: Uint8Array }, count: number): Tensor =>
    fromArray(bytes, [bytes.length / pixels, 1, 28, 28])
      .narrow(0, 0, count)
      .to('float32')
      .div(255);
  const training = images(digits.train, options.quick ? 256 : 8000);
  const test = images(digits.test, 2000);
  const epochs = options.epochs ?? (options.quick ? 1 : 10);

  manualSeed(options.seed);
  const model = new Autoencoder();
  const optimizer = new optim.Adam(model.parameters(), { lr: 2e-3 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.binaryCrossEntropyWithLogits(model.forward(x), x);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const loader = new data.DataLoader(new data.TensorDataset(training), {
    batchSize: 64,
    shuffle: true,
  });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let sum = 0;
    for (const [x] of loader) sum += step(x).item();
    console.log(`epoch ${epoch}/${epochs}   loss ${(sum / loader.length).toFixed(4)}`);
  }
  const chosen = cat(Array.from({ length: 8 }, (_, i) => test.narrow(0, i * 250, 1)));
  const made = noGrad(() => F.sigmoid(model.forward(chosen)));
  const codes = noGrad(() => model.encoder.forward(chosen));
  // Between the first digit and each of the others.
  const between = noGrad(() =>
    F.sigmoid(model.decoder.forward(codes.add(codes.narrow(0, 0, 1)).div(2))),
  );
  console.log(
    `\ndigits:\n${draw(chosen.narrow(0, 0, 3))}\n\nmade of ${codeSize} numbers each:\n${draw(made.narrow(0, 0, 3))}\n`,
  );
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, 'digits.png');
  await data.saveImage(file, cat([chosen, made, between]), { nrow: 8 });
  console.log(`digits, copies and digits in between: ${file}`);
});
