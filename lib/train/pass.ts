/** One pass over a loader. A request to stop ends it, even while the loader makes a batch. */
import { isStateful } from '../io/checkpoint';
import { currentGenerator } from '../core/generator';
import type { Tensor } from '../core/tensor';
import { iterableOf, readingOf } from '../data/datasets/readOnce';
import type { Interrupt } from './interrupt';
import type { Batches } from './types';

/** Yielded instead of a batch when a stop was requested. */
export const stopped = Symbol('stopped');

/** Called around the request for a batch, to undo the changes of an abandoned request. */
export interface RequestHooks {
  /** Whether the run may stop now, between two steps. */
  mayStop(): boolean;
  /** Called before a batch is requested. */
  beforeRequest(): void;
  /** Called when the request is abandoned. */
  undoRequest(): void;
}

/** Yields the batches of a pass; if a stop is requested, the last value is `stopped`. `name` is the option. */
export async function* batchesOf(
  name: 'loader' | 'validation',
  loader: Batches<unknown>,
  interrupt: Interrupt,
  hooks: RequestHooks,
): AsyncGenerator<unknown, void, undefined> {
  if (!(Symbol.asyncIterator in loader)) {
    yield* iterableOf('train', name, loader);
    return;
  }
  const iterator = readingOf('train', name, loader).iterator as AsyncIterator<unknown>;
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

/** A copy of the states of a loader and of the default generator. */
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
