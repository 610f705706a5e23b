/** A small training run, and a folder for its checkpoints. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { F, nn, optim, randn, type Tensor } from 'blasgrad';

/** A folder that is gone when the tests of the file are over; `name` in it, which is not there yet. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

export interface Training {
  readonly model: nn.Sequential;
  readonly optimizer: optim.Adam;
  readonly scheduler: optim.lrScheduler.LRScheduler;
}

export function makeTraining(hidden = 4): Training {
  const model = new nn.Sequential(
    new nn.Linear(3, hidden),
    new nn.Dropout(0.25),
    new nn.Linear(hidden, 1),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
  return { model, optimizer, scheduler: new optim.lrScheduler.ExponentialLR(optimizer, 0.9) };
}

/** The loss of a step, on random numbers. */
export function train({ model, optimizer, scheduler }: Training): number {
  optimizer.zeroGrad();
  const loss = F.mseLoss(model.forward(randn(8, 3)), randn(8, 1));
  loss.backward();
  optimizer.step();
  scheduler.step();
  return loss.item();
}

/** All that a training knows, for comparing. */
export function statesOf({ model, optimizer, scheduler }: Training): unknown {
  return plain([model.stateDict(), optimizer.stateDict(), scheduler.stateDict()]);
}

/** With typed arrays in place of tensors. */
export function plain(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map(plain);
  if ('dtype' in tree) {
    const { dtype, shape, data } = (tree as Tensor).clone();
    return { dtype, shape, data };
  }
  return Object.fromEntries(Object.entries(tree).map(([name, field]) => [name, plain(field)]));
}
