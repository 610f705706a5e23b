/** Starts and resumes epochs. */
import { numbersOf } from '../core/access';
import { fromArray } from '../creation/filled';
import { isStateful } from '../io/checkpoint';
import { currentGenerator } from '../core/generator';
import type { Tensor } from '../core/tensor';
import type { RequestHooks } from './pass';
import type { TrainingState } from './state';

/** Skips the batches that are already done. */
export interface EpochProgress extends Omit<RequestHooks, 'mayStop'> {
  /** Whether this batch is already done. */
  skips(): boolean;
  /** Restores the random numbers after the last batch. */
  end(): void;
}

/**
 * Starts or resumes an epoch. A loader with a state resumes by itself. Any other loader restarts its epoch with the
 * random numbers that it had, and the batches that are already done are skipped.
 */
export function startEpoch(loader: object, state: TrainingState): EpochProgress {
  const hasState = isStateful(loader);
  let done = hasState ? 0 : state.batch;
  if (state.batch === 0)
    state.order = Array.from(numbersOf('train', currentGenerator().getState()));
  let random = done > 0 ? currentGenerator().getState() : null;
  if (done > 0) currentGenerator().setState(fromArray(Int32Array.from(state.order)));
  const end = (): void => {
    if (random !== null) currentGenerator().setState(random);
    random = null;
  };
  const skips = (): boolean => {
    if (done-- > 0) return true;
    end();
    return false;
  };
  // A loader with a state does not count batches that it only read ahead.
  let previous: Tensor | null = null;
  const beforeRequest = (): void => {
    previous = hasState ? null : currentGenerator().getState();
  };
  const undoRequest = (): void => {
    if (random !== null) end();
    else if (previous !== null) currentGenerator().setState(previous);
  };
  return { skips, end, beforeRequest, undoRequest };
}
