/** Objects of the library for random calls to use. Results of calls are added to them. */
import type * as Library from 'blasgrad';
import type { Tensor } from 'blasgrad';
import { detach } from './junk';
import type { Random } from './random';

export type Blasgrad = typeof Library;

const largest = 1 << 12;

/** Tensors of every dtype and layout: views, expanded and empty ones, parts of graphs, ones without memory. */
export function tensorMakers(blasgrad: Blasgrad): (() => Tensor)[] {
  const { tensor, arange, zeros, ones, randn, fromArray, nn } = blasgrad;
  return [
    () => tensor([1.5, -2, 3]),
    () => randn(2, 3),
    () => randn(3, 2, { dtype: 'float64' }),
    () =>
      tensor([
        [NaN, Infinity],
        [-Infinity, 1e-40],
      ]),
    () => tensor([0, 1, 1], { dtype: 'int32' }),
    () => tensor([-1, 2, -(2 ** 31)], { dtype: 'int32' }),
    () => tensor([true, false, true]),
    () => tensor(2),
    () => tensor(1, { dtype: 'int32' }),
    () => zeros(0),
    () => zeros(0, 3),
    () => zeros(2, 0, 2, { dtype: 'float64' }),
    () => zeros(2 ** 40, 0),
    () => zeros(0, 2 ** 40, { requiresGrad: true }),
    () => randn(3, 2).T,
    () => arange(24).reshape(2, 3, 4).permute(2, 0, 1),
    () => arange(10).slice(0, 1, 9, 3),
    () => ones(1).expand(5),
    () => ones(1).expand(2 ** 40),
    () => ones(1, 1).expand(2 ** 20, 2 ** 29),
    () => randn(2, 2, { requiresGrad: true }),
    () => randn(3, { requiresGrad: true }).mul(2),
    () => randn(2, 3, { requiresGrad: true, dtype: 'float64' }).sum(),
    () => randn(2, 3, { requiresGrad: true }).T.select(0, 1),
    () => new nn.Parameter(randn(3, 3)),
    () => randn(40, 40),
    () => fromArray(new Float32Array(new SharedArrayBuffer(16))),
    () => {
      const gone = fromArray(new Float32Array(6), [2, 3]);
      detach(gone.data.buffer);
      return gone;
    },
  ];
}

/** Modules, optimizers, schedules, data, compiled functions. */
export function objectMakers(blasgrad: Blasgrad, callback: () => unknown): (() => object)[] {
  const { nn, optim, data, zeros, randn, Generator, compile, tensor } = blasgrad;
  const leaf = (): Tensor => zeros(2, { requiresGrad: true });
  const sgd = () => new optim.SGD([leaf()], { lr: 0.1, momentum: 0.9 });
  const pairs = () =>
    new data.TensorDataset(randn(5, 2), tensor([0, 1, 2, 1, 0], { dtype: 'int32' }));
  class Custom extends nn.Module {
    inner = new nn.Linear(2, 2);
    override forward(...inputs: Tensor[]): Tensor {
      callback();
      return this.inner.forward(inputs[0]);
    }
  }
  const trained = () => {
    const [model, x] = [new nn.Linear(2, 2), randn(3, 2)];
    const optimizer = new optim.Adam(model.parameters());
    const step = compile((input: Tensor) => {
      optimizer.zeroGrad();
      const loss = model.forward(input).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    });
    step(x);
    return step;
  };
  return [
    () => new nn.Linear(2, 3),
    () => new nn.Sequential(new nn.Linear(3, 2), new nn.ReLU(), new nn.Dropout(0.5)),
    () => new nn.Embedding(4, 3),
    () => new nn.ModuleList([new nn.Tanh(), new Custom()]),
    () => new nn.ModuleDict({ one: new nn.PReLU() }),
    () => new nn.ParameterList([leaf()]),
    () => new Custom(),
    () => new nn.CrossEntropyLoss({ weight: tensor([1, 2, 3]) }),
    () => new nn.MSELoss({ reduction: 'none' }),
    sgd,
    () => new optim.Adam([{ params: [leaf()], lr: 0.1 }, { params: [leaf()] }], { amsgrad: true }),
    () => new optim.lrScheduler.StepLR(sgd(), 2),
    () => new optim.lrScheduler.ReduceLROnPlateau(sgd()),
    pairs,
    () => new data.DataLoader(pairs(), { batchSize: 2, shuffle: true }),
    () => new Generator(1),
    () => compile((...inputs: Tensor[]) => inputs.map((one) => one.mul(inputs[0]).sum())),
    () => compile((...inputs: Tensor[]) => (callback(), inputs.map((one) => one.add(1)))),
    trained,
  ];
}

export class World {
  private readonly found: unknown[] = [];
  private readonly tensors: (() => Tensor)[];
  private readonly objects: (() => object)[];

  constructor(
    private readonly blasgrad: Blasgrad,
    private readonly random: Random,
    callback: () => unknown,
  ) {
    this.tensors = tensorMakers(blasgrad);
    this.objects = objectMakers(blasgrad, callback);
  }

  tensor(): Tensor {
    return this.make<Tensor>(this.random.pick(this.tensors));
  }

  object(): object {
    return this.random.chance(0.5) ? this.tensor() : this.make(this.random.pick(this.objects));
  }

  private make<T extends object>(make: () => T): T | Tensor {
    try {
      return make();
    } catch {
      return this.blasgrad.zeros(2, 3); // a background run has the generator, or a capture forbids what it does
    }
  }

  /** Something made now, or that an earlier call returned. */
  any(): unknown {
    if (this.found.length > 0 && this.random.chance(0.4)) return this.random.pick(this.found);
    return this.random.chance(0.7) ? this.tensor() : this.object();
  }

  /** Keeps a result, unless much memory hangs on it. */
  keep(result: unknown): void {
    if (typeof result !== 'object' && typeof result !== 'function') return;
    if (result === null || this.found.length > 40) return;
    if (result instanceof this.blasgrad.Tensor && result.numel() > largest) return;
    this.found.push(result);
  }
}
