/** The values that a compiled function may return: tensors, alone or in arrays and plain objects. */
import { requireList, wrongType } from '../core/errors';
import { isPlainObject } from '../core/realms';
import { Tensor } from '../core/tensor';

/** A tensor, nothing, or arrays and plain objects of tensors. */
export type Output =
  Tensor | null | undefined | void | readonly Output[] | { readonly [name: string]: Output };

/** Calls `each` for every tensor in order, and returns the same structure with its results. */
export function mapTensors(
  output: unknown,
  each: (tensor: Tensor) => unknown,
  place = 'the result of fn',
): unknown {
  if (output === undefined || output === null) return output;
  if (output instanceof Tensor) return each(output);
  if (Array.isArray(output)) {
    const list = requireList('compile', 'tensors', place, output);
    return list.map((item, i) => mapTensors(item, each, `${place}[${i}]`));
  }
  if (isPlainObject(output)) {
    const entries = Object.entries(output);
    return Object.fromEntries(
      entries.map(([name, item]) => [name, mapTensors(item, each, `${place}.${name}`)]),
    );
  }
  throw wrongType('compile', 'tensors, alone or in arrays and plain objects', place, output);
}

/** The tensors of an output in order. */
export function tensorsOf(output: unknown): Tensor[] {
  const tensors: Tensor[] = [];
  mapTensors(output, (tensor) => tensors.push(tensor));
  return tensors;
}
