/**
 * State trees as JSON and tensors. Objects with one key stand for tensors, and for numbers that JSON does not have:
 *
 *     { "$tensor": "0.weight" }   the tensor of that name in the entry's file
 *     { "$": "NaN" }              NaN, Infinity, -Infinity, -0 or undefined
 *     { "$object": { ... } }      an object that has keys with $ itself
 */
import { noGrad } from '../../core/gradMode';
import { describe, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import { Tensor } from '../../core/tensor';
import { usableMemory } from '../../core/access';
import { metadataName } from '../safetensors/header';

/** A copy of a tree, with copies of its tensors. */
export interface Snapshot {
  readonly json: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The values that `$` can name. */
const special = new Map<string, unknown>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
  ['undefined', undefined],
]);
const maxDepth = 100;

/** Copies a tree; throws a TypeError that names the position of a value that cannot be saved. */
export function takeSnapshot(op: string, name: string, tree: unknown): Snapshot {
  const tensors = new Map<string, Tensor>();
  const addTensor = (path: readonly string[], tensor: Tensor): string => {
    usableMemory(op, tensor);
    const wanted = path.join('.') || name;
    let unused = wanted;
    for (let i = 2; tensors.has(unused) || unused === metadataName; i++) unused = `${wanted}~${i}`;
    tensors.set(
      unused,
      noGrad(() => tensor.detach().clone()),
    );
    return unused;
  };
  const encode = (value: unknown, path: readonly string[]): unknown => {
    if (value instanceof Tensor) return { $tensor: addTensor(path, value) };
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' || value === undefined) {
      const plain = Number.isFinite(value) && !Object.is(value, -0);
      return plain ? value : { $: Object.is(value, -0) ? '-0' : String(value) };
    }
    if (path.length === maxDepth) {
      throw new RangeError(
        `${op}: ${placeOf(name, path.slice(0, 3))} is nested more than ${maxDepth} levels deep, or contains itself`,
      );
    }
    if (Array.isArray(value))
      return Array.from(value, (element, i) => encode(element, [...path, `${i}`]));
    if (!isPlainObject(value)) {
      const what = 'a tensor, number, string, boolean, null, array or plain object';
      throw wrongType(op, what, placeOf(name, path), value);
    }
    const fields = Object.entries(value);
    const coded = mapFields(fields, (field, key) => encode(field, [...path, key]));
    return fields.some(([key]) => key.startsWith('$')) ? { $object: coded } : coded;
  };
  return { json: encode(tree, []), tensors };
}

/** The tree of a snapshot, with its tensors (not copies). Throws an error from `wrong` if the snapshot is invalid. */
export function restoreTree(
  { json, tensors }: Snapshot,
  wrong: (what: string, got: string) => RangeError,
): unknown {
  const decode = (value: unknown, level: number): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (level > maxDepth) throw wrong(`at most ${maxDepth} levels`, 'more');
    if (Array.isArray(value)) return value.map((element: unknown) => decode(element, level + 1));
    const fields = Object.entries(value) as [string, unknown][];
    const plain = fields.every(([key]) => !key.startsWith('$'));
    if (plain) return mapFields(fields, (field) => decode(field, level + 1));
    const [[key, content]] = fields;
    if (fields.length === 1) {
      if (key === '$' && special.has(content as string)) return special.get(content as string);
      const tensor = key === '$tensor' ? tensors.get(content as string) : undefined;
      if (tensor !== undefined) return tensor;
      if (key === '$object' && typeof content === 'object' && content !== null) {
        return mapFields(Object.entries(content), (field) => decode(field, level + 1));
      }
    }
    throw wrong('a valid $tensor, $ or $object', `${key}: ${describe(content)}`);
  };
  return decode(json, 0);
}

/** Maps the fields of an object; names such as `__proto__` become own properties. */
function mapFields(
  fields: readonly [string, unknown][],
  each: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(fields.map(([key, value]) => [key, each(value, key)]));
}

function placeOf(name: string, path: readonly string[]): string {
  return [name, ...path].join('.');
}
