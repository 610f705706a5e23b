/** The first lines of programs for child processes and workers. */
import { join } from 'node:path';

/** The library as users load it. */
export const library = join(__dirname, '..', '..', 'dist', 'blasgrad.js');

/**
 * The names of the library, data for 3,000 steps, and `make()`: a captured training of some size, whose step takes about
 * 0.1 ms.
 */
export const setting = `
  const { F, backend, compile, data, manualSeed, nn, noGrad, ones, optim, randn, tensor, zeros } =
    require(${JSON.stringify(library)});
  function training(inputs = 64, hidden = 64) {
    manualSeed(1);
    const model = new nn.Sequential(new nn.Linear(inputs, hidden), new nn.Tanh(), new nn.Linear(hidden, 8));
    const optimizer = new optim.Adam(model.parameters());
    const step = (x, y) => {
      optimizer.zeroGrad();
      const loss = F.mseLoss(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    };
    return { step, model, optimizer };
  }
  function make() {
    const { step, model } = training();
    return { step: compile(step), model };
  }
  const [xs, ys] = [randn(3000, 16, 64), randn(3000, 16, 8)];
  const [x, y] = [xs.select(0, 0), ys.select(0, 0)];
`;
