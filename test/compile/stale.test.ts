/** Values of JavaScript that change between compiled steps: the results are those of eager steps, or an error. */
import {
  compile,
  F,
  Generator,
  nn,
  ones,
  rand,
  scalarInput,
  tensor,
  zeros,
  type Compiled,
  type Tensor,
} from 'blasgrad';

const x = tensor([1, 2, 3]);
// For what the types forbid.
const writable = (value: object): Record<string, unknown> => value as Record<string, unknown>;

class Scaled extends nn.Module {
  factor = 1;
  options = { shift: 0, list: [1, 2] };
  layer: nn.Linear = new nn.Linear(3, 1, { bias: false });

  override forward(input: Tensor): Tensor {
    const [first] = this.options.list;
    return this.layer.forward(input).mul(this.factor).add(this.options.shift).mul(first);
  }
}

interface Case {
  readonly fn: (input: Tensor) => Tensor;
  /** Changes something before a step. */
  readonly change: (step: number) => void;
}

/** Changes that the library sees: steps are right without an error. */
const guarded: Readonly<Record<string, () => Case>> = {
  'a field of a module': () => {
    const model = new Scaled();
    return { fn: (one) => model.forward(one), change: (i) => (model.factor = i) };
  },
  'a field of options in a module': () => {
    const model = new Scaled();
    return { fn: (one) => model.forward(one), change: (i) => (model.options.shift = i) };
  },
  'an element of a list in a module': () => {
    const model = new Scaled();
    return { fn: (one) => model.forward(one), change: (i) => (model.options.list[0] = i) };
  },
  'a replaced layer': () => {
    const model = new Scaled();
    return {
      fn: (one) => model.forward(one),
      change: () => (model.layer = new nn.Linear(3, 1, { bias: false })),
    };
  },
  'a replaced parameter': () => {
    const model = new Scaled();
    return {
      fn: (one) => model.forward(one),
      change: (i) => {
        writable(model.layer)['weight'] = new nn.Parameter(ones(1, 3).mul(i));
      },
    };
  },
  'a replaced layer of a list': () => {
    class Stack extends nn.Module {
      layers = new nn.ModuleList([new nn.Linear(3, 3), new nn.Linear(3, 3)]);
      override forward(input: Tensor): Tensor {
        let y = input;
        for (const layer of this.layers) y = layer.forward(y);
        return y;
      }
    }
    const model = new Stack();
    return {
      fn: (one) => model.forward(one),
      change: (i) => {
        if (i % 2 === 0) model.layers[1] = new nn.Linear(3, 3);
        else model.layers.append(new nn.Linear(3, 3));
      },
    };
  },
  'a layer that is added': () => {
    const model = new nn.Sequential(new nn.Linear(3, 3));
    return { fn: (one) => model.forward(one), change: () => void model.append(new nn.Tanh()) };
  },
  'the probability of Dropout': () => {
    const model = new nn.Dropout(0);
    return {
      fn: (one) => model.forward(one).mul(1),
      change: (i) => (writable(model)['p'] = i % 2),
    };
  },
  'a slope': () => {
    const model = new nn.LeakyReLU(0.1);
    return {
      fn: (one) => model.forward(one.neg()),
      change: (i) => (writable(model)['negativeSlope'] = i / 7),
    };
  },
  'the options of a loss': () => {
    const loss = new nn.HuberLoss({ delta: 1 });
    return {
      fn: (one) => loss.forward(one, zeros(3)),
      change: (i) => (writable(loss)['options'] = { delta: 1 / i }),
    };
  },
  'hooks of a module': () => {
    const model = new nn.Identity();
    let handle: { remove(): void } | null = null;
    return {
      fn: (one) => model.forward(one).add(0),
      change: (i) => {
        handle?.remove();
        handle = i % 3 === 0 ? null : model.registerForwardHook((_m, _i, out) => out.mul(i));
      },
    };
  },
  'pre-hooks of a module': () => {
    const model = new nn.Identity();
    return {
      fn: (one) => model.forward(one).add(0),
      change: (i) => void model.registerForwardPreHook((_m, [input]) => input.mul(i)),
    };
  },
  'hooks of a tensor': () => {
    const p = ones(3, { requiresGrad: true });
    return {
      fn: (one) => {
        p.grad = null;
        p.mul(one).sum().backward();
        return (p.grad as unknown as Tensor).mul(1);
      },
      change: (i) => void p.registerHook((gradient) => gradient.mul(i)),
    };
  },
  'a tensor that is read': () => {
    const w = tensor([1]);
    return { fn: (one) => one.mul(w.item()), change: (i) => void w.fill_(i) };
  },
  modes: () => {
    const model = new nn.Dropout(1);
    return { fn: (one) => model.forward(one).mul(1), change: (i) => void model.train(i % 2 === 0) };
  },
  'a scalarInput': () => {
    const beta = scalarInput(1);
    return { fn: (one) => one.mul(beta).add(beta), change: (i) => (beta.value = i / 3) };
  },
  'a scalarInput that is read': () => {
    const beta = scalarInput(1);
    return { fn: (one) => one.mul(beta.value * 2), change: (i) => (beta.value = i / 3) };
  },
};

/** Changes that only a new run of fn shows. `what` is in the error. */
const hidden: Readonly<Record<string, () => Case & { readonly what: RegExp }>> = {
  'a number of a closure': () => {
    let beta = 1;
    return {
      fn: (one) => one.add(beta),
      change: (i) => (beta = i),
      what: /add: b is 2, and was 1 when/,
    };
  },
  'a number that becomes an attribute': () => {
    let slope = 1;
    return {
      fn: (one) => F.leakyRelu(one.neg(), { negativeSlope: slope }),
      change: (i) => (slope = i),
      what: /is 2, and was 1 when/,
    };
  },
  'Math.random()': () => ({
    fn: (one) => one.mul(Math.random()),
    change: () => undefined,
    what: /mul: b is 0\.\d+, and was 0\.\d+/,
  }),
  'a field of a plain object': () => {
    const options = { weight: 1 };
    return {
      fn: (one) => one.mul(options.weight),
      change: (i) => (options.weight = i),
      what: /mul: b is 2, and was 1/,
    };
  },
  'a list of numbers': () => {
    const list = [5, 5, 1];
    return {
      fn: (one) => one.add(tensor(list)),
      change: (i) => (list[2] = i),
      what: /add: element 2 of b is 2, and was 1/,
    };
  },
  'a time': () => {
    let now = 100;
    return { fn: (one) => one.mul(now++), change: () => undefined, what: /mul: b is/ };
  },
  'a tensor that a closure swaps': () => {
    let w = ones(3);
    return {
      fn: (one) => one.mul(w),
      change: (i) => (w = ones(3).mul(i)),
      what: /mul: b is not the tensor that it was/,
    };
  },
  'a generator that a closure swaps': () => {
    let generator = new Generator(1);
    return {
      fn: (one) => one.add(rand(3, { generator })),
      change: (i) => (generator = new Generator(i)),
      what: /is not the tensor that it was/,
    };
  },
  'another op': () => {
    let step = 1;
    return {
      fn: (one) => (step > 1 ? one.mul(2).exp() : one.mul(2).sin()),
      change: (i) => (step = i),
      what: /call 1 is exp, and was sin/,
    };
  },
  'one op more': () => {
    let step = 1;
    return {
      fn: (one) => (step > 1 ? one.mul(2).exp() : one.mul(2)),
      change: (i) => (step = i),
      what: /call 1 is exp, and there was none/,
    };
  },
  'one op less': () => {
    let step = 1;
    return {
      fn: (one) => (step > 1 ? one.mul(2) : one.mul(2).exp()),
      change: (i) => (step = i),
      what: /call 1 is missing, and was exp/,
    };
  },
  'a field that forward changes': () => {
    class Counting extends nn.Module {
      count = 0;
      override forward(input: Tensor): Tensor {
        return input.mul(++this.count);
      }
    }
    const model = new Counting();
    return {
      fn: (one) => model.forward(one),
      change: () => undefined,
      what: /mul: b is 2, and was 1/,
    };
  },
};

const values = (one: Tensor): unknown => one.detach().toArray();

describe('what the library sees', () => {
  test.each(Object.entries(guarded))('%s', (_what, make) => {
    const own = make();
    const step = compile(own.fn);
    for (let i = 1; i < 12; i++) {
      own.change(i);
      const expected = values(own.fn(x));
      for (let k = 0; k < 2; k++) expect(values(step(x))).toEqual(expected);
    }
  });

  test.each(Object.entries(guarded))('%s, after many replays and in scans', (_what, make) => {
    const own = make();
    const step = compile(own.fn);
    for (let i = 1; i < 4; i++) {
      own.change(i);
      const expected = values(own.fn(x));
      for (let k = 0; k < 100; k++) expect(values(step(x))).toEqual(expected);
      expect(values(step.scan(x.reshape(1, 3).expand(3, 3)))).toEqual([
        expected,
        expected,
        expected,
      ]);
    }
  });
});

describe('what a new run shows', () => {
  test.each(Object.entries(hidden))('%s: an error at the second step', (_what, make) => {
    const own = make();
    const step = compile(own.fn);
    own.change(1);
    step(x);
    own.change(2);
    let error: unknown;
    try {
      step(x);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toMatch(/^Error: compile: fn does not make the same calls in every run/);
    expect(String(error)).toMatch(own.what);
    expect(error).toMatchObject({ stepsDone: 1 });
    expect((error as { results: Tensor }).results.shape).toEqual([3]);
    expect(step.stats).toMatchObject({ captures: 1, programs: 0, comparisons: 1 });
    step(x); // captured again
    expect(step.stats.captures).toBe(2);
  });

  test.each(Object.entries(hidden))("%s: 'recapture' goes on", (_what, make) => {
    const own = make();
    const step = compile(own.fn, { dynamic: 'recapture' });
    for (let i = 1; i < 3; i++) {
      own.change(i);
      expect(step(x).shape).toEqual([3]);
    }
    expect(step.stats.captures).toBe(2);
  });

  test.each(Object.entries(hidden))('%s: asynchronous runs and scans', async (_what, make) => {
    const runs: ((step: Compiled<[Tensor], Tensor>) => unknown)[] = [
      (step) => step.runAsync(x),
      (step) => step.scan(x.reshape(1, 3)),
      (step) => step.scanAsync(x.reshape(1, 3)),
    ];
    for (const run of runs) {
      const own = make();
      const step = compile(own.fn);
      own.change(1);
      await run(step);
      own.change(2);
      await expect(async () => run(step)).rejects.toThrow(own.what);
    }
  });
});
