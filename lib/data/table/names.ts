/** Lists of columns' names as arguments. */
import { requireList, wrongType, wrongValue } from '../../core/errors';

/** An array of strings, each once unless `repeated` allows more. */
export function requireNames(
  op: string,
  names: unknown,
  argument = 'names',
  repeated = false,
): string[] {
  const list = requireList(op, 'an array of names', argument, names);
  const seen = new Set<string>();
  return list.map((name, i) => {
    if (typeof name !== 'string') throw wrongType(op, 'a string', `${argument}[${i}]`, name);
    if (!repeated && seen.size === seen.add(name).size) {
      throw wrongValue(op, 'each name once', argument, name);
    }
    return name;
  });
}
