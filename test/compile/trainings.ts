/** A table of ways to train. */
import { F, grad, manualSeed, nn, noGrad, optim, randn, zeros, type Tensor } from 'blasgrad';
import { RunningNorm, mlp, stateOf, usual, withModel, type Step } from './models';

export const trainings: Readonly<Record<string, [make: () => Step, captures: number]>> = {
  plain: [withModel(() => ({})), 1],
  dropout: [
    withModel(
      () => ({}),
      () => new nn.Dropout(0.3),
    ),
    1,
  ],
  'dropout of channels': [
    withModel(
      () => ({}),
      () => new nn.Dropout1d(0.3),
    ),
    1,
  ],
  'a seed between replays': [
    withModel(
      () => ({ between: (i) => void manualSeed(i % 2) }),
      () => new nn.Dropout(0.3),
    ),
    1,
  ],
  'running statistics': [
    withModel(
      () => ({}),
      () => new RunningNorm(),
    ),
    1,
  ],
  'train and eval': [
    withModel(
      (model) => ({ between: (i) => model.train(i % 3 !== 2) }),
      () => new nn.Dropout(0.3),
      () => new RunningNorm(),
    ),
    2,
  ],
  'batch normalisation': [
    withModel(
      () => ({}),
      () => new nn.BatchNorm1d(8),
    ),
    1,
  ],
  'batch normalisation by the mean of all batches': [
    withModel(
      () => ({}),
      () => new nn.BatchNorm1d(8, { momentum: null }),
    ),
    1,
  ],
  'batch normalisation, train and eval': [
    withModel(
      (model) => ({ between: (i) => model.train(i % 3 !== 2) }),
      () => new nn.BatchNorm1d(8),
      () => new nn.BatchNorm1d(8, { momentum: null, affine: false }),
    ),
    2,
  ],
  'instance normalisation with running statistics': [
    withModel(
      (model) => ({ between: (i) => model.train(i % 3 !== 2) }),
      () => new nn.Unflatten(1, [2, 4]),
      () => new nn.InstanceNorm1d(2, { affine: true, trackRunningStats: true }),
      () => new nn.Flatten(),
    ),
    2,
  ],
  'other normalisations': [
    withModel(
      () => ({}),
      () => new nn.LayerNorm(8),
      () => new nn.GroupNorm(2, 8),
      () => new nn.RMSNorm(8),
      () => new nn.Unflatten(1, [4, 2]),
      () => new nn.LocalResponseNorm(3),
      () => new nn.Flatten(),
    ),
    1,
  ],
  'random activations': [
    withModel(
      () => ({}),
      () => new nn.RReLU(),
      () => new nn.AlphaDropout(0.3),
      () => new nn.FeatureAlphaDropout(0.3),
    ),
    1,
  ],
  'another learning rate': [
    withModel((_model, optimizer) => ({ between: (i) => (optimizer.lr = 0.1 / (i + 1)) })),
    1,
  ],
  'momentum switched on': [
    () => {
      const model = mlp();
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const between = (i: number): void => {
        optimizer.paramGroups[0].momentum = i < 3 ? 0 : 0.9;
      };
      return { step: usual(model, optimizer), state: stateOf(model), between };
    },
    2,
  ],
  'weight decay, betas and amsgrad changed': [
    () => {
      const model = mlp();
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
      const [group] = optimizer.paramGroups;
      const changes = [
        () => (group.weightDecay = 0.1),
        () => (group.betas = [0.5, 0.9]),
        () => (group.amsgrad = true),
        () => (group.eps = 0.1),
      ];
      const between = (i: number): void => void changes[i - 2]?.();
      return { step: usual(model, optimizer), state: stateOf(model), between };
    },
    2,
  ],
  'a frozen layer': [
    withModel((model) => ({
      between: (i) => {
        const [layer] = model.children() as [nn.Module];
        layer.requiresGrad_(i < 2 || i > 3);
      },
    })),
    2,
  ],
  'a group added later': [
    () => {
      const model = mlp();
      const [first, , last] = model.children() as nn.Module[];
      const optimizer = new optim.SGD(last.parameters(), { lr: 0.1 });
      const between = (i: number): void => {
        if (i === 3) optimizer.addParamGroup({ params: first.parameters(), lr: 0.01 });
      };
      const step = usual(model, optimizer, () => undefined);
      return {
        step: (x, y) => {
          model.zeroGrad();
          return step(x, y);
        },
        state: stateOf(model),
        between,
      };
    },
    2,
  ],
  'clipped by norm': [
    withModel((model, optimizer) => {
      const clip = (): Tensor => nn.utils.clipGradNorm_(model.parameters(), 0.5);
      return { step: usual(model, optimizer, clip) };
    }),
    1,
  ],
  'clipped by value': [
    withModel((model, optimizer) => ({
      step: usual(model, optimizer, () => nn.utils.clipGradValue_(model.parameters(), 0.05)),
    })),
    1,
  ],
  'gradients set to zero': [
    withModel((model, optimizer) => ({
      step: (x, y) => {
        optimizer.zeroGrad({ setToNone: false });
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      },
    })),
    2,
  ],
  'gradients never cleared': [
    withModel((model, optimizer) => ({
      step: (x, y) => {
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      },
    })),
    2,
  ],
  'cleared by the model after the step': [
    withModel((model, optimizer) => ({
      step: (x, y) => {
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward();
        optimizer.step();
        model.zeroGrad();
        return loss;
      },
    })),
    1,
  ],
  'a gradient penalty': [
    withModel((model, optimizer) => ({
      step: (x, y) => {
        optimizer.zeroGrad();
        const leaf = x.detach().requiresGrad_();
        const out = model.forward(leaf);
        const [slope] = grad(out.sum(), leaf, { createGraph: true });
        const loss = F.mseLoss(out, y).add(slope.norm().sub(1).pow(2));
        loss.backward();
        optimizer.step();
        return loss;
      },
    })),
    1,
  ],
  'gradients with a graph': [
    withModel((model, optimizer) => ({
      step: (x, y) => {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward(null, { createGraph: true });
        optimizer.step();
        return loss.detach();
      },
    })),
    1,
  ],
  'a closure': [
    withModel((model, optimizer) => ({
      step: (x, y) =>
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = F.mseLoss(model.forward(x), y);
          loss.backward();
          return loss;
        }),
    })),
    1,
  ],
  'hooks on gradients': [
    withModel((model) => {
      for (const param of model.parameters()) param.registerHook((slope) => slope.mul(0.5));
      return {};
    }),
    1,
  ],
  'a moving average of parameters': [
    withModel((model, optimizer) => {
      const params = [...model.parameters()];
      const means = params.map((param) => param.detach().clone());
      const step = usual(model, optimizer);
      return {
        step: (x, y) => {
          const loss = step(x, y);
          noGrad(() =>
            means.forEach((mean, i) => mean.mul_(0.9).add_(params[i].detach().mul(0.1))),
          );
          return loss;
        },
        state: () => [...params, ...means],
      };
    }),
    1,
  ],
  'a parameter that is not contiguous': [
    () => {
      const weight = randn(3, 6).T.requiresGrad_();
      const optimizer = new optim.Adam([weight], { lr: 0.1 });
      return {
        step: (x, y) => {
          optimizer.zeroGrad();
          const loss = F.mseLoss(x.matmul(weight), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: () => [weight, weight.grad],
      };
    },
    1,
  ],
  'weights used twice': [
    () => {
      const weight = randn(6, 6, { requiresGrad: true });
      const optimizer = new optim.RMSprop([weight], { lr: 0.1 });
      return {
        step: (x, y) => {
          optimizer.zeroGrad();
          const hidden = F.tanh(x.matmul(weight)).matmul(weight.T);
          const loss = F.mseLoss(hidden.narrow(1, 0, 3), y);
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: () => [weight, weight.grad],
      };
    },
    1,
  ],
  'a parameter without elements': [
    () => {
      const [weight, none] = [
        randn(6, 3, { requiresGrad: true }),
        zeros(0, 3, { requiresGrad: true }),
      ];
      const optimizer = new optim.SGD([weight, none], { lr: 0.1 });
      return {
        step: (x, y) => {
          optimizer.zeroGrad();
          const loss = F.mseLoss(x.matmul(weight), y).add(none.sum());
          loss.backward();
          optimizer.step();
          return loss;
        },
        state: () => [weight, weight.grad, none, none.grad],
      };
    },
    1,
  ],
  'in double precision from the third step on': [
    () => {
      const model = mlp();
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const step = usual(model, optimizer);
      let dtype: 'float32' | 'float64' = 'float32';
      return {
        step: (x, y) => step(x.to(dtype), y.to(dtype)),
        state: stateOf(model),
        between: (i) => {
          if (i === 2) model.to((dtype = 'float64'));
        },
      };
    },
    2,
  ],
};
