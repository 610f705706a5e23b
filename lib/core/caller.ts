/** Errors of functions that are made of ops: they name the function that was called, not the op inside it that failed. */
import { capture } from './capture';

/** The name that an argument of the op inside has in the function that was called. */
export type ArgumentName = readonly [inside: string, called: string];

/** What errors of ops and methods begin with, without `_` of in-place ops; others may come from getters of users. */
const ownNames = new Set(['requiresGrad', 'tensor', 'Parameter', 'tripletMarginWithDistanceLoss']);

/** Errors that begin with `name` may be renamed. */
export function addErrorName(name: string): void {
  ownNames.add(name.replace(/_$/, ''));
}

/**
 * Runs `compute`, the ops that `op` is made of. Their errors become those of `op`, at every replay too; an argument that
 * the op inside calls by another name is given in `argument`. Functions of users must not run in it: their errors are
 * their own.
 *
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

/** The error of an op as one of `op`. */
export function renamed(error: unknown, op: string, argument?: ArgumentName): unknown {
  // Not by instanceof: errors of native calls belong to the realm that loaded the addon. Other classes have names of their own.
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
