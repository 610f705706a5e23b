/** The classes of transformers by name, for states. */
import { describe, unexpected } from '../../core/errors';
import type { TransformerState } from './state';
import type { Transformer } from './transformer';

/** A class whose only argument are the options of a state. */
export type TransformerClass = new (options?: never) => Transformer;

/** Builds the unfitted transformer of a state; `load` builds those inside it. */
export type Builder = (state: TransformerState, load: Load) => Transformer;

/** Builds the unfitted transformer of a part of a state. */
export type Load = (place: string, state: unknown) => Transformer;

const builders = new Map<string, Builder>();

/** Makes a class known to `loadTransformer`; called by the class itself. */
export function register(name: string, transformer: TransformerClass): void {
  builders.set(name, ({ options }) => build(transformer, options));
}

/** The same for a transformer that contains others. */
export function registerBuilder(name: string, builder: Builder): void {
  builders.set(name, builder);
}

/** A transformer of options. */
export function build(
  transformer: TransformerClass,
  options: Readonly<Record<string, unknown>>,
): Transformer {
  return Object.keys(options).length === 0 ? new transformer() : new transformer(options as never);
}

/** Builds the unfitted transformer of a state. */
export function builderOf(op: string, place: string, name: string): Builder {
  const found = builders.get(name);
  if (found !== undefined) return found;
  const known = [...builders.keys()].join(', ');
  throw unexpected(op, `one of ${known}`, `${place}.transformer`, describe(name));
}
