/** Objects with a state that can be saved and restored. */

/**
 * An object with a state that checkpoints save, such as a module, an optimizer, a scheduler, a loader, or your own.
 *
 * The state is a tree of plain objects, arrays, tensors, numbers, strings, booleans and null.
 */
export interface Stateful {
  /**
   * Returns the state.
   *
   * @returns a tree of plain objects, arrays, tensors, numbers, strings, booleans and null
   */
  stateDict(): unknown;
  /**
   * Restores the state; throws and changes nothing if the state does not fit.
   *
   * @param dict a state from `stateDict()`
   * @returns anything
   */
  // A method, so that a class that takes only its own kind of tree fits.
  loadStateDict(dict: never): unknown;
}

/** An object with a state, without the type of the tree. */
export interface AnyStateful {
  /** Returns the state as a tree. */
  stateDict(): unknown;
  /** Restores the state from a tree, all or nothing. */
  loadStateDict(dict: unknown): unknown;
}

export function isStateful(value: unknown): value is AnyStateful {
  if (typeof value !== 'object' || value === null) return false;
  const { stateDict, loadStateDict } = value as Record<string, unknown>;
  return typeof stateDict === 'function' && typeof loadStateDict === 'function';
}
