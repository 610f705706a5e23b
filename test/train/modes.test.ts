/** Training and evaluation modes of a model and its submodules. */
import { F, nn, ones, optim, train, type Callbacks, type Tensor } from 'blasgrad';

const pair = (): [Tensor, Tensor] => [ones(4, 2), ones(4, 1)];

/** Records the mode of its last layer at each call. */
class Backbone extends nn.Module {
  readonly seen: boolean[] = [];
  readonly dropout = new nn.Dropout(0.5);

  override forward(x: Tensor): Tensor {
    this.seen.push(this.dropout.training);
    return this.dropout.forward(x);
  }
}

function setUp(callbacks: Callbacks = {}) {
  const backbone = new Backbone();
  const head = new nn.Linear(2, 1);
  const model = new nn.Sequential(backbone, head);
  const options = {
    model,
    loss: F.mseLoss,
    optimizer: new optim.SGD(head.parameters(), { lr: 0.1 }),
    loader: [pair()],
    validation: [pair()],
    epochs: 2,
    compile: false,
    handleSignals: false,
    callbacks,
  };
  return { backbone, model, options };
}

const modesOf = (model: nn.Module) => Array.from(model.modules(), ({ training }) => training);

test.each([
  [
    'of a model in training mode stay in evaluation mode',
    true,
    false,
    [false, false, false, false],
  ],
  ['train', true, true, [true, false, true, false]],
  ['of a model in evaluation mode train', false, false, [true, false, true, false]],
])('parts %s', async (_, whole, part, expected) => {
  const { backbone, model, options } = setUp();
  model.train(whole);
  backbone.train(part);
  const before = modesOf(model);
  await train(options);
  expect(backbone.seen).toEqual(expected);
  expect(modesOf(model)).toEqual(before);
});

test('a part that a callback freezes stays so in later epochs', async () => {
  const { backbone, options } = setUp({
    onEpochStart: ({ epoch }) => epoch === 2 && backbone.eval(),
  });
  await train({ ...options, epochs: 3 });
  expect(backbone.seen).toEqual([true, false, false, false, false, false]);
});

test('a callback finds the modes of training, and may leave the model in evaluation mode', async () => {
  const found: boolean[][] = [];
  const { backbone, model, options } = setUp({
    onEpochEnd: () => {
      found.push(modesOf(model));
      model.eval();
    },
  });
  backbone.eval();
  await train(options);
  expect(found).toEqual([
    [true, false, false, true],
    [true, false, false, true],
  ]);
  expect(backbone.seen).toEqual([false, false, false, false]);
  expect(modesOf(model)).toEqual([true, false, false, true]);
});

test('a callback that leaves the model in evaluation mode in the middle of an epoch does not for the next', async () => {
  const { backbone, model, options } = setUp({ onBatchEnd: () => model.eval() });
  await train({ ...options, loader: [pair(), pair()] });
  expect(backbone.seen).toEqual([true, false, false, true, false, false]);
});

test.each(['an error', 'a stop'])('modes are restored after %s in validation', async (how) => {
  const { backbone, model, options } = setUp();
  backbone.eval();
  const before = modesOf(model);
  const controller = new AbortController();
  const validation = (function* () {
    if (how === 'an error') throw new Error('no');
    controller.abort();
    yield pair();
  })();
  const again = { [Symbol.iterator]: () => validation };
  const run = train({ ...options, validation: again, signal: controller.signal });
  if (how === 'an error') await expect(run).rejects.toThrow('no');
  else expect((await run).stopReason).toBe('aborted');
  expect(modesOf(model)).toEqual(before);
});

test('what a class does at changes of its mode is undone after validation', async () => {
  let merged = false;
  const found: boolean[] = [];
  class Merging extends nn.Linear {
    override train(mode = true): this {
      merged = !mode;
      return super.train(mode);
    }
  }
  const model = new Merging(2, 1);
  const { options } = setUp({ onEpochEnd: () => void found.push(merged) });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  await train({ ...options, model, optimizer });
  expect(found).toEqual([false, false]);
});
