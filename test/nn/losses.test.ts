/** Losses and distances as modules. */
import { F, manualSeed, nn, randn, tensor, type Tensor } from 'blasgrad';
import { expectRefusals } from '../support/refusals';

manualSeed(1);

describe('losses are the functions of F', () => {
  const [a, b, c] = [rand01([4, 3]), rand01([4, 3]), rand01([4, 3])];
  const labels = tensor([0, 2, 1, 1], { dtype: 'int32' });
  const signs = tensor([1, -1, -1, 1]);
  const weight = tensor([1, 2, 3]);
  type Row = [loss: nn.AnyModule, inputs: Tensor[], expected: Tensor];
  test.each<Row>([
    [new nn.MSELoss(), [a, b], F.mseLoss(a, b)],
    [new nn.MSELoss({ reduction: 'none' }), [a, b], F.mseLoss(a, b, { reduction: 'none' })],
    [new nn.L1Loss(), [a, b], F.l1Loss(a, b)],
    [new nn.SmoothL1Loss({ beta: 0.1 }), [a, b], F.smoothL1Loss(a, b, { beta: 0.1 })],
    [new nn.HuberLoss({ delta: 0.1 }), [a, b], F.huberLoss(a, b, { delta: 0.1 })],
    [
      new nn.KLDivLoss({ reduction: 'batchmean' }),
      [a, b],
      F.klDiv(a, b, { reduction: 'batchmean' }),
    ],
    [new nn.PoissonNLLLoss({ full: true }), [a, b], F.poissonNllLoss(a, b, { full: true })],
    [new nn.GaussianNLLLoss({ eps: 0.1 }), [a, b, c], F.gaussianNllLoss(a, b, c, { eps: 0.1 })],
    [new nn.BCELoss({ weight }), [a, b], F.binaryCrossEntropy(a, b, { weight })],
    [
      new nn.BCEWithLogitsLoss({ weight, posWeight: weight }),
      [a, b],
      F.binaryCrossEntropyWithLogits(a, b, { weight, posWeight: weight }),
    ],
    [
      new nn.CrossEntropyLoss({ weight, labelSmoothing: 0.1 }),
      [a, labels],
      F.crossEntropy(a, labels, { weight, labelSmoothing: 0.1 }),
    ],
    [new nn.NLLLoss({ ignoreIndex: 1 }), [a, labels], F.nllLoss(a, labels, { ignoreIndex: 1 })],
    [new nn.MultiMarginLoss({ p: 2 }), [a, labels], F.multiMarginLoss(a, labels, { p: 2 })],
    [new nn.MultiLabelSoftMarginLoss(), [a, b], F.multilabelSoftMarginLoss(a, b)],
    [
      new nn.HingeEmbeddingLoss(),
      [a.select(1, 0), signs],
      F.hingeEmbeddingLoss(a.select(1, 0), signs),
    ],
    [new nn.SoftMarginLoss(), [a.select(1, 0), signs], F.softMarginLoss(a.select(1, 0), signs)],
    [
      new nn.MarginRankingLoss({ margin: 1 }),
      [a.select(1, 0), b.select(1, 0), signs],
      F.marginRankingLoss(a.select(1, 0), b.select(1, 0), signs, { margin: 1 }),
    ],
    [new nn.CosineEmbeddingLoss(), [a, b, signs], F.cosineEmbeddingLoss(a, b, signs)],
    [new nn.TripletMarginLoss({ p: 1 }), [a, b, c], F.tripletMarginLoss(a, b, c, { p: 1 })],
    [
      new nn.TripletMarginWithDistanceLoss({ swap: true }),
      [a, b, c],
      F.tripletMarginWithDistanceLoss(a, b, c, { swap: true }),
    ],
    [new nn.CosineSimilarity({ dim: 0 }), [a, b], F.cosineSimilarity(a, b, { dim: 0 })],
    [new nn.PairwiseDistance({ p: 1 }), [a, b], F.pairwiseDistance(a, b, { p: 1 })],
  ])('%s', (loss, inputs, expected) => {
    expect((loss.forward(...inputs) as Tensor).toArray()).toEqual(expected.toArray());
  });

  test('their tensors are buffers, with the names of PyTorch', () => {
    const loss = new nn.BCEWithLogitsLoss({ weight, posWeight: weight });
    expect(Object.keys(loss.stateDict())).toEqual(['weight', 'pos_weight']);
    loss.to('float64');
    const [x, y] = [a.to('float64'), b.to('float64')];
    expect(loss.forward(x, y).dtype).toBe('float64');
    loss.weight?.fill_(0);
    expect(loss.forward(x, y).item()).toBe(0);
    expect([loss.reduction, new nn.MSELoss({ reduction: 'sum' }).reduction]).toEqual([
      'mean',
      'sum',
    ]);
  });
});

/** Numbers between 0.1 and 0.9. */
function rand01(shape: number[]): Tensor {
  return randn(shape).sigmoid().mul(0.8).add(0.1);
}

const not = (value: unknown): never => value as never;
expectRefusals([
  [() => new nn.MSELoss(not({ size: 1 })), RangeError, 'MSELoss: expected one of reduction for'],
  [() => new nn.BCELoss({ weight: not([1]) }), TypeError, 'BCELoss: expected a tensor for weight'],
]);
