/** Whether ops are recorded for backward. */
import { isPromise } from './realms';
import { describe, requireArity } from './errors';

let gradEnabled = true;

/**
 * Whether ops are recorded for `backward`.
 *
 * @returns false inside `noGrad`
 * @see torch.is_grad_enabled
 * @example noGrad(() => isGradEnabled()) // false
 */
export function isGradEnabled(): boolean {
  requireArity('isGradEnabled', arguments.length, 0);
  return gradEnabled;
}

/** Turns recording on or off; returns the previous setting, which the caller restores. */
export function setGradEnabled(enabled: boolean): boolean {
  const before = gradEnabled;
  gradEnabled = enabled;
  return before;
}

function withGrad<T>(op: string, enabled: boolean, fn: () => T): T {
  if (typeof fn !== 'function') {
    throw new TypeError(`${op}: expected a function for fn, got ${describe(fn)}`);
  }
  const before = setGradEnabled(enabled);
  let result: T;
  try {
    result = fn();
  } finally {
    gradEnabled = before;
  }
  if (isPromise(result)) {
    void result.then(undefined, () => undefined); // its rejection must not count as unhandled
    throw new TypeError(
      `${op}: expected a synchronous function for fn, got one that returns a promise`,
    );
  }
  return result;
}

/**
 * Runs `fn` without recording ops for `backward`.
 *
 * @param fn a synchronous function
 * @returns what `fn` returns
 * @throws TypeError if `fn` is not a function, or returns a promise
 * @see torch.no_grad
 * @example noGrad(() => ones(2, { requiresGrad: true }).mul(2)).requiresGrad // false
 */
export function noGrad<T>(fn: () => T): T {
  requireArity('noGrad', arguments.length, 1);
  return withGrad('noGrad', false, fn);
}

/**
 * Runs `fn` with recording on, inside `noGrad`.
 *
 * @param fn a synchronous function
 * @returns what `fn` returns
 * @throws TypeError if `fn` is not a function, or returns a promise
 * @see torch.enable_grad
 * @example noGrad(() => enableGrad(() => isGradEnabled())) // true
 */
export function enableGrad<T>(fn: () => T): T {
  requireArity('enableGrad', arguments.length, 1);
  return withGrad('enableGrad', true, fn);
}
