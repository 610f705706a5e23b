/** Errors of functions that are made of ops: they name the function that was called, not the op inside it that failed. */
import { capture } from './capture';

/** The name that an argument of the op inside has in the function that was called. */
export type ArgumentName = readonly [inside: string, called: string];

/**
 * Runs `compute`, the ops that `op` is made of. Their errors become those of `op`, at every replay too; an argument that
 * the op inside calls by another name is given in `argument`. Functions of users must not run in it: their errors are
 * their own.
 *
 * @example calledAs('embedding', () => weight.indexSelect(0, input), ['index', 'input'])
 */
export function calledAs<T>(op: string, compute: () => T, argument?: ArgumentName): T {
  const outermost = capture !== null && capture.enter(op, argument);
  try {
    return compute();
  } catch (error) {
    throw renamed(error, op, argument);
  } finally {
    if (outermost) capture?.leave();
  }
}

/** The error of an op as one of `op`. */
function renamed(error: unknown, op: string, argument: ArgumentName | undefined): unknown {
  // Not by instanceof: errors of native calls belong to the realm that loaded the addon.
  const { message, stack } = (error ?? {}) as Partial<Error>;
  const end =
    typeof message === 'string' ? (/^\w+(?=: expected )/.exec(message)?.[0].length ?? -1) : -1;
  if (message === undefined || end === -1) return error;
  let text = message.slice(end);
  if (argument !== undefined) text = text.replace(` for ${argument[0]},`, ` for ${argument[1]},`);
  const called = error as Error;
  called.message = op + text;
  if (typeof stack === 'string') called.stack = stack.replace(message, () => called.message);
  return called;
}
