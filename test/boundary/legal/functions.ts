/** Valid calls of functions of tensors: those of the top level, and of F. */
import { Generator, tensor, zeros } from 'blasgrad';
import { labels, legalCalls, mask, matrix, signs, unit, vector, type Row } from './call';
import { functions as images } from './images';

const x = matrix;
const dtype = { options: () => ({ dtype: 'float64', requiresGrad: true }) };
const random = { options: () => ({ dtype: 'float64', generator: new Generator(1) }) };
const none = { options: () => ({ reduction: 'none' }) };

const topLevel: Row[] = [
  ['tensor', () => [[1, 2]], dtype],
  ['fromArray', () => [new Float32Array(6), [2, 3]], { options: () => ({ requiresGrad: true }) }],
  ['zeros', () => [2, 3], { ...dtype, variadic: true }],
  ['ones', () => [2, 3], { ...dtype, variadic: true }],
  ['empty', () => [2, 3], { ...dtype, variadic: true }],
  ['full', () => [[2, 3], 1], dtype],
  ['eye', () => [2, 3], dtype],
  ['arange', () => [0, 4, 1], dtype],
  ['linspace', () => [0, 1, 3], dtype],
  ['zerosLike', () => [x()], dtype],
  ['onesLike', () => [x()], dtype],
  ['fullLike', () => [x(), 1], dtype],
  ['rand', () => [2, 3], { ...random, variadic: true }],
  ['randn', () => [2, 3], { ...random, variadic: true }],
  ['randLike', () => [x()], random],
  ['randnLike', () => [x()], random],
  ['randint', () => [0, 4, [2]], { options: () => ({ dtype: 'int64' }) }],
  ['randperm', () => [4], { options: () => ({ dtype: 'int64' }) }],
  ['where', () => [mask(), x(), vector()]],
  ['einsum', () => ['ij,j->i', x(), vector()], { variadic: true }],
  ['slice', () => [0, 2, 1]],
  ['cat', () => [[x(), x()], 1]],
  ['stack', () => [[x(), x()], 1]],
  ['meshgrid', () => [[vector(), vector()]], { options: () => ({ indexing: 'ij' }) }],
  ['addmm', () => [x(), zeros(2, 2), x()], { options: () => ({ alpha: 2 }) }],
  ['canCast', () => ['int32', 'float32']],
  ['promoteTypes', () => ['int32', 'float32']],
  ['resultType', () => [x(), 1]],
  ['finfo', () => ['float32']],
  ['iinfo', () => ['int32']],
];

const inplace = ['relu', 'relu6', 'silu', 'mish', 'selu', 'hardsigmoid', 'hardswish'];
const activations: Row[] = [
  ...['sigmoid', 'softsign', 'tanh', 'tanhshrink', 'logsigmoid'].map((name): Row => [
    `F.${name}`,
    () => [x()],
  ]),
  ...inplace.map((name): Row => [`F.${name}`, () => [x()], { options: () => ({ inplace: true }) }]),
  ['F.celu', () => [x()], { options: () => ({ alpha: 2 }) }],
  ['F.elu', () => [x()], { options: () => ({ alpha: 2 }) }],
  ['F.gelu', () => [x()], { options: () => ({ approximate: 'tanh' }) }],
  ['F.glu', () => [zeros(2, 4)], { options: () => ({ dim: 0 }) }],
  ['F.hardshrink', () => [x()], { options: () => ({ lambd: 1 }) }],
  ['F.softshrink', () => [x()], { options: () => ({ lambd: 1 }) }],
  ['F.hardtanh', () => [x()], { options: () => ({ minVal: -2 }) }],
  ['F.leakyRelu', () => [x()], { options: () => ({ negativeSlope: 0.1 }) }],
  ['F.softplus', () => [x()], { options: () => ({ beta: 2 }) }],
  ['F.threshold', () => [x(), 1, 0], { options: () => ({ inplace: true }) }],
  ['F.prelu', () => [x(), vector()]],
  ['F.softmax', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
  ['F.softmin', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
  ['F.logSoftmax', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
];

const others: Row[] = [
  ['F.linear', () => [x(), zeros(4, 3), zeros(4)]],
  ['F.bilinear', () => [x(), x(), zeros(4, 3, 3), zeros(4)]],
  ...images,
  ['F.embedding', () => [labels(), zeros(4, 3)], { options: () => ({ paddingIdx: 1 }) }],
  ['F.oneHot', () => [labels(), 3]],
  ['F.dropout', () => [x()], { options: () => ({ p: 0.1 }) }],
  ['F.featureDropout', () => [x()], { options: () => ({ p: 0.1 }) }],
  ['F.normalize', () => [x()], { options: () => ({ p: 1 }) }],
  ['F.cosineSimilarity', () => [x(), x()], { options: () => ({ dim: 0 }) }],
  ['F.pairwiseDistance', () => [x(), x()], { options: () => ({ p: 1 }) }],
];

const ofPairs = [
  ...['binaryCrossEntropy', 'binaryCrossEntropyWithLogits', 'gaussianNllLoss', 'huberLoss'],
  ...['klDiv', 'l1Loss', 'mseLoss', 'poissonNllLoss', 'smoothL1Loss', 'softMarginLoss'],
  ...['hingeEmbeddingLoss', 'multilabelSoftMarginLoss'],
];
const losses: Row[] = [
  ...ofPairs.map((name): Row => {
    const variance = name === 'gaussianNllLoss' ? [unit] : [];
    return [`F.${name}`, () => [unit(), unit(), ...variance.map((make) => make())], none];
  }),
  ['F.crossEntropy', () => [x(), labels()], { options: () => ({ weight: vector() }) }],
  ['F.nllLoss', () => [x(), labels()], { options: () => ({ weight: vector() }) }],
  ['F.multiMarginLoss', () => [x(), labels()], { options: () => ({ weight: vector() }) }],
  ['F.cosineEmbeddingLoss', () => [x(), x(), signs()], { options: () => ({ margin: 0.1 }) }],
  ['F.marginRankingLoss', () => [x(), x(), tensor([[1], [-1]])], none],
  ['F.tripletMarginLoss', () => [x(), x(), x()], { options: () => ({ swap: true }) }],
  ['F.tripletMarginWithDistanceLoss', () => [x(), x(), x()], { options: () => ({ swap: true }) }],
];

export const functions = legalCalls([...topLevel, ...activations, ...others, ...losses]);
