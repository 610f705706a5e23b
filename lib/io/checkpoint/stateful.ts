/** What can be saved and taken up again. */

/**
 * Whatever gives its state as a tree of plain objects, arrays, tensors, numbers, strings, booleans and null, and takes
 * it back, all or nothing: modules, optimizers, schedules, loaders, and what you write yourself.
 */
export interface Stateful {
  /** The state as a tree. */
  stateDict(): unknown;
  /** Takes the tree back, all or nothing. */
  // A method, so that what takes only its own kind of tree is one too.
  loadStateDict(dict: never): unknown;
}

/** A Stateful that gets what it gave. */
export interface AnyStateful {
  /** The state as a tree. */
  stateDict(): unknown;
  /** Takes the tree back, all or nothing. */
  loadStateDict(dict: unknown): unknown;
}

export function isStateful(value: unknown): value is AnyStateful {
  if (typeof value !== 'object' || value === null) return false;
  const { stateDict, loadStateDict } = value as Record<string, unknown>;
  return typeof stateDict === 'function' && typeof loadStateDict === 'function';
}
