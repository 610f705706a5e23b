/** Modules print in the layout of PyTorch. */
import { inspect } from 'node:util';
import { nn, tensor, zeros } from 'blasgrad';

const lines = (...text: string[]): string => text.join('\n');

test.each<[nn.AnyModule, string]>([
  [new nn.Linear(784, 64), 'Linear(in_features=784, out_features=64, bias=True)'],
  [new nn.Linear(2, 3, { bias: false }), 'Linear(in_features=2, out_features=3, bias=False)'],
  [new nn.Bilinear(2, 3, 4), 'Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)'],
  [new nn.Embedding(7, 4), 'Embedding(7, 4)'],
  [new nn.Embedding(7, 4, { paddingIdx: 0 }), 'Embedding(7, 4, padding_idx=0)'],
  [new nn.Identity(), 'Identity()'],
  [new nn.Flatten(), 'Flatten(start_dim=1, end_dim=-1)'],
  [new nn.Unflatten(1, [2, 3]), 'Unflatten(dim=1, unflattened_size=(2, 3))'],
  [new nn.Unflatten(1, [2]), 'Unflatten(dim=1, unflattened_size=(2,))'],
  [new nn.ConstantPad1d(1, 0.5), 'ConstantPad1d(padding=(1, 1), value=0.5)'],
  [new nn.ZeroPad2d([1, 2, 3, 4]), 'ZeroPad2d((1, 2, 3, 4))'],
  [new nn.ReflectionPad3d(1), 'ReflectionPad3d((1, 1, 1, 1, 1, 1))'],
  [new nn.ReplicationPad2d(2), 'ReplicationPad2d((2, 2, 2, 2))'],
  [new nn.Upsample({ scaleFactor: 2 }), "Upsample(scale_factor=2.0, mode='nearest')"],
  [new nn.Upsample({ size: [4, 5], mode: 'bilinear' }), "Upsample(size=(4, 5), mode='bilinear')"],
  [
    new nn.UpsamplingBilinear2d({ scaleFactor: [2, 1.5] }),
    "UpsamplingBilinear2d(scale_factor=(2.0, 1.5), mode='bilinear')",
  ],
  [new nn.UpsamplingNearest2d({ size: 8 }), "UpsamplingNearest2d(size=8, mode='nearest')"],
  [new nn.PixelShuffle(3), 'PixelShuffle(upscale_factor=3)'],
  [new nn.PixelUnshuffle(3), 'PixelUnshuffle(downscale_factor=3)'],
  [new nn.ChannelShuffle(2), 'ChannelShuffle(groups=2)'],
  [new nn.CircularPad1d([2, 0]), 'CircularPad1d((2, 0))'],
  [
    new nn.Conv1d(3, 4, 3, { padding: 1 }),
    'Conv1d(3, 4, kernel_size=(3,), stride=(1,), padding=(1,))',
  ],
  [
    new nn.Conv2d(3, 4, [3, 2], { padding: 'same', bias: false }),
    'Conv2d(3, 4, kernel_size=(3, 2), stride=(1, 1), padding=same, bias=False)',
  ],
  [
    new nn.Conv3d(3, 4, 3, { padding: 'valid' }),
    'Conv3d(3, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=valid)',
  ],
  [
    new nn.Conv2d(4, 4, 3, {
      stride: 2,
      padding: 1,
      dilation: 2,
      groups: 2,
      paddingMode: 'reflect',
    }),
    'Conv2d(4, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), groups=2, padding_mode=reflect)',
  ],
  [
    new nn.ConvTranspose2d(3, 4, 3, { stride: 2, outputPadding: 1 }),
    'ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))',
  ],
  [
    new nn.ConvTranspose1d(3, 4, 3, { padding: 1, dilation: 2, bias: false }),
    'ConvTranspose1d(3, 4, kernel_size=(3,), stride=(1,), padding=(1,), dilation=(2,), bias=False)',
  ],
  [
    new nn.ConvTranspose3d(1, 1, 1),
    'ConvTranspose3d(1, 1, kernel_size=(1, 1, 1), stride=(1, 1, 1))',
  ],
  [
    new nn.Unfold([2, 3], { padding: 1, stride: [2, 1] }),
    'Unfold(kernel_size=(2, 3), dilation=1, padding=1, stride=(2, 1))',
  ],
  [
    new nn.Fold([4, 5], 2),
    'Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)',
  ],
  [new nn.Dropout(), 'Dropout(p=0.5, inplace=False)'],
  [new nn.Dropout2d(0.25), 'Dropout2d(p=0.25, inplace=False)'],
  [new nn.ReLU(), 'ReLU()'],
  [new nn.ReLU6(), 'ReLU6()'],
  [new nn.GELU(), "GELU(approximate='none')"],
  [new nn.GELU({ approximate: 'tanh' }), "GELU(approximate='tanh')"],
  [new nn.LeakyReLU(), 'LeakyReLU(negative_slope=0.01)'],
  [new nn.LeakyReLU(0.00002), 'LeakyReLU(negative_slope=2e-05)'],
  [new nn.LeakyReLU({ negativeSlope: 0.1 }), 'LeakyReLU(negative_slope=0.1)'],
  [new nn.ELU(), 'ELU(alpha=1.0)'],
  [new nn.CELU(0.7), 'CELU(alpha=0.7)'],
  [new nn.Hardtanh(), 'Hardtanh(min_val=-1.0, max_val=1.0)'],
  [new nn.Hardtanh(-2, 2.5), 'Hardtanh(min_val=-2.0, max_val=2.5)'],
  [new nn.Hardshrink(), 'Hardshrink(0.5)'],
  [new nn.Softshrink(0.1), 'Softshrink(0.1)'],
  [new nn.Threshold(0.1, 20), 'Threshold(threshold=0.1, value=20)'],
  [new nn.Softplus(), 'Softplus(beta=1, threshold=20)'],
  [new nn.PReLU(), 'PReLU(num_parameters=1)'],
  [
    new nn.BatchNorm2d(3),
    'BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)',
  ],
  [
    new nn.BatchNorm1d(3, { momentum: null, affine: false }),
    'BatchNorm1d(3, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=True)',
  ],
  [
    new nn.InstanceNorm3d(3),
    'InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)',
  ],
  [
    new nn.LayerNorm([3, 4], { bias: false }),
    'LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)',
  ],
  [new nn.GroupNorm(2, 4), 'GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)'],
  [new nn.RMSNorm(3), 'RMSNorm((3,), eps=None, elementwise_affine=True)'],
  [new nn.LocalResponseNorm(2), 'LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)'],
  [new nn.Softmax2d(), 'Softmax2d()'],
  [new nn.RReLU(), 'RReLU(lower=0.125, upper=0.3333333333333333)'],
  [new nn.AlphaDropout(), 'AlphaDropout(p=0.5, inplace=False)'],
  [new nn.FeatureAlphaDropout(0.2, { inplace: true }), 'FeatureAlphaDropout(p=0.2, inplace=True)'],
  [new nn.GLU(), 'GLU(dim=-1)'],
  [new nn.Softmax(1), 'Softmax(dim=1)'],
  [new nn.LogSoftmax(-1), 'LogSoftmax(dim=-1)'],
  [new nn.CosineSimilarity(), 'CosineSimilarity()'],
  [new nn.MSELoss({ reduction: 'sum' }), 'MSELoss()'],
  [new nn.CrossEntropyLoss({ weight: tensor([1, 2]) }), 'CrossEntropyLoss()'],
  [new nn.Sequential(), 'Sequential()'],
  [
    new nn.MaxPool1d(2),
    'MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)',
  ],
  [
    new nn.MaxPool2d([3, 2], { stride: [2, 1] }),
    'MaxPool2d(kernel_size=(3, 2), stride=(2, 1), padding=0, dilation=1, ceil_mode=False)',
  ],
  [new nn.MaxUnpool1d(2), 'MaxUnpool1d(kernel_size=(2,), stride=(2,), padding=(0,))'],
  [new nn.MaxUnpool2d(2), 'MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))'],
  [new nn.AvgPool1d(3, { stride: 2 }), 'AvgPool1d(kernel_size=(3,), stride=(2,), padding=(0,))'],
  [new nn.AvgPool2d(3), 'AvgPool2d(kernel_size=3, stride=3, padding=0)'],
  [new nn.LPPool1d(2, 3), 'LPPool1d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)'],
  [
    new nn.LPPool2d(1.5, 3, { stride: 2 }),
    'LPPool2d(norm_type=1.5, kernel_size=3, stride=2, ceil_mode=False)',
  ],
  [new nn.AdaptiveMaxPool1d(3), 'AdaptiveMaxPool1d(output_size=3)'],
  [new nn.AdaptiveAvgPool3d([3, null, 2]), 'AdaptiveAvgPool3d(output_size=(3, None, 2))'],
  [new nn.FractionalMaxPool2d(3, { outputSize: 2 }), 'FractionalMaxPool2d()'],
])('%s', (module, text) => {
  expect(String(module)).toBe(text);
  expect(inspect(module)).toBe(text);
});

test('TabularMLP prints its layers', () => {
  expect(inspect(new nn.TabularMLP([null, 7], { out: 1, hidden: [3] }))).toBe(
    lines(
      'TabularMLP(',
      '  (embeddings): ModuleList(',
      '    (0): Embedding(7, 5)',
      '  )',
      '  (hidden): ModuleList(',
      '    (0): Linear(in_features=6, out_features=3, bias=True)',
      '  )',
      '  (dropout): Dropout(p=0.0, inplace=False)',
      '  (output): Linear(in_features=3, out_features=1, bias=True)',
      ')',
    ),
  );
});

test('submodules are printed under their names, indented', () => {
  const model = new nn.Sequential(
    new nn.Linear(784, 64),
    new nn.Sigmoid(),
    new nn.Sequential({ drop: new nn.Dropout(0.1), list: new nn.Identity() }),
  );
  expect(inspect(model)).toBe(
    lines(
      'Sequential(',
      '  (0): Linear(in_features=784, out_features=64, bias=True)',
      '  (1): Sigmoid()',
      '  (2): Sequential(',
      '    (drop): Dropout(p=0.1, inplace=False)',
      '    (list): Identity()',
      '  )',
      ')',
    ),
  );
});

test('a class of one prints its name, fields and text', () => {
  class Net extends nn.Module {
    readonly hidden = new nn.Linear(2, 3);
    readonly heads = [new nn.Tanh(), new nn.Tanh()];
    override extraRepr(): string {
      return 'depth=2';
    }
  }
  expect(String(new Net())).toBe(
    lines(
      'Net(',
      '  depth=2',
      '  (hidden): Linear(in_features=2, out_features=3, bias=True)',
      '  (heads.0): Tanh()',
      '  (heads.1): Tanh()',
      ')',
    ),
  );
});

test('lists and dicts', () => {
  expect(String(new nn.ModuleDict({ a: new nn.Tanh() }))).toBe('ModuleDict(\n  (a): Tanh()\n)');
  expect(String(new nn.ModuleList([new nn.Tanh()]))).toBe('ModuleList(\n  (0): Tanh()\n)');
  expect(String(new nn.ParameterList([zeros([2, 3]), zeros([4])]))).toBe(
    lines(
      'ParameterList(',
      '    (0): Parameter containing: [torch.float32 of size 2x3]',
      '    (1): Parameter containing: [torch.float32 of size 4]',
      ')',
    ),
  );
});

test('a circle ends', () => {
  class Child extends nn.Module {
    parent: nn.AnyModule | null = null;
  }
  class Parent extends nn.Module {
    readonly child = new Child();
  }
  const parent = new Parent();
  parent.child.parent = parent;
  expect(String(parent)).toBe(
    lines('Parent(', '  (child): Child(', '    (parent): Parent(...)', '  )', ')'),
  );
  expect(parent.modules()).toEqual([parent, parent.child]);
  expect(parent.stateDict()).toEqual({});
});

test('a parameter', () => {
  const text = inspect(new nn.Parameter(tensor([1, 2])));
  expect(text).toMatch(/^Parameter containing:\ntensor\(\[1\., 2\.\], requiresGrad: true\)$/);
});
