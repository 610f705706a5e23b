/**
 * Valid constructor calls of layers, losses, optimizers, schedulers, datasets and metrics, and of related functions.
 */
import { data, nn, optim, rand, zeros, type Tensor } from 'blasgrad';
import { classMethods, labels, legalCalls, matrix, type Legal, type Row } from './call';
import { layers as images } from './images';

export const leaf = (): Tensor => zeros(2, { requiresGrad: true });
export const sgd = (): optim.SGD => new optim.SGD([leaf()], { lr: 0.1, momentum: 0.9 });
const none = { options: () => ({ reduction: 'none' }) };
const lr = { options: () => ({ lr: 0.1 }) };

const plain = [...['Sigmoid', 'Tanh', 'Softsign', 'Tanhshrink', 'LogSigmoid', 'Module']];
const replacing = ['ReLU', 'ReLU6', 'SiLU', 'Mish', 'SELU', 'Hardsigmoid', 'Hardswish'];
const inplace = { options: () => ({ inplace: true }) };
const losses = [
  ...['MSELoss', 'L1Loss', 'SmoothL1Loss', 'HuberLoss', 'KLDivLoss', 'PoissonNLLLoss'],
  ...['GaussianNLLLoss', 'HingeEmbeddingLoss', 'SoftMarginLoss', 'MarginRankingLoss', 'NLLLoss'],
  ...['CosineEmbeddingLoss', 'TripletMarginLoss', 'TripletMarginWithDistanceLoss', 'BCELoss'],
  ...['MultiMarginLoss', 'CrossEntropyLoss', 'MultiLabelSoftMarginLoss', 'BCEWithLogitsLoss'],
];
const optimizers = [
  ...['Adadelta', 'Adagrad', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'SGD'],
];
const weights = () => zeros(3, 2);

const layers: Row[] = [
  ...plain.map((name): Row => [`new nn.${name}`, () => []]),
  ...replacing.map((name): Row => [`new nn.${name}`, () => [], inplace]),
  ...losses.map((name): Row => [`new nn.${name}`, () => [], none]),
  ['new nn.Linear', () => [2, 3], { options: () => ({ bias: false }) }],
  ['new nn.Bilinear', () => [2, 3, 4], { options: () => ({ bias: false }) }],
  ['new nn.TabularMLP', () => [[null, 3]], { options: () => ({ out: 2 }) }],
  ['new nn.Embedding', () => [4, 3], { options: () => ({ paddingIdx: 1 }) }],
  ...images,
  ['new nn.Flatten', () => [1, -1]],
  ['new nn.Unflatten', () => [1, [2, 2]]],
  ['new nn.GELU', () => [], { options: () => ({ approximate: 'tanh' }) }],
  ['new nn.Threshold', () => [0, 1], inplace],
  ['new nn.GLU', () => [0]],
  ['new nn.Softmax', () => [0]],
  ['new nn.LogSoftmax', () => [0]],
  ['new nn.Softmin', () => [0]],
  ['new nn.CosineSimilarity', () => [], { options: () => ({ dim: 0 }) }],
  ['new nn.PairwiseDistance', () => [], { options: () => ({ p: 1 }) }],
  ['new nn.Parameter', () => [matrix()], { options: () => ({ requiresGrad: false }) }],
  ['nn.utils.clipGradNorm_', () => [[leaf()], 1], { options: () => ({ normType: 1 }) }],
  ['nn.utils.clipGradValue_', () => [[leaf()], 1]],
  ['nn.utils.parametersToVector', () => [[leaf()]]],
  ['nn.utils.vectorToParameters', () => [zeros(2), [leaf()]]],
  ['nn.init.uniform_', () => [weights(), 0, 1]],
  ['nn.init.normal_', () => [weights(), 0, 1]],
  ['nn.init.constant_', () => [weights(), 1]],
  ['nn.init.ones_', () => [weights()]],
  ['nn.init.zeros_', () => [weights()]],
  ['nn.init.eye_', () => [weights()]],
  ['nn.init.calculateGain', () => ['leakyRelu', 0.1]],
  ['nn.init.truncNormal_', () => [weights()], { options: () => ({ std: 2 }) }],
  ['nn.init.orthogonal_', () => [weights()], { options: () => ({ gain: 2 }) }],
  ['nn.init.xavierUniform_', () => [weights()], { options: () => ({ gain: 2 }) }],
  ['nn.init.xavierNormal_', () => [weights()], { options: () => ({ gain: 2 }) }],
  ['nn.init.kaimingUniform_', () => [weights()], { options: () => ({ mode: 'fanOut' }) }],
  ['nn.init.kaimingNormal_', () => [weights()], { options: () => ({ mode: 'fanOut' }) }],
];

const numbers: Row[] = [
  ['new optim.lrScheduler.StepLR', () => [sgd(), 2], { options: () => ({ gamma: 0.5 }) }],
  ['new optim.lrScheduler.MultiStepLR', () => [sgd(), [2]], { options: () => ({ gamma: 0.5 }) }],
  ['new optim.lrScheduler.ExponentialLR', () => [sgd(), 0.9]],
  ['new optim.lrScheduler.CosineAnnealingLR', () => [sgd(), 4], { options: () => ({ etaMin: 0 }) }],
  ['new optim.lrScheduler.CosineAnnealingWarmRestarts', () => [sgd(), 4], { options: () => ({ tMult: 2 }) }], // prettier-ignore
  ['new optim.lrScheduler.CyclicLR', () => [sgd(), 0.1, 1], { options: () => ({ gamma: 0.5 }) }],
  ['new optim.lrScheduler.OneCycleLR', () => [sgd()], { options: () => ({ maxLr: 1, totalSteps: 4 }) }], // prettier-ignore
  ['new optim.lrScheduler.ReduceLROnPlateau', () => [sgd()], { options: () => ({ factor: 0.5 }) }],
  ['new optim.lrScheduler.ConstantLR', () => [sgd()], { options: () => ({ factor: 0.5 }) }],
  ['new optim.lrScheduler.LinearLR', () => [sgd()], { options: () => ({ startFactor: 0.5 }) }],
  ['new optim.lrScheduler.PolynomialLR', () => [sgd()], { options: () => ({ power: 2 }) }],
  ['new optim.lrScheduler.LambdaLR', () => [sgd(), () => 1]],
  ['new optim.lrScheduler.MultiplicativeLR', () => [sgd(), () => 1]],
  ...optimizers.map((name): Row => [`new optim.${name}`, () => [[leaf()]], lr]),
  ['metrics.accuracy', () => [], { options: () => ({ threshold: 0 }) }],
  ['metrics.confusionMatrix', () => [3], { options: () => ({ threshold: 0 }) }],
  ['metrics.mae', () => []],
  ['metrics.mse', () => []],
  ['data.collate', () => [[1, 2]], { options: () => ({}) }],
  [
    'data.padCollate',
    () => [[zeros(2), zeros(1)]],
    { options: () => ({ paddingValue: 1, paddingSide: 'left' }) },
  ],
  ['new data.BucketSampler', () => [[1, 2], 1], { options: () => ({ shuffle: false }) }],
  ['new data.ByteTokenizer', () => []],
  ['new data.CharTokenizer', () => ['abc'], { options: () => ({ unknown: '?' }) }],
  ['data.loadTokenizer', () => [new data.ByteTokenizer().stateDict()]],
  ['new data.WindowDataset', () => [zeros(5), 2], { options: () => ({ stride: 2, horizon: 1 }) }],
  ['new data.SequentialSampler', () => [[1, 2]]],
  ['new data.RandomSampler', () => [[1, 2]], { options: () => ({ replacement: true }) }],
  ['new data.StandardScaler', () => [], { options: () => ({ fillMissing: true }) }],
  ['new data.OneHotEncoder', () => [], { options: () => ({ handleUnknown: 'ignore' }) }],
  ['new data.MinMaxScaler', () => [], { options: () => ({ clip: true }) }],
  ['new data.MaxAbsScaler', () => [], { options: () => ({ dtype: 'float64' }) }],
  ['new data.RobustScaler', () => [], { options: () => ({ withScaling: false }) }],
  ['new data.OrdinalEncoder', () => [], { options: () => ({ handleUnknown: 'category' }) }],
  ['new data.SimpleImputer', () => [], { options: () => ({ strategy: 'median' }) }],
  ['new data.KBinsDiscretizer', () => [], { options: () => ({ nBins: 2 }) }],
  ['new data.PowerTransformer', () => [], { options: () => ({ method: 'boxCox' }) }],
  ['new data.QuantileTransformer', () => [], { options: () => ({ nQuantiles: 9 }) }],
  ['new data.DateFeatures', () => [], { options: () => ({ parts: ['year'] }) }],
  ['new data.LagFeatures', () => [], { options: () => ({ lags: [1, 2] }) }],
  ...['KFold', 'StratifiedKFold', 'GroupKFold', 'TimeSeriesSplit'].map((name): Row => [`new data.${name}`, () => [], { options: () => ({ nSplits: 3 }) }]), // prettier-ignore
  ['data.trainTestSplit', () => [8], { options: () => ({ seed: 1 }) }],
  ['data.classWeights', () => ['balanced', [0, 1]], { options: () => ({ numClasses: 2 }) }],
  ['new data.Pipeline', () => [[new data.StandardScaler()]]],
  ['data.loadTransformer', () => [new data.StandardScaler().state()], { options: () => ({}) }],
  ['new data.Table', () => [{ a: [1, 2] }]],
  ['new data.Subset', () => [[1, 2], [0]]],
  ['new data.ConcatDataset', () => [[[1, 2], [3]]]],
  ['new data.DataLoader', () => [[1, 2]], { options: () => ({ batchSize: 2 }) }],
  [
    'data.randomSplit',
    () => [
      [1, 2],
      [1, 1],
    ],
    { options: () => ({ seed: 1 }) },
  ],
  ['new data.transforms.Normalize', () => [0, 1]],
  ['new data.transforms.Resize', () => [2], { options: () => ({ maxSize: 5 }) }],
  ['new data.transforms.RandomResizedCrop', () => [2], { options: () => ({ scale: [0.5, 1] }) }],
  ['new data.transforms.RandomRotation', () => [10], { options: () => ({ fill: 1 }) }],
  ['new data.transforms.RandomAffine', () => [10], { options: () => ({ scale: [1, 2] }) }],
  ['new data.transforms.CenterCrop', () => [2]],
  ['new data.transforms.Pad', () => [2], { options: () => ({ fill: 1 }) }],
  ['new data.transforms.RandomCrop', () => [2], { options: () => ({ padding: 1 }) }],
  ['new data.transforms.RandomHorizontalFlip', () => [], { options: () => ({ p: 0.5 }) }],
  ['new data.transforms.RandomVerticalFlip', () => [], { options: () => ({ p: 0.5 }) }],
  ['new data.transforms.ColorJitter', () => [], { options: () => ({ hue: 0.1 }) }],
  ['new data.transforms.Grayscale', () => [], { options: () => ({ numOutputChannels: 3 }) }],
  ['new data.transforms.RandomErasing', () => [], { options: () => ({ value: 1 }) }],
  ['new data.transforms.GaussianBlur', () => [3], { options: () => ({ sigma: 1 }) }],
  ['new data.transforms.Compose', () => [[new data.transforms.CenterCrop(2)]]],
  ['data.transforms.loadTransform', () => [new data.transforms.CenterCrop(2).state()]],
  [
    'data.transforms.mixup',
    () => [rand(2, 1, 2, 2), rand(2, 3)],
    { options: () => ({ alpha: 1 }) },
  ],
  [
    'data.transforms.cutmix',
    () => [rand(2, 1, 2, 2), rand(2, 3)],
    { options: () => ({ alpha: 1 }) },
  ],
];

const methods: Legal[] = [
  ...classMethods(
    () => new nn.Linear(3, 2),
    [
      ['parameters', () => [], { options: () => ({ recurse: false }) }],
      ['namedParameters', () => [], { options: () => ({ recurse: false }) }],
      ['buffers', () => [], { options: () => ({ recurse: false }) }],
      ['namedBuffers', () => [], { options: () => ({ recurse: false }) }],
      ['zeroGrad', () => [], { options: () => ({ setToNone: false }) }],
      ...['modules', 'namedModules', 'children', 'namedChildren', 'stateDict', 'eval', 'half'].map(
        (name) => [name, () => []] as const,
      ),
      ['train', () => [true]],
      ['to', () => ['float64']],
      ['requiresGrad_', () => [false]],
      ['apply', () => [() => undefined]],
      ['registerBuffer', () => ['extra', zeros(1)], { options: () => ({ persistent: false }) }],
      ['registerForwardHook', () => [() => undefined]],
      ['forward', () => [matrix()], { errors: ['linear', 'Linear.forward'] }],
    ],
  ),
  ...classMethods(
    () => new nn.CrossEntropyLoss(),
    [
      [
        'forward',
        () => [matrix(), labels()],
        { errors: ['crossEntropy', 'CrossEntropyLoss.forward'] },
      ],
    ],
  ),
  ...classMethods(
    () => new nn.ReLU(),
    [['forward', () => [matrix()], { errors: ['relu', 'ReLU.forward'] }]],
  ),
  ...classMethods(
    () => new nn.Sequential(new nn.ReLU()),
    [['forward', () => [matrix()], { errors: ['relu', 'Sequential.forward'] }]],
  ),
  ...classMethods(sgd, [
    ['zeroGrad', () => [], { options: () => ({ setToNone: false }) }],
    ['stateDict', () => []],
    ['step', () => [() => 1]],
  ]),
  ...classMethods(
    () => new optim.lrScheduler.StepLR(sgd(), 2),
    [
      ['step', () => []],
      ['getLastLr', () => []],
      ['stateDict', () => []],
    ],
  ),
];

export const classes: readonly Legal[] = [...legalCalls([...layers, ...numbers]), ...methods];
