/** Complete models with their own forward methods, exported for every batch size. */
import { statSync } from 'node:fs';
import {
  arange,
  cat,
  compile,
  detectAnomaly,
  F,
  io,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  stack,
  tensor,
  type Tensor,
  where,
  zeros,
} from 'blasgrad';
import { onnxruntime } from '../../support/onnxruntime';
import { cleanUp, expectClose, expectSame, modelPath, outputsOf, Own, type Model } from './compare';

afterAll(cleanUp);

class Residual extends nn.Module {
  readonly hidden = new nn.Linear(6, 6);
  readonly out = new nn.Linear(6, 2);
  readonly scale = new nn.Parameter(randn(6));

  override forward(x: Tensor): Tensor {
    const y = F.gelu(this.hidden.forward(x)).mul(this.scale).add(x);
    return F.softmax(this.out.forward(y), -1);
  }
}

class Attention extends nn.Module {
  readonly query = new nn.Linear(8, 8);
  readonly key = new nn.Linear(8, 8);
  readonly value = new nn.Linear(8, 8);

  override forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape;
    const heads = (y: Tensor): Tensor => y.reshape([batch, length, 2, width / 2]).transpose(1, 2);
    const [q, k, v] = [this.query, this.key, this.value].map((one) => heads(one.forward(x)));
    const scores = q.matmul(k.transpose(-1, -2)).div(Math.sqrt(width / 2));
    const seen = arange(0, length, 1, { dtype: 'int32' });
    const later = seen.unsqueeze(0).gt(seen.unsqueeze(1));
    const mixed = scores.maskedFill(later, -1e9).softmax(-1).matmul(v);
    return mixed.transpose(1, 2).reshape([batch, length, width]);
  }
}

const mlp = (sizes: readonly number[], act: () => nn.Module): nn.Sequential => {
  const layers = sizes.slice(1).flatMap((size, i) => [new nn.Linear(sizes[i], size), act()]);
  return new nn.Sequential(...layers.slice(0, -1));
};

const models: readonly (readonly [
  name: string,
  make: () => Model,
  shapes: readonly (readonly number[])[],
])[] = [
  ['perceptron', () => new nn.Sequential(new nn.Linear(2, 1), new nn.Sigmoid()), [[2]]],
  ['2-5-5-5-2', () => mlp([2, 5, 5, 5, 2], () => new nn.ReLU()), [[2]]],
  ['2-10-10-1', () => mlp([2, 10, 10, 1], () => new nn.Tanh()), [[2]]],
  ['784-64-10', () => mlp([784, 64, 10], () => new nn.ReLU()), [[784]]],
  ['residual', () => new Residual(), [[6]]],
  ['attention', () => new Attention(), [[5, 8]]],
  ['two inputs', () => new Own((a, b) => cat([a, b.mul(2)], 1)), [[3], [4]]],
  ['two outputs', () => new Own((x) => [x.exp(), x.sum(1)]), [[3]]],
  ['outputs by name', () => new Own((x) => ({ twice: x.mul(2), label: x.argmax(1) })), [[3]]],
  ['one tensor as two outputs', () => new Own((x) => [x.neg(), x, x]), [[3]]],
  [
    'an output that is used',
    () =>
      new Own((x) => {
        const y = x.exp();
        return [y, y.add(1)];
      }),
    [[3]],
  ],
  [
    'a parameter as an output',
    () => {
      const l = new nn.Linear(2, 2);
      return new Own((x) => [l.forward(x), l.weight], [l]);
    },
    [[2]],
  ],
  ['mean over the batch', () => new Own((x) => x.sub(x.mean(0))), [[3]]],
  ['variance over the batch', () => new Own((x) => x.var(0, { correction: 0 })), [[3]]],
  ['divided by the batch', () => new Own((x) => x.sum(0).div(x.shape[0])), [[3]]],
  ['all but the last row', () => new Own((x) => x.slice(0, 0, -1).sum(0)), [[3]]],
  ['the last row', () => new Own((x) => x.select(0, -1)), [[3]]],
  ['the rows from the second on', () => new Own((x) => x.slice(0, 1)), [[3]]],
  [
    'all rows with all',
    () => new Own((x) => x.unsqueeze(0).sub(x.unsqueeze(1)).norm({ dim: -1 })),
    [[3]],
  ],
  ['rows expanded', () => new Own((x) => x.select(0, 0).expand([x.shape[0], 3]).add(x)), [[3]]],
  ['zeros as many as the batch', () => new Own((x) => cat([zeros(x.shape[0], 2), x], 1)), [[3]]],
  ['batch and sequence as one', () => new Own((x) => x.reshape([-1, 4]).sum(1)), [[3, 4]]],
  ['the rows downwards', () => new Own((x) => x.flip(0)), [[3]]],
  ['a running sum over the batch', () => new Own((x) => x.cumsum(0)), [[3]]],
  ['in place on a copy', () => new Own((x) => x.clone().relu_().add_(1)), [[3]]],
  ['stacked', () => new Own((x) => stack([x, x.exp()], 1)), [[3]]],
  ['where', () => new Own((x) => where(x.gt(0), x, x.mul(0.1))), [[3]]],
  [
    'places by a table',
    () => new Own((x) => x.index([null, '...', tensor([2, 0, -1], { dtype: 'int32' })])),
    [[4]],
  ],
];

test.each(models)('%s', async (_, make, shapes) => {
  const inputs = [3, 1, 16].map((batch) => shapes.map((shape) => randn([batch, ...shape])));
  await expectSame(make(), inputs);
});

test('a weight that is used twice is in the file once', async () => {
  class Tied extends nn.Module {
    readonly first = new nn.Linear(50, 50);
    readonly again = this.first;
    readonly last = new nn.Linear(50, 50);

    constructor() {
      super();
      Object.assign(this.last, { weight: this.first.weight });
    }

    override forward(x: Tensor): Tensor {
      return this.last.forward(this.again.forward(this.first.forward(x)));
    }
  }
  const model = new Tied();
  await expectSame(model, [[randn(2, 50)]]);
  const bytes = (50 * 50 + 2 * 50) * 4;
  expect(statSync(modelPath).size).toBeGreaterThan(bytes);
  expect(statSync(modelPath).size).toBeLessThan(bytes + 1000);
});

test('names of inputs and outputs', async () => {
  const model = new Own((a, b) => ({ sum: a.add(b), difference: a.sub(b) }));
  const example = { left: randn(2, 3), right: randn(2, 3) };
  await io.exportOnnx(model, example, modelPath);
  const [outputs] = await onnxruntime(modelPath, [Object.values(example)]);
  expect(outputs.map(({ name }) => name)).toEqual(['sum', 'difference']);
  const again = await io.importOnnx(modelPath);
  expect([again.inputNames, again.outputNames]).toEqual([
    ['left', 'right'],
    ['sum', 'difference'],
  ]);
  const options = { inputNames: ['a', 'b'], outputNames: ['c', 'd'] };
  await io.exportOnnx(model, example, modelPath, options);
  const named = await io.importOnnx(modelPath);
  expect([named.inputNames, named.outputNames]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a graph of one batch size', async () => {
  const model = new nn.Unflatten(0, [2, -1]);
  const x = randn(6, 3);
  await expectSame(model, [[x]], { dynamicBatch: false });
  await expect(io.exportOnnx(model, x, modelPath)).rejects.toThrow(
    /^exportOnnx: forward fails for a batch of 11: .*dynamicBatch: false/,
  );
});

test('training continues as before', async () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout());
  model[1].eval();
  await io.exportOnnx(model, randn(1, 2), modelPath);
  expect([model.training, model[0].training, model[1].training]).toEqual([true, true, false]);
});

test('with detectAnomaly inside and around', async () => {
  const anomaly = 'detectAnomaly: log';
  const model = new Own((x) => detectAnomaly(() => x.mul(2).log()));
  await expectSame(model, [[ones(2, 3)]]);
  await expect(io.exportOnnx(model, zeros(2, 3), modelPath)).rejects.toThrow(anomaly);
  let writing = Promise.resolve();
  detectAnomaly(() => {
    writing = io.exportOnnx(new Own((x) => x.log()), zeros(2, 3), modelPath);
  });
  await expect(writing).rejects.toThrow(anomaly);
  detectAnomaly(() => {
    writing = io.exportOnnx(new Own((x) => x.add(1).log()), zeros(2, 3), modelPath);
  });
  await writing;
  const again = await io.importOnnx(modelPath);
  expect(again.forward(zeros(1, 3)).toArray()).toEqual([[0, 0, 0]]);
});

test('weights cannot change while they are written, but be read', async () => {
  const model = new nn.Linear(2, 2);
  const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = compile((x: Tensor) => {
    sgd.zeroGrad();
    model.forward(x).sum().backward();
    sgd.step();
  });
  const x = randn(1, 2);
  for (let i = 0; i < 2; i++) step(x); // captured, then compared
  const infer = compile((one: Tensor) => noGrad(() => model.forward(one)));
  for (let i = 0; i < 2; i++) infer(x);
  const changes: Readonly<Record<string, () => unknown>> = {
    fill_: () => noGrad(() => model.weight.fill_(0)),
    step: () => sgd.step(),
    compile: () => step(x),
  };
  const writing = io.exportOnnx(model, x, modelPath);
  const run = infer.runAsync(x);
  for (const [name, change] of Object.entries(changes)) {
    expect(change).toThrow(
      `${name}: an export to a file reads this tensor; await the export first`,
    );
  }
  await expect(step.runAsync(x)).rejects.toThrow('an export to a file reads this tensor');
  await writing;
  await run;
  for (const change of Object.values(changes)) expect(change).not.toThrow();
});

test('an imported model is trained, compiled and exported again', async () => {
  const model = mlp([3, 8, 2], () => new nn.ReLU());
  await io.exportOnnx(model, randn(1, 3), modelPath);
  const again = await io.importOnnx(modelPath);
  expect(again.namedParameters().map(([name]) => name)).toEqual(
    model.namedParameters().map(([name]) => name),
  );
  const x = randn(4, 3);
  for (const one of [model, again]) F.mseLoss(one.forward(x), zeros(4, 2)).backward();
  again.parameters().forEach((one, i) => {
    expect(one.grad?.toArray()).toEqual(model.parameters()[i].grad?.toArray());
  });
  await expectSame(again, [[x], [randn(1, 3)]]);
});

test('several outputs of a module come by name', async () => {
  await io.exportOnnx(new Own((x) => [x, x.exp()]), randn(1, 2), modelPath);
  const again = await io.importOnnx(modelPath);
  const x = randn(2, 2);
  expect(() => again.forward(x)).toThrow(
    'OnnxModule.forward: the model has 2 outputs; call run() to get all of them',
  );
  const { output1 } = again.run({ input: x });
  expectClose(
    [{ dtype: 'float32', shape: [2, 2], data: Array.from(output1.data, Number) }],
    outputsOf(new Own((y) => y.exp()), [x]),
  );
});
