/** A small training run, built from a seed. */
import {
  data,
  F,
  manualSeed,
  metrics,
  nn,
  noGrad,
  optim,
  randn,
  zeros,
  type History,
  type Tensor,
} from 'blasgrad';
import { plainOf } from '../support/plain';

export type Pair = [input: Tensor, target: Tensor];

export const samples = 50;
const features = 4;

/** Points, and on which side of a plane they lie. */
export function points(): Pair {
  const x = randn(samples, features);
  return [x, x.sum(1).gt(0).to('int32')];
}

/** Subtracts what inputs were on average in training: a state that no optimizer changes. */
class Centre extends nn.Module {
  declare mean: Tensor;

  constructor(size: number) {
    super();
    this.registerBuffer('mean', zeros(size));
  }

  override forward(x: Tensor): Tensor {
    if (this.training) noGrad(() => this.mean.mul_(0.9).add_(x.detach().mean(0).mul(0.1)));
    return x.sub(this.mean);
  }
}

/** A net with dropout, so that the random stream matters, and a normalisation of its own with a buffer. */
export function net(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(features, 8),
    new nn.Tanh(),
    new nn.Dropout(0.2),
    new Centre(8),
    new nn.Linear(8, 2),
  );
}

export function setUp(seed = 1) {
  manualSeed(seed);
  const model = net();
  const dataset = new data.TensorDataset(...points());
  return {
    model,
    loss: F.crossEntropy,
    optimizer: new optim.Adam(model.parameters(), { lr: 0.02 }),
    // Seven batches, of which the last is smaller.
    loader: new data.DataLoader(dataset, { batchSize: 8, shuffle: true }),
    metrics: { accuracy: metrics.accuracy() },
    epochs: 3,
    handleSignals: false,
  };
}

/** Parameters and buffers as numbers. */
export function numbersOf(model: nn.Module): number[][] {
  return Object.values(model.stateDict()).map((tensor) => plainOf(tensor.clone()).data);
}

/** What of a history does not depend on time, or on where it was interrupted. */
export function resultsOf({ epochs, best, steps }: History): unknown {
  const plain = epochs.map(({ epoch, loss, metrics: own, validation, lr }) => {
    return { epoch, loss, metrics: own, validation, lr };
  });
  return { plain, best, steps };
}
