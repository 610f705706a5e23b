/** Every way to train, compiled and eagerly from one seed: equal bits after every step. */
import { F, compile, manualSeed, nn, ones, optim, type Tensor } from 'blasgrad';
import { requireSameBits, requireSameTraining } from './support';
import { batches, mlp, stateOf, usual, type Step } from './models';
import { trainings } from './trainings';

describe('the same as eager', () => {
  test.each(Object.entries(trainings))('%s', (_name, [make, captures]) => {
    const compiled = requireSameTraining(make, batches);
    expect(compiled.stats.captures).toBe(captures);
  });
});

test('gradients accumulate over two programs, and a third applies them', () => {
  const run = (wrap: <F extends (...all: Tensor[]) => Tensor | void>(fn: F) => F): Tensor[] => {
    manualSeed(1);
    const model = mlp();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const micro = wrap((x: Tensor, y: Tensor) => {
      const loss = F.mseLoss(model.forward(x), y).div(2);
      loss.backward();
      return loss;
    });
    const apply = wrap(() => {
      optimizer.step();
      optimizer.zeroGrad();
    });
    return [0, 1, 2, 3].flatMap((i) => {
      const [first] = model.parameters();
      expect(first.grad).toBe(null);
      const losses = [micro(...batches[i]), micro(...batches[i + 1])] as Tensor[];
      const grads = Array.from(model.parameters(), (one) => one.grad?.clone() as Tensor);
      apply();
      return [
        ...losses,
        ...grads,
        ...Array.from(model.parameters(), (one) => one.detach().clone()),
      ];
    });
  };
  const compiled: { stats: { captures: number } }[] = [];
  const wrap = ((fn: (...all: Tensor[]) => Tensor) => {
    const one = compile(fn);
    compiled.push(one);
    return one;
  }) as <F>(fn: F) => F;
  requireSameBits(
    run(wrap),
    run((fn) => fn),
    'accumulated',
  );
  expect(compiled.map(({ stats }) => stats.captures)).toEqual([2, 1]);
});

test('eager steps go on where compiled ones stopped, and the other way round', () => {
  const make = (): [Step['step'], () => (Tensor | null)[]] => {
    manualSeed(2);
    const model = mlp(new nn.Dropout(0.2));
    return [usual(model, new optim.NAdam(model.parameters(), { lr: 0.01 })), stateOf(model)];
  };
  const [[eager, wanted], [plain, state]] = [make(), make()];
  const rest = manualSeed(9).getState();
  const step = compile(plain);
  const losses = batches.map((batch, i) => (i % 3 === 2 ? plain : step)(...batch));
  manualSeed(9).setState(rest);
  requireSameBits(
    losses,
    batches.map((batch) => eager(...batch)),
    'losses',
  );
  requireSameBits(state(), wanted(), 'state');
  expect(step.stats).toMatchObject({ captures: 1, replays: 3 });
});

test('p.grad is readable after a step, and cleared and set as usual', () => {
  const p = ones(3, { requiresGrad: true });
  const step = compile((x: Tensor) => {
    p.grad = null;
    p.mul(x).sum().backward();
  });
  for (const factor of [2, 3, 5]) {
    step(ones(3).mul(factor));
    expect(p.grad?.toArray()).toEqual([factor, factor, factor]);
  }
  p.grad = null;
  expect(p.grad).toBe(null);
  p.sum().backward();
  expect((p.grad as Tensor | null)?.toArray()).toEqual([1, 1, 1]);
  step(ones(3));
  p.mul(4).sum().backward();
  expect((p.grad as Tensor | null)?.toArray()).toEqual([5, 5, 5]);
});
