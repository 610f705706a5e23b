import { requireInteger, wrongType } from '../../core/errors';
import { Generator } from '../../core/generator';

/** The generator for the options `seed` and `generator`; undefined means that of `manualSeed`. */
export function generatorOf(
  op: string,
  { seed, generator }: { seed?: number; generator?: Generator },
): Generator | undefined {
  if (generator !== undefined && !(generator instanceof Generator)) {
    throw wrongType(op, 'a Generator', 'generator', generator);
  }
  if (seed === undefined) return generator;
  if (generator !== undefined) {
    throw new TypeError(`${op}: seed and generator cannot be combined; pass one of them`);
  }
  return new Generator(requireInteger(op, 'seed', seed, 0));
}
