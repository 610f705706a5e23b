/** One way through a loader, which a stop ends also where the loader lets one wait. */
import { isStateful } from '../io/checkpoint';
import { defaultGenerator } from '../core/generator';
import type { Tensor } from '../core/tensor';
import type { Interrupt } from './interrupt';
import type { Batches } from './types';

/** Given instead of a batch that something asked not to wait for any more. */
export const stopped = Symbol('stopped');

/** What a batch that nobody waits for any more has changed already, to be put back. */
export interface RequestHooks {
  /** Whether a stop may come now, between steps. */
  mayStop(): boolean;
  /** A batch is about to be asked for. */
  beforeRequest(): void;
  /** It is as if that batch had not been asked for. */
  undoRequest(): void;
}

/** The batches of a pass, as `for await` gives them; `stopped` is the last. */
export async function* batchesOf(
  loader: Batches<unknown>,
  interrupt: Interrupt,
  hooks: RequestHooks,
): AsyncGenerator<unknown, void, undefined> {
  if (!(Symbol.asyncIterator in loader)) {
    yield* loader; // gives its batches at once
    return;
  }
  const iterator = loader[Symbol.asyncIterator]();
  let open = false;
  try {
    for (;;) {
      open = false; // who throws has ended
      const next = hooks.mayStop()
        ? await interrupt.unlessStopped(() => {
            hooks.beforeRequest();
            return iterator.next();
          })
        : await iterator.next();
      if (next === null) {
        hooks.undoRequest();
        // Not waited for: a generator ends only after it has given what it was asked for.
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

/** Where a loader and the default generator stood, to be gone back to. */
export class LoaderSnapshot {
  private readonly random: Tensor = defaultGenerator.getState();
  private readonly state: unknown;

  constructor(private readonly loader: object) {
    this.state = isStateful(loader) ? loader.stateDict() : null;
  }

  restore(): void {
    defaultGenerator.setState(this.random);
    if (isStateful(this.loader)) this.loader.loadStateDict(this.state);
  }
}
