// LeCun's network of 1989 on handwritten digits of 16 x 16 pixels: npm run example lenet-1989 -- --help
import {
  cat,
  compile,
  data,
  F,
  fromArray,
  full,
  Generator,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randperm,
  type Tensor,
} from 'blasgrad';
import { loadDigits } from './demo/digits';
import { percent, readOptions, run } from './images/options';

// "Backpropagation Applied to Handwritten Zip Code Recognition", Neural Computation 1, 541-551. The modern form follows
// Karpathy's https://github.com/karpathy/lecun1989-repro: cross-entropy, ReLU, dropout, AdamW, shifted images.
const sizes = { train: 7291, test: 2007 };

/** Weights from -2.4 to 2.4, divided by the root of the number of inputs; the paper divides by that number. */
const initial = (inputs: number, ...shape: number[]): nn.Parameter =>
  new nn.Parameter(
    rand(shape)
      .sub(0.5)
      .mul((2 * 2.4) / Math.sqrt(inputs)),
  );
const biases = (value: number, ...shape: number[]): nn.Parameter =>
  new nn.Parameter(full(shape, value));

/** Two convolutions of stride 2, in which each unit has its own bias, and two dense layers: 9,760 weights. */
class Net extends nn.Module {
  readonly h1w = initial(25, 12, 1, 5, 5);
  readonly h1b = biases(0, 12, 8, 8);
  readonly h2w = initial(8 * 25, 12, 8, 5, 5);
  readonly h2b = biases(0, 12, 4, 4);
  readonly h3w = initial(192, 192, 30);
  readonly h3b = biases(0, 30);
  readonly outw = initial(30, 30, 10);
  readonly outb: nn.Parameter;

  constructor(private readonly modern: boolean) {
    super();
    this.outb = biases(modern ? 0 : -1, 10);
  }

  private activate(x: Tensor): Tensor {
    return this.modern ? F.relu(x) : F.tanh(x);
  }

  override forward(input: Tensor): Tensor {
    const padded = (x: Tensor): Tensor => F.pad(x, [2, 2, 2, 2], { value: -1 });
    const h1 = this.activate(F.conv2d(padded(input), this.h1w, null, { stride: 2 }).add(this.h1b));
    // Each map of H2 sees 8 of the 12 maps of H1.
    const maps = padded(h1).split(4, 1);
    const h2 = [
      [0, 1],
      [1, 2],
      [0, 2],
    ].map((pair, i) =>
      F.conv2d(
        cat(
          pair.map((part) => maps[part]),
          1,
        ),
        this.h2w.narrow(0, 4 * i, 4),
        null,
        { stride: 2 },
      ),
    );
    let x = this.activate(cat(h2, 1).add(this.h2b));
    if (this.modern) x = F.dropout(x, { p: 0.25, training: this.training });
    x = this.activate(x.flatten(1).matmul(this.h3w).add(this.h3b));
    x = x.matmul(this.outw).add(this.outb);
    return this.modern ? x : F.tanh(x);
  }
}

/** 16 x 16 pixels from -1 to 1, and labels: 7,291 for training and 2,007 for testing. */
function loadSmallDigits(quick: boolean): {
  train: [Tensor, Tensor];
  test: [Tensor, Tensor];
} {
  const { train, test } = loadDigits();
  const images = [train, test].map((part) =>
    fromArray(part.images, [part.labels.length, 1, 28, 28]),
  );
  const labels = [train, test].map((part) => fromArray(part.labels));
  const small = new data.transforms.Compose([
    new data.transforms.CenterCrop(22), // as in the paper, digits fill the image
    new data.transforms.Resize([16, 16]),
    new data.transforms.Normalize(0.5, 0.5),
  ]).forward(cat(images));
  const order = randperm(small.shape[0], { generator: new Generator(1989) });
  const part = (from: number, count: number): [Tensor, Tensor] => {
    const indices = order.narrow(0, from, count);
    return [small.indexSelect(0, indices), cat(labels).indexSelect(0, indices)];
  };
  return quick
    ? { train: part(0, 500), test: part(sizes.train, 200) }
    : { train: part(0, sizes.train), test: part(sizes.train, sizes.test) };
}

function errorOn(model: Net, [x, y]: [Tensor, Tensor]): number {
  model.eval();
  const wrong = noGrad(() => model.forward(x).argmax(1).ne(y).to('float32').mean().item());
  model.train();
  return wrong;
}

interface Form {
  readonly title: string;
  readonly modern: boolean;
  readonly epochs: number;
}

function trainForm(form: Form, digits: ReturnType<typeof loadSmallDigits>, seed: number): void {
  manualSeed(seed);
  const model = new Net(form.modern);
  const parameters = model.parameters().reduce((sum, one) => sum + one.numel(), 0);
  const optimizer = form.modern
    ? new optim.AdamW(model.parameters(), { lr: 3e-4 })
    : new optim.SGD(model.parameters(), { lr: 0.03 });
  const scheduler = new optim.lrScheduler.LinearLR(optimizer, {
    startFactor: 1,
    endFactor: form.modern ? 1 / 3 : 1,
    totalIters: form.epochs,
  });
  // One digit a step, as in the paper. `scan` runs all steps of an epoch in one native call.
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const output = model.forward(x);
    const loss = form.modern
      ? F.crossEntropy(output, y)
      : F.mseLoss(output, F.oneHot(y.to('int64'), 10).to('float32').mul(2).sub(1));
    loss.backward();
    optimizer.step();
    return loss;
  });
  const shift = new data.transforms.RandomCrop(16, { padding: 1, fill: -1 });
  const [images, labels] = digits.train;
  const n = labels.numel();
  console.log(`${form.title}, ${parameters.toLocaleString('en-US')} parameters`);
  const start = performance.now();
  for (let epoch = 1; epoch <= form.epochs; epoch++) {
    const order = randperm(n);
    const x = images.indexSelect(0, order);
    const losses = step.scan(
      (form.modern ? shift.forward(x) : x).reshape(n, 1, 1, 16, 16),
      labels.indexSelect(0, order).reshape(n, 1),
    );
    scheduler.step();
    if (epoch % 10 === 0 || epoch === form.epochs) {
      console.log(
        `  epoch ${String(epoch).padStart(2)}   loss ${losses.mean().item().toFixed(4)}   ` +
          `error: training ${percent(errorOn(model, digits.train))}, test ${percent(errorOn(model, digits.test))}`,
      );
    }
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(`  trained in ${seconds.toFixed(1)} s`);
}

run('lenet-1989', async () => {
  const about =
    'Trains the network of 1989 on 7,291 digits: as in the paper (23 epochs), and in a modern form (80).';
  const options = readOptions('lenet-1989', about);
  if (options === null) return;
  const digits = await Promise.resolve(loadSmallDigits(options.quick));
  const forms: Form[] = [
    { title: 'original: tanh, squared error, SGD', modern: false, epochs: 23 },
    {
      title: 'modern: ReLU, cross-entropy, dropout, AdamW, shifts',
      modern: true,
      epochs: 80,
    },
  ];
  for (const form of forms) {
    const epochs = options.epochs ?? (options.quick ? 2 : form.epochs);
    trainForm({ ...form, epochs }, digits, options.seed);
  }
});
