/** Whether a user's subclass overrides methods of ours. If it does, shortcuts that bypass them are wrong. */

/** The object or its prototype that defines a member; null if none does. */
function ownerOf(object: object, member: PropertyKey): object | null {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, member))
    owner = Object.getPrototypeOf(owner) as object | null;
  return owner;
}

/** Whether `value` is an instance of `kind` and overrides none of `members`. */
export function isUnchanged<T extends object>(
  value: unknown,
  kind: abstract new (...args: never[]) => T,
  ...members: PropertyKey[]
): value is T {
  if (!(value instanceof kind)) return false;
  const own = kind.prototype as object;
  return members.every((member) => ownerOf(value, member) === ownerOf(own, member));
}

/** Whether `getBatch` returns what `get` does: not if a class overrides `get` and inherits `getBatch`. */
export function readsBatches(dataset: { get: unknown; getBatch?: unknown }): boolean {
  if (dataset.getBatch === undefined) return false;
  const owner = ownerOf(dataset, 'getBatch');
  return owner === null || ownerOf(owner, 'get') === ownerOf(dataset, 'get');
}
