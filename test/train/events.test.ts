/** Other events of the process are handled during a training run. */
import { F, nn, optim, randn, train } from 'blasgrad';
import { setUp } from './support';

test('other events of the process get their turn between steps', async () => {
  const own = setUp();
  const batches = Array.from(own.loader);
  const loader = Array.from({ length: 20_000 }, (_, i) => batches[i % batches.length]);
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await train({ ...own, loader, epochs: 1 });
  done = true;
  expect(turns).toBeGreaterThan(1);
});

test('a long step runs in the background', async () => {
  const model = new nn.Linear(1024, 1024, { bias: false });
  const x = randn(1024, 1024);
  let [turns, done] = [0, false];
  const count = (): void => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const during: number[] = [];
  const onBatchEnd = (): void => {
    during.push(turns);
    turns = 0;
  };
  await train({
    model,
    loss: F.mseLoss,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    loader: Array.from({ length: 7 }, () => [x, x.clone()]),
    epochs: 1,
    handleSignals: false,
    callbacks: { onBatchEnd },
  });
  done = true;
  // The first is captured, the second compared, and two replays are timed: each holds up all turns but one.
  expect(during.slice(1, 4).every((some) => some < 5)).toBe(true);
  expect(Math.min(...during.slice(4))).toBeGreaterThan(5);
});
