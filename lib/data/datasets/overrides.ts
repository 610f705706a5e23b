/** Whether a user's class changes what a class of ours does: then shortcuts past its methods are wrong. */

/** The object, or the prototype of it, that defines a member; null if none does. */
function ownerOf(object: object, member: PropertyKey): object | null {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, member))
    owner = Object.getPrototypeOf(owner) as object | null;
  return owner;
}

/** Whether `value` is of a class and has all of `members` from it. */
export function isUnchanged<T extends object>(
  value: unknown,
  kind: abstract new (...args: never[]) => T,
  ...members: PropertyKey[]
): value is T {
  if (!(value instanceof kind)) return false;
  const own = kind.prototype as object;
  return members.every((member) => ownerOf(value, member) === ownerOf(own, member));
}

/** Whether `getBatch` gives what `get` does: not where a class has a `get` of its own, and inherits `getBatch`. */
export function readsBatches(dataset: { get: unknown; getBatch?: unknown }): boolean {
  if (dataset.getBatch === undefined) return false;
  const owner = ownerOf(dataset, 'getBatch');
  return owner === null || ownerOf(owner, 'get') === ownerOf(dataset, 'get');
}
