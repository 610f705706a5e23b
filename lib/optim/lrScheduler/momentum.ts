/** The momentum that some schedulers change: `momentum`, or the first of `betas`. */

/** Throws unless the group has a momentum. */
export function requireMomentum(op: string, group: object): void {
  if ('momentum' in group || 'betas' in group) return;
  throw new RangeError(
    `${op}: cycleMomentum requires an optimizer with momentum or betas; pass cycleMomentum: false`,
  );
}

export function setMomentum(group: object, value: number): void {
  if ('betas' in group) {
    const [, second] = group.betas as readonly [number, number];
    Reflect.set(group, 'betas', [value, second]);
  } else {
    Reflect.set(group, 'momentum', value);
  }
}
