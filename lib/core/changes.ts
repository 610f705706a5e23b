/** Counts changes in JavaScript that compiled functions depend on, so that they check only after a change. */

/**
 * Incremented by each change of modes, hooks, `requiresGrad`, optimizer options, submodules, and memory addresses.
 */
export let changes = 0;

/** Call after each such change. */
export function countChange(): void {
  changes++;
}
