/** A small training, made anew from a seed each time. */
import {
  data,
  F,
  manualSeed,
  metrics,
  nn,
  optim,
  randn,
  type History,
  type Tensor,
} from 'blasgrad';

export type Pair = [input: Tensor, target: Tensor];

export const samples = 50;
const features = 4;

/** Points, and on which side of a plane they lie. */
export function points(): Pair {
  const x = randn(samples, features);
  return [x, x.sum(1).gt(0).to('int32')];
}

/** A net with dropout, so that the random stream matters, and a normalisation of its own with a buffer. */
export function net(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(features, 8),
    new nn.Tanh(),
    new nn.Dropout(0.2),
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

/** Parameters as numbers. */
export function numbersOf(model: nn.Module): number[][] {
  return [...model.parameters()].map((one) => Array.from(one.detach().clone().data));
}

/** What of a history does not depend on time, or on where it was interrupted. */
export function resultsOf({ epochs, best, steps }: History): unknown {
  const plain = epochs.map(({ epoch, loss, metrics: own, validation, lr }) => {
    return { epoch, loss, metrics: own, validation, lr };
  });
  return { plain, best, steps };
}
