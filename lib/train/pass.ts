/** One pass over a loader. A request to stop ends it, also while the loader makes a batch. */
import { isStateful } from '../io/checkpoint';
import { currentGenerator } from '../core/generator';
import type { Tensor } from '../core/tensor';
import { iterableOf, readingOf } from '../data/datasets/readOnce';
import type { Interrupt } from './interrupt';
import type { Batches } from './types';

/** Yielded instead of a batch when a stop was requested. */
export const stopped = Symbol('stopped');

/** Called around the request for a batch, to undo what an abandoned request has changed. */
export interface RequestHooks {
  /** Whether a stop is possible now, between two steps. */
  mayStop(): boolean;
  /** A batch is about to be requested. */
  beforeRequest(): void;
  /** The request is abandoned. */
  undoRequest(): void;
}

/** The batches of a pass, as `for await` yields them; `stopped` is the last. */
export async function* batchesOf(
  loader: Batches<unknown>,
  interrupt: Interrupt,
  hooks: RequestHooks,
): AsyncGenerator<unknown, void, undefined> {
  if (!(Symbol.asyncIterator in loader)) {
    yield* iterableOf('train', 'loader or validation', loader);
    return;
  }
  const iterator = readingOf('train', 'loader or validation', loader)
    .iterator as AsyncIterator<unknown>;
  let open = false;
  try {
    for (;;) {
      open = false; // an iterator that throws has ended
      const next = hooks.mayStop()
        ? await interrupt.unlessStopped(() => {
            hooks.beforeRequest();
            return iterator.next();
          })
        : await iterator.next();
      if (next === null) {
        hooks.undoRequest();
        // Not awaited: a generator ends only after it has yielded the requested batch.
        Promise.resolve(iterator.return?.()).catch(() => undefined);
        yield stopped;
        return;
      }
      if (next.done === true) return;
      open = true;
      yield next.value;
    }
  } finally {
    if (open) await iterator.return?.();
  }
}

/** The state of a loader and of the default generator, to be restored. */
export class LoaderSnapshot {
  private readonly random: Tensor = currentGenerator().getState();
  private readonly state: unknown;

  constructor(private readonly loader: object) {
    this.state = isStateful(loader) ? loader.stateDict() : null;
  }

  restore(): void {
    currentGenerator().setState(this.random);
    if (isStateful(this.loader)) this.loader.loadStateDict(this.state);
  }
}
