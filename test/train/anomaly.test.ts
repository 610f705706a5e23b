/** detectAnomaly in a training run. */
import { F, optim, tensor, train, type Tensor } from 'blasgrad';
import { numbersOf, setUp, type Pair } from './support';

describe('detectAnomaly', () => {
  test('changes no number', async () => {
    const run = async (detectAnomaly: boolean) => {
      const own = setUp();
      await train({ ...own, clipGradNorm: 1, detectAnomaly });
      return numbersOf(own.model);
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test('names the first op', async () => {
    const loss = (output: Tensor, target: Tensor): Tensor =>
      F.crossEntropy(output.sub(output).log(), target);
    await expect(train({ ...setUp(), loss, detectAnomaly: true })).rejects.toThrow(
      'detectAnomaly: log of float32 [8, 2] in forward made -Infinity at [0, 0]',
    );
  });

  test('finds it in a batch', async () => {
    const own = setUp();
    const [x, y] = Array.from(own.loader)[0];
    const bad = tensor([[1, NaN, 3, 4]]);
    const loader: Pair[] = [[x, y], [bad, y.narrow(0, 0, 1)]]; // prettier-ignore
    await expect(train({ ...own, loader, detectAnomaly: true })).rejects.toThrow(
      'train: batch[0] contains NaN at [0, 1]',
    );
  });

  test('in the optimizer', async () => {
    const own = setUp();
    const optimizer = new optim.SGD(own.model.parameters(), { lr: 1e38 });
    const loss = (output: Tensor, target: Tensor): Tensor =>
      F.crossEntropy(output, target).mul(1e6);
    await expect(train({ ...own, optimizer, loss, detectAnomaly: true })).rejects.toMatchObject({
      name: 'AnomalyError',
      op: 'SGD',
      phase: 'optimizer',
    });
  });
});
