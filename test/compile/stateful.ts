/** Functions that change state from before the capture: generators and optimizers. */
import { Generator, F, optim, randint, randn, randperm, type Output, type Tensor } from 'blasgrad';

interface Kept {
  readonly run: (x: Tensor) => Output;
  /** What every step changes. */
  readonly state: () => Iterable<Tensor>;
}

const seed = 2 ** 40 + 12345; // both halves of the key count

const drawing = (draw: (x: Tensor, generator: Generator) => Output) => (): Kept => {
  const generator = new Generator(seed);
  return { run: (x) => draw(x, generator), state: () => [generator.getState()] };
};

const updating = (make: (params: Tensor[]) => optim.Optimizer) => (): Kept => {
  const generator = new Generator(seed);
  const param = randn(6, 37, { generator, requiresGrad: true });
  const optimizer = make([param]);
  const state = (): Tensor[] =>
    Object.values(optimizer.stateDict().state).flatMap((one) => Object.values(one));
  const run = (x: Tensor): Tensor => {
    param.grad = x;
    optimizer.step();
    return param.detach();
  };
  return { run, state: () => [param, ...state()] };
};

const all = { lr: 0.05, eps: 1e-3, weightDecay: 0.1, maximize: true } as const;

export const stateful: Readonly<Record<string, () => Kept>> = {
  uniform_: drawing((x, generator) => x.clone().uniform_(-1, 3, { generator })),
  'uniform_ of float64': drawing((x, generator) =>
    x.to('float64').clone().uniform_(0, 1, { generator }),
  ),
  normal_: drawing((x, generator) => x.clone().normal_(2, 0.5, { generator })),
  'normal_ of float64': drawing((x, generator) =>
    x.to('float64').clone().normal_(0, 1, { generator }),
  ),
  'normal_ of every second column': drawing((x, generator) => {
    const copy = x.clone();
    copy.slice(1, 0, null, 2).normal_(0, 1, { generator });
    return copy;
  }),
  bernoulli_: drawing((x, generator) => x.clone().bernoulli_(0.3, { generator })),
  bernoulli: drawing((x, generator) => x.sigmoid().bernoulli({ generator })),
  randint: drawing((x, generator) => randint(-7, 1000, x.shape, { generator })),
  randperm: drawing((_x, generator) => [randperm(301, { generator })]),
  dropout: drawing((x, generator) => {
    const leaf = x.detach().requiresGrad_();
    const out = F.dropout(leaf, { p: 0.4, generator });
    out.mul(x).sum().backward();
    return [out, leaf.grad];
  }),
  SGD: updating((params) => new optim.SGD(params, { lr: 0.1 })),
  'SGD with momentum': updating(
    (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.1 }),
  ),
  Adam: updating((params) => new optim.Adam(params, { ...all, amsgrad: true })),
  AdamW: updating((params) => new optim.AdamW(params, { ...all })),
  Adamax: updating((params) => new optim.Adamax(params, all)),
  NAdam: updating((params) => new optim.NAdam(params, { ...all, momentumDecay: 0.5 })),
  RAdam: updating((params) => new optim.RAdam(params, { ...all, betas: [0.8, 0.95] })),
  RMSprop: updating(
    (params) => new optim.RMSprop(params, { ...all, momentum: 0.5, centered: true }),
  ),
  Adagrad: updating((params) => new optim.Adagrad(params, { ...all, lrDecay: 0.3 })),
  Adadelta: updating((params) => new optim.Adadelta(params, { ...all, rho: 0.8 })),
};
