/**
 * Optimizer updates: a few steps with the same gradient, all options at work, against formulas in plain numbers.
 * They change parameters in place, so nothing is differentiable.
 */
import { optim, type Tensor } from 'blasgrad';
import type { OpCase, Plain } from '../harness';

/** One number's way through the steps: state lives in the closure. */
type Rule = () => (p: number, g: number, t: number) => number;

function updates(
  name: string,
  ops: readonly string[],
  make: (params: Tensor[]) => optim.Optimizer,
  rule: Rule,
  steps = 3,
): OpCase {
  return {
    name,
    ops,
    inputs: [{ shape: [7, 11] }, { shape: [7, 11] }],
    run: (start, grad) => {
      const param = start.detach().clone().requiresGrad_();
      param.grad = grad.detach();
      const optimizer = make([param]);
      for (let i = 0; i < steps; i++) optimizer.step();
      return param.detach();
    },
    reference: (start: Plain, grad: Plain) => ({
      shape: start.shape,
      data: start.data.map((value, i) => {
        const update = rule();
        for (let t = 1; t <= steps; t++) value = update(value, grad.data[i], t);
        return value;
      }),
    }),
    gradient: false,
    float32: { rel: 1e-4, abs: 1e-5 },
  };
}

const adam = (decoupled: boolean): Rule => {
  return () => {
    let [m, v, top] = [0, 0, 0];
    return (p, grad, t) => {
      const g = -grad + (decoupled ? 0 : 0.1 * p);
      m = 0.8 * m + 0.2 * g;
      v = 0.95 * v + 0.05 * g * g;
      top = Math.max(top, v);
      const root = Math.sqrt(top / (1 - 0.95 ** t)) + 1e-3;
      return (decoupled ? p * (1 - 0.05 * 0.1) : p) - ((0.05 / (1 - 0.8 ** t)) * m) / root;
    };
  };
};

const adamOptions = {
  lr: 0.05,
  betas: [0.8, 0.95],
  eps: 1e-3,
  weightDecay: 0.1,
  maximize: true,
} as const;

export const cases: readonly OpCase[] = [
  updates(
    'SGD, plain',
    ['sgd'],
    (params) => new optim.SGD(params, { lr: 0.1 }),
    () => (p, g) => p - 0.1 * g,
  ),
  updates(
    'SGD with momentum and dampening',
    ['sgd'],
    (params) => {
      const options = { lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.1, maximize: true };
      return new optim.SGD(params, options);
    },
    () => {
      let b = 0;
      return (p, grad, t) => {
        const g = -grad + 0.1 * p;
        b = t === 1 ? g : 0.9 * b + 0.8 * g;
        return p - 0.1 * b;
      };
    },
  ),
  updates(
    'SGD with Nesterov momentum',
    ['sgd'],
    (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true }),
    () => {
      let b = 0;
      return (p, g) => {
        b = 0.9 * b + g;
        return p - 0.1 * (g + 0.9 * b);
      };
    },
  ),
  updates(
    'Adam',
    ['adam'],
    (params) => new optim.Adam(params, { ...adamOptions, amsgrad: true }),
    adam(false),
  ),
  updates(
    'AdamW',
    ['adam'],
    (params) => new optim.AdamW(params, { ...adamOptions, amsgrad: true }),
    adam(true),
  ),
  updates(
    'Adamax',
    ['adamax'],
    (params) => new optim.Adamax(params, adamOptions),
    () => {
      let [m, norm] = [0, 0];
      return (p, grad, t) => {
        const g = -grad + 0.1 * p;
        m = 0.8 * m + 0.2 * g;
        norm = Math.max(0.95 * norm, Math.abs(g) + 1e-3);
        return p - ((0.05 / (1 - 0.8 ** t)) * m) / norm;
      };
    },
  ),
  updates(
    'NAdam',
    ['nadam'],
    (params) => new optim.NAdam(params, { ...adamOptions, momentumDecay: 0.5 }),
    () => {
      let [m, v, product] = [0, 0, 1];
      const momentum = (t: number): number => 0.8 * (1 - 0.5 * 0.96 ** (t * 0.5));
      return (p, grad, t) => {
        const g = -grad + 0.1 * p;
        const [now, next] = [momentum(t), momentum(t + 1)];
        product = Math.fround(product * Math.fround(now)); // float32, as in PyTorch
        m = 0.8 * m + 0.2 * g;
        v = 0.95 * v + 0.05 * g * g;
        const root = Math.sqrt(v / (1 - 0.95 ** t)) + 1e-3;
        const [ofGrad, ofMean] = [(1 - now) / (1 - product), next / (1 - product * next)];
        return p - (0.05 * (ofGrad * g + ofMean * m)) / root;
      };
    },
  ),
  // The average of squares counts from step 6 on.
  updates(
    'RAdam',
    ['radam'],
    (params) => new optim.RAdam(params, adamOptions),
    () => {
      let [m, v] = [0, 0];
      const limit = 2 / (1 - 0.95) - 1;
      return (p, grad, t) => {
        const g = -grad + 0.1 * p;
        m = 0.8 * m + 0.2 * g;
        v = 0.95 * v + 0.05 * g * g;
        const move = (0.05 / (1 - 0.8 ** t)) * m;
        const length = limit - (2 * t * 0.95 ** t) / (1 - 0.95 ** t);
        if (length <= 5) return p - move;
        const square = ((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length);
        return p - (move * Math.sqrt(square * (1 - 0.95 ** t))) / (Math.sqrt(v) + 1e-3);
      };
    },
    8,
  ),
  updates(
    'RMSprop',
    ['rmsprop'],
    (params) => {
      const options = { lr: 0.05, alpha: 0.9, eps: 1e-3, weightDecay: 0.1, maximize: true };
      return new optim.RMSprop(params, { ...options, momentum: 0.5, centered: true });
    },
    () => {
      let [v, mean, b] = [0, 0, 0];
      return (p, grad) => {
        const g = -grad + 0.1 * p;
        v = 0.9 * v + 0.1 * g * g;
        mean = 0.9 * mean + 0.1 * g;
        b = 0.5 * b + g / (Math.sqrt(v - mean * mean) + 1e-3);
        return p - 0.05 * b;
      };
    },
  ),
  updates(
    'Adagrad',
    ['adagrad'],
    (params) => {
      const options = { lr: 0.1, lrDecay: 0.3, weightDecay: 0.1, eps: 1e-3, maximize: true };
      return new optim.Adagrad(params, { ...options, initialAccumulatorValue: 0.5 });
    },
    () => {
      let sum = 0.5;
      return (p, grad, t) => {
        const g = -grad + 0.1 * p;
        sum += g * g;
        return p - ((0.1 / (1 + (t - 1) * 0.3)) * g) / (Math.sqrt(sum) + 1e-3);
      };
    },
  ),
  updates(
    'Adadelta',
    ['adadelta'],
    (params) => {
      const options = { lr: 0.5, rho: 0.8, eps: 1e-3, weightDecay: 0.1, maximize: true };
      return new optim.Adadelta(params, options);
    },
    () => {
      let [v, moved] = [0, 0];
      return (p, grad) => {
        const g = -grad + 0.1 * p;
        v = 0.8 * v + 0.2 * g * g;
        const move = (Math.sqrt(moved + 1e-3) / Math.sqrt(v + 1e-3)) * g;
        moved = 0.8 * moved + 0.2 * move * move;
        return p - 0.5 * move;
      };
    },
  ),
];
