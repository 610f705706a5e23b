import { requireArity, requireOptions, unexpected, wrongType } from '../../core/errors';
import { CustomTransformer, type ColumnTransform } from './custom';
import { builderOf } from './registry';
import { requireRecord, requireState } from './state';
import { Transformer } from './transformer';

/** A class of transformers. */
export type TransformerType<T extends Transformer> = abstract new (
  options: never,
  more: never,
) => T;

/** Options of `loadTransformer`. */
export interface LoadTransformerOptions<T extends Transformer> {
  /** The class that the state must be of, which is then the type of the result; default: any. */
  as?: TransformerType<T>;
  /** Your own transforms inside a ColumnTransformer, by column: the state holds their values, not their code. */
  custom?: Readonly<Record<string, ColumnTransform>>;
}

const op = 'loadTransformer';

/**
 * Builds the transformer of a state again: class, options, columns and fitted values. Nothing else is needed in the
 * process that serves a model.
 *
 * @param state a result of `state()` or `stateDict()`, also after JSON
 * @param options the class of the result, and transforms of your own
 * @returns the fitted transformer
 * @throws RangeError if the state is not valid
 * @example
 * writeFileSync('inputs.json', JSON.stringify(inputs));
 * const loaded = data.loadTransformer(JSON.parse(readFileSync('inputs.json', 'utf8')));
 * loaded.transform({ age: 31, city: 'Rome' });
 */
export function loadTransformer<T extends Transformer = Transformer>(
  state: unknown,
  options: LoadTransformerOptions<T> = {},
): T {
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, ['as', 'custom']);
  const expected: unknown = options.as ?? Transformer;
  if (typeof expected !== 'function') throw wrongType(op, 'a class', 'as', expected);
  const custom = new Map(Object.entries(requireRecord(op, 'custom', options.custom ?? {})));
  const load = (place: string, part: unknown): Transformer => {
    const checked = requireState(op, place, part);
    if (checked.transformer === 'custom') return customOf(place, checked.options, custom);
    return builderOf(op, place, checked.transformer)(checked, load);
  };
  const loaded = load('state', state);
  if (!(loaded instanceof expected)) {
    throw unexpected(op, `a state of ${expected.name}`, 'state', `one of ${loaded._transformer}`);
  }
  loaded.loadStateDict(state);
  return loaded as T;
}

function customOf(
  place: string,
  options: Readonly<Record<string, unknown>>,
  custom: ReadonlyMap<string, unknown>,
): Transformer {
  const column = String(options['column']);
  const given = custom.get(column);
  if (given !== undefined) return new CustomTransformer(column, given as ColumnTransform);
  throw unexpected(op, `custom: { '${column}': ... } with your own transform`, place, 'none');
}
