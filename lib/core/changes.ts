/** Counts what JavaScript changes of what compiled functions depend on, so that they look for changes only after some. */

/** Grows with each change: of modes, hooks, `requiresGrad`, options of optimizers, submodules, and where memory is. */
export let changes = 0;

/** Call after such a change. */
export function countChange(): void {
  changes++;
}
