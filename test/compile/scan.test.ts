/** Many steps in one call, synchronously and in the background: the same as single calls. */
import {
  compile,
  F,
  manualSeed,
  nn,
  ones,
  optim,
  randn,
  stack,
  zeros,
  type Tensor,
} from 'blasgrad';
import { requireSameBits, snapshot } from './support';
import { mlp, stateOf, usual } from './models';

interface Case {
  readonly make: () => {
    step: (x: Tensor, y: Tensor) => Tensor | Tensor[];
    state: () => (Tensor | null)[];
  };
  readonly captures: number;
}

const net =
  (
    change: (
      model: nn.Module,
      optimizer: optim.Optimizer,
    ) => (x: Tensor, y: Tensor) => Tensor | Tensor[] = usual,
  ): Case['make'] =>
  () => {
    manualSeed(4);
    const model = mlp(new nn.Dropout(0.2));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    return { step: change(model, optimizer), state: stateOf(model) };
  };

const cases: Readonly<Record<string, Case>> = {
  'a usual step': { make: net(), captures: 1 },
  'several results': {
    make: net((model, optimizer) => {
      const step = usual(model, optimizer);
      return (x, y) => [step(x, y), x, y.T, model.forward(x), zeros(0).exp()];
    }),
    captures: 1,
  },
  'gradients that accumulate': {
    make: net((model, optimizer) => (x, y) => {
      const loss = F.mseLoss(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    }),
    captures: 2,
  },
  inference: { make: net((model) => (x) => model.forward(x)), captures: 1 },
  'no state at all': {
    make: () => ({ step: (x, y) => x.sum().add(y.sum()), state: () => [] }),
    captures: 1,
  },
};

manualSeed(8);
const xs = randn(7, 5, 6);
const ys = randn(7, 5, 3);
const row = (i: number): [Tensor, Tensor] => [xs.select(0, i).clone(), ys.select(0, i).clone()];

const stacked = (results: (Tensor | Tensor[])[]): Tensor | Tensor[] => {
  const [first] = results;
  if (!Array.isArray(first)) return stack(results as Tensor[]);
  return first.map((_, k) => stack((results as Tensor[][]).map((one) => one[k])));
};

describe.each(Object.entries(cases))('%s', (_name, { make, captures }) => {
  const wanted = (steps: number): [Tensor | Tensor[], (Tensor | null)[]] => {
    const { step, state } = make();
    const results = Array.from({ length: steps }, (_, i) => {
      const result = step(...row(i % 7));
      return Array.isArray(result) ? (snapshot(result) as Tensor[]) : result.detach().clone();
    });
    return [stacked(results), snapshot(state())];
  };

  test.each(['scan', 'scanAsync'] as const)('%s', async (how) => {
    for (const steps of [1, 2, 7]) {
      const { step, state } = make();
      const compiled = compile(step);
      const result = await compiled[how](xs.narrow(0, 0, steps), ys.narrow(0, 0, steps));
      const [results, after] = wanted(steps);
      requireSameBits(result, results, `results of ${steps} steps`);
      requireSameBits(state(), after, `state after ${steps} steps`);
      expect(compiled.stats.captures).toBe(Math.min(captures, steps));
    }
  });

  test('scans after calls, calls after scans, rows that are not contiguous', async () => {
    const { step, state } = make();
    const compiled = compile(step);
    const turned = [xs, ys].map((one) => one.permute([2, 0, 1]).contiguous().permute([1, 2, 0]));
    const parts: (Tensor | Tensor[])[] = [compiled(...row(0))].map((one) =>
      Array.isArray(one) ? one.map((k) => k.unsqueeze(0)) : one.unsqueeze(0),
    );
    parts.push(compiled.scan(xs.narrow(0, 1, 2), ys.narrow(0, 1, 2)));
    parts.push(await compiled.scanAsync(turned[0].narrow(0, 3, 3), turned[1].narrow(0, 3, 3)));
    parts.push(compiled.scan(xs.narrow(0, 6, 1), ys.narrow(0, 6, 1)));
    const [results, after] = wanted(7);
    const rows = parts.flatMap((part) => {
      const list = Array.isArray(part) ? part : [part];
      return Array.from({ length: list[0].shape[0] }, (_, i) =>
        list.map((one) => one.select(0, i)),
      );
    });
    requireSameBits(stacked(rows), Array.isArray(results) ? results : [results], 'results');
    requireSameBits(state(), after, 'state');
    expect(compiled.stats.captures).toBe(captures);
  });
});

test('without inputs', async () => {
  const make = (): [Tensor, () => Tensor] => {
    const counter = zeros(2);
    return [counter, () => counter.add_(1).mul(2)];
  };
  const [counter, fn] = make();
  const step = compile(fn);
  requireSameBits(step.scan({ steps: 3 }), stack([2, 4, 6].map((n) => ones(2).mul(n))), 'scan');
  expect((await step.scanAsync({ steps: 1000 })).shape).toEqual([1000, 2]);
  await expect(step.scanAsync()).rejects.toThrow(
    'scan: without tensors among the inputs, pass the number of steps: { steps }',
  );
  expect(counter.toArray()).toEqual([1003, 1003]);
});

test('inputs that require grad, and rows without elements', () => {
  const step = compile((x: Tensor) => [x.mul(2).sum(0), ones(1).add(x.requiresGrad ? 1 : 0)]);
  const [sums, flags] = step.scan(zeros(3, 0, 2).requiresGrad_());
  requireSameBits([sums, flags], [zeros(3, 2), ones(3, 1).mul(2)], 'rows');
});

test('results are fresh: later scans leave them alone', async () => {
  const step = compile((x: Tensor) => x.mul(2));
  const kept = [await step.scanAsync(xs), step.scan(xs), await step.scanAsync(xs)];
  await step.scanAsync(xs.neg());
  step.scan(xs.neg());
  for (const one of kept) requireSameBits(one, xs.mul(2), 'kept');
  requireSameBits(xs, xs.clone(), 'inputs');
});
