/**
 * Errors of functions that call several ops: the message names the function that was called, not the op that
 * failed.
 */
import { capture } from './capture';

/** The name of an op's argument, and its name in the function that was called. */
export type ArgumentName = readonly [inside: string, called: string];

/** What errors of ops and methods begin with, without `_` of in-place ops; others may come from getters of users. */
const ownNames = new Set(['requiresGrad', 'tensor', 'Parameter', 'tripletMarginWithDistanceLoss']);

/** Errors that begin with `name` may be renamed. */
export function addErrorName(name: string): void {
  ownNames.add(name.replace(/_$/, ''));
}

/**
 * Runs `compute`, which calls the ops of the function `op`. Their errors become errors of `op`, in replays too.
 * `argument` renames an argument of the op. Do not call users' functions in it: their errors must not be renamed.
 * Example: calledAs('embedding', () => weight.indexSelect(0, input), ['index', 'input'])
 */
export function calledAs<T>(op: string, compute: () => T, argument?: ArgumentName): T {
  const outermost = capture !== null && capture.enter(op, argument);
  try {
    return compute();
  } catch (error) {
    addErrorName(op);
    throw renamed(error, op, argument);
  } finally {
    if (outermost) capture?.leave();
  }
}

/** Turns an op's error into an error of `op`. */
export function renamed(error: unknown, op: string, argument?: ArgumentName): unknown {
  // Not by instanceof: errors of native calls belong to the realm that loaded the addon. Errors of other classes
  // keep their names.
  const { name, message = '', stack } = (error ?? {}) as Partial<Error>;
  const inside = /^\w+(?=: )/.exec(message);
  if (inside === null || !/^(Type|Range|)Error$/.test(name ?? '')) return error;
  if (!ownNames.has(inside[0].replace(/_$/, ''))) return error;
  let text = message.slice(inside[0].length);
  if (argument !== undefined) {
    text = text.replace(` ${argument[0]}, got `, () => ` ${argument[1]}, got `);
  }
  const called = error as Error;
  called.message = op + text;
  if (typeof stack === 'string') called.stack = stack.replace(message, () => called.message);
  return called;
}
