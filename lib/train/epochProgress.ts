/** The batches of an epoch that was begun before. */
import { fromArray } from '../creation/filled';
import { isStateful } from '../io/checkpoint';
import { defaultGenerator } from '../core/generator';
import type { Tensor } from '../core/tensor';
import type { RequestHooks } from './pass';
import type { TrainingState } from './state';

/** What passes over the batches that were done. */
export interface EpochProgress extends Omit<RequestHooks, 'mayStop'> {
  /** Whether this batch was done. */
  skips(): boolean;
  /** There are no more batches. */
  end(): void;
}

/**
 * A loader with a state goes on by itself. Another one begins its epoch again, with the random numbers that it had then,
 * and what was done is passed over.
 */
export function startEpoch(loader: object, state: TrainingState): EpochProgress {
  const hasState = isStateful(loader);
  let done = hasState ? 0 : state.batch;
  if (state.batch === 0) state.order = Array.from(defaultGenerator.getState().data);
  let random = done > 0 ? defaultGenerator.getState() : null;
  if (done > 0) defaultGenerator.setState(fromArray(Int32Array.from(state.order)));
  const end = (): void => {
    if (random !== null) defaultGenerator.setState(random);
    random = null;
  };
  const skips = (): boolean => {
    if (done-- > 0) return true;
    end();
    return false;
  };
  // What a loader with a state loads ahead does not count.
  let previous: Tensor | null = null;
  const beforeRequest = (): void => {
    previous = hasState ? null : defaultGenerator.getState();
  };
  const undoRequest = (): void => {
    if (random !== null) end();
    else if (previous !== null) defaultGenerator.setState(previous);
  };
  return { skips, end, beforeRequest, undoRequest };
}
