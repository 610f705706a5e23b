/** What a compiled function may return: tensors, alone or in arrays and plain objects. */
import { requireList, wrongType } from '../core/errors';
import { isPlainObject } from '../core/realms';
import { Tensor } from '../core/tensor';

/** A tensor, nothing, or arrays and plain objects of such. */
export type Output =
  Tensor | null | undefined | void | readonly Output[] | { readonly [name: string]: Output };

/** Calls `each` for every tensor in order, and builds the same structure of what it returns. */
export function mapTensors(
  output: unknown,
  each: (tensor: Tensor) => unknown,
  place = 'the result of fn',
): unknown {
  if (output === undefined || output === null) return output;
  if (output instanceof Tensor) return each(output);
  if (Array.isArray(output)) {
    const list = requireList('compile', 'tensors', place, output);
    return list.map((one, i) => mapTensors(one, each, `${place}[${i}]`));
  }
  if (isPlainObject(output)) {
    const entries = Object.entries(output);
    return Object.fromEntries(
      entries.map(([name, one]) => [name, mapTensors(one, each, `${place}.${name}`)]),
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
