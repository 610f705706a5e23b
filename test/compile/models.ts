/** Models, and steps that train them. */
import { F, manualSeed, nn, noGrad, optim, randn, zeros, type Tensor } from 'blasgrad';
import type { Training } from './support';

export type Step = Training<[Tensor, Tensor], Tensor>;

export const mlp = (...extra: nn.Module[]): nn.Sequential =>
  new nn.Sequential(new nn.Linear(6, 8), new nn.Tanh(), ...extra, new nn.Linear(8, 3));

export const stateOf = (model: nn.AnyModule) => (): (Tensor | null)[] => [
  ...Object.values(model.stateDict()),
  ...Array.from(model.parameters(), (one) => one.grad),
];

manualSeed(3);
export const batches = Array.from({ length: 6 }, (): [Tensor, Tensor] => [
  randn(5, 6),
  randn(5, 3),
]);

/** The usual step; `before` comes between backward and the optimizer. */
export function usual(
  model: nn.Module,
  optimizer: optim.Optimizer,
  before: () => Tensor | void = () => undefined,
): (x: Tensor, y: Tensor) => Tensor {
  return (x, y) => {
    optimizer.zeroGrad();
    const loss = F.mseLoss(model.forward(x), y);
    loss.backward();
    before();
    optimizer.step();
    return loss;
  };
}

/** Normalizes by running statistics that each step changes in place. */
export class RunningNorm extends nn.Module {
  declare readonly mean: Tensor;
  declare readonly count: Tensor;
  constructor() {
    super();
    this.registerBuffer('mean', zeros(8));
    this.registerBuffer('count', zeros([], { dtype: 'int32' }));
  }
  override forward(x: Tensor): Tensor {
    if (this.training) {
      noGrad(() => {
        this.mean.mul_(0.9).add_(x.mean(0).mul(0.1));
        this.count.add_(1);
      });
    }
    return x.sub(this.mean);
  }
}

export const withModel =
  (
    make: (model: nn.Module, optimizer: optim.SGD) => Partial<Step>,
    ...extra: (() => nn.Module)[]
  ) =>
  (): Step => {
    const model = mlp(...extra.map((one) => one()));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    return { step: usual(model, optimizer), state: stateOf(model), ...make(model, optimizer) };
  };
