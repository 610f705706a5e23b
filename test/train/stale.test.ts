/** Changes by callbacks and other code while `train` runs compiled steps: the losses are those of eager steps. */
import {
  F,
  nn,
  ones,
  optim,
  scalarInput,
  tensor,
  train,
  type Tensor,
  type TrainOptions,
} from 'blasgrad';

class Net extends nn.Module {
  temperature = 1;
  layer = new nn.Linear(2, 1);
  override forward(x: Tensor): Tensor {
    return this.layer.forward(x).mul(0).add(this.temperature);
  }
}

class Running extends nn.Module {
  declare mean: Tensor;
  readonly layer = new nn.Linear(2, 1);
  constructor() {
    super();
    this.registerBuffer('mean', tensor(0));
  }
  override forward(x: Tensor): Tensor {
    this.mean = this.mean.mul(0.5).add(x.mean());
    return this.layer.forward(x).mul(0).add(this.mean.detach());
  }
}

type Made = Partial<TrainOptions<[Tensor, Tensor], nn.Module>> & { model: nn.Module };

/** Options for a run, and whether a warning is expected. */
const cases: Readonly<Record<string, readonly [make: () => Made, warns: boolean]>> = {
  'a number of the loss': [
    () => {
      let beta = 0;
      const loss = (output: Tensor): Tensor => output.mean().mul(0).add(beta);
      return { model: new Net(), loss, callbacks: { onEpochStart: () => (beta++, undefined) } };
    },
    true,
  ],
  'a number as scalarInput': [
    () => {
      const beta = scalarInput(0);
      const loss = (output: Tensor): Tensor => output.mean().mul(0).add(beta);
      return {
        model: new Net(),
        loss,
        callbacks: { onEpochStart: () => (beta.value++, undefined) },
      };
    },
    false,
  ],
  'a field, after each batch': [
    () => {
      const model = new Net();
      return { model, callbacks: { onBatchEnd: () => (model.temperature++, undefined) } };
    },
    false,
  ],
  'a buffer that forward assigns anew': [() => ({ model: new Running() }), true],
  'a replaced layer': [
    () => {
      const model = new Net();
      const onEpochStart = ({ epoch }: { epoch: number }): void => {
        model.layer = new nn.Linear(2, 1, { bias: epoch % 2 === 0 });
        model.temperature = epoch;
      };
      return { model, callbacks: { onEpochStart } };
    },
    false,
  ],
  'a number of the loss, with accumulation and validation': [
    () => {
      let beta = 0;
      const loss = (output: Tensor): Tensor => output.mean().mul(0).add(beta);
      const onEpochStart = () => (beta++, undefined);
      return {
        model: new Net(),
        loss,
        gradientAccumulationSteps: 2,
        validation: [[ones(4, 2), ones(4, 1)]] as [Tensor, Tensor][],
        callbacks: { onEpochStart },
      };
    },
    true,
  ],
};

async function lossesOf(make: () => Made, compiled: boolean): Promise<unknown[]> {
  const own = make();
  const history = await train<[Tensor, Tensor], nn.Module>({
    optimizer: new optim.SGD(own.model.parameters(), { lr: 0 }),
    loader: Array.from({ length: 5 }, (_, i) => [ones(4, 2).mul(i), ones(4, 1)]),
    loss: (output: Tensor) => output.mean(),
    epochs: 4,
    handleSignals: false,
    compile: compiled,
    ...own,
  });
  return history.epochs.map((epoch) => [epoch.loss, epoch.validation?.loss]);
}

test.each(Object.entries(cases))('%s', async (_what, [make, warns]) => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    const expected = await lossesOf(make, false);
    expect(await lossesOf(make, true)).toEqual(expected);
    const texts = warnings.mock.calls.map(([text]) => String(text));
    expect(
      texts.filter((text) => /^train: a step differs from the compiled one/.test(text)),
    ).toHaveLength(warns ? 1 : 0);
  } finally {
    warnings.mockRestore();
  }
});

test('a step that stays the same is compared after callbacks of epochs, not of batches', async () => {
  for (const [callbacks, most] of [
    [{ onEpochEnd: () => undefined }, 8],
    [{ onBatchEnd: () => undefined }, 4],
  ] as const) {
    let runs = 0;
    const model = new nn.Linear(2, 1);
    await train({
      model,
      optimizer: new optim.SGD(model.parameters(), { lr: 0 }),
      loader: Array.from({ length: 10 }, () => [ones(4, 2), ones(4, 1)] as const),
      loss: (output: Tensor, target: Tensor) => (runs++, F.mseLoss(output, target)),
      epochs: 4,
      handleSignals: false,
      callbacks,
    });
    expect(runs).toBeLessThanOrEqual(most);
    expect(runs).toBeGreaterThanOrEqual(most - 2);
  }
});
