/** User classes that extend those of the library: a loader uses what they override. */
import { arange, data, manualSeed, randn, tensor, type Tensor } from 'blasgrad';

const { BatchSampler, ConcatDataset, DataLoader, SequentialSampler, Subset, TensorDataset } = data;

describe('a class derived from', () => {
  const tens = ([x]: [Tensor]): [Tensor] => [x.mul(10)];
  const twoToFour = new TensorDataset(arange(2, 5));
  class Tens extends TensorDataset<[Tensor]> {
    override get(index: number): [Tensor] {
      return tens(super.get(index));
    }
  }
  class PartInTens extends Subset<[Tensor]> {
    override get(index: number): [Tensor] {
      return tens(super.get(index));
    }
  }
  class AllInTens extends ConcatDataset<[Tensor]> {
    override get(index: number): [Tensor] {
      return tens(super.get(index));
    }
  }
  class Whole {
    readonly length = 2;
    get(index: number): [Tensor] {
      return [tensor(index)];
    }
    getBatch(): [Tensor] {
      return [tensor([7, 7])];
    }
  }
  class Sample extends Whole {
    override get(index: number): [Tensor] {
      return [tensor(index + 1)];
    }
  }
  class Batch extends Whole {
    override getBatch(): [Tensor] {
      return [tensor([8, 8])];
    }
  }
  test.each<[string, data.Dataset<[Tensor]>, number[]]>([
    ['TensorDataset', new Tens(arange(2, 5)), [20, 30, 40]],
    ['Subset', new PartInTens(twoToFour, [2, 0]), [40, 20]],
    ['ConcatDataset', new AllInTens([twoToFour, twoToFour]), [20, 30, 40, 20, 30, 40]],
    ['TensorDataset, a part of it', new Subset(new Tens(arange(2, 5)), [1]), [30]],
    ['another with getBatch, which has a get of its own', new Sample(), [1, 2]],
    ['another with getBatch, which has a getBatch of its own', new Batch(), [8, 8]],
  ])('%s gives its own samples', (_name, dataset, expected) => {
    const [[batch]] = new DataLoader(dataset, { batchSize: 9 });
    expect(batch.toArray()).toEqual(expected);
  });
});

test('augmentation in a derived class is resumed as it was', () => {
  class Noisy extends TensorDataset<[Tensor]> {
    override get(index: number): [Tensor] {
      const [x] = super.get(index);
      return [x.add(randn(1).squeeze())];
    }
  }
  const make = () => new DataLoader(new Noisy(arange(6)), { batchSize: 2, shuffle: true, seed: 1 });
  const text = (batches: Iterable<unknown>) =>
    Array.from(batches, (batch) => JSON.stringify(batch));
  manualSeed(1);
  const whole = text(make());
  const loader = make();
  for (const _ of loader) break;
  manualSeed(2);
  const rest = make();
  rest.loadStateDict(loader.stateDict());
  expect(text(rest)).toEqual(whole.slice(1));
});

describe('a sampler that iterates in its own way', () => {
  class Backwards extends SequentialSampler {
    override *[Symbol.iterator]() {
      yield* [2, 1, 0];
    }
  }
  class Pairs extends BatchSampler {
    override get length() {
      return 2;
    }
    override *[Symbol.iterator]() {
      yield* [[0], [2, 1]];
    }
  }
  test.each<[string, object, number[][]]>([
    ['sampler', { sampler: new Backwards([0, 1, 2]), batchSize: 2 }, [[2, 1], [0]]],
    ['batchSampler', { batchSampler: new Pairs([0, 1, 2], 3) }, [[0], [2, 1]]],
  ])('%s', (_name, options, expected) => {
    const loader = new DataLoader([0, 1, 2], options);
    expect(Array.from(loader, (batch) => batch.toArray())).toEqual(expected);
    expect(loader.length).toBe(2);
  });
});
